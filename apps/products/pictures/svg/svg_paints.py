"""Finds what an element of an SVG is painted with: patterns, masks, markers, filters, clips."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from apps.products.pictures.svg.svg_rules import CSS_SPACE, decode_style

# Handed down to all that an element holds; what else is painted, is so once.
INHERITED: Final = frozenset(
    {"fill", "stroke", "marker", "marker-start", "marker-mid", "marker-end"}
)
PAINTS: Final = INHERITED | {"mask", "mask-image", "-webkit-mask", "clip-path", "filter"}
# Drawn at each corner of a path.
AT_CORNERS: Final = frozenset({"marker", "marker-mid"})
# Of a path this long the check may have been fed the two ends alone.
CORNERS_OF_LONG_PATHS: Final = 4096

# None of these backtracks or begins within what it has read: the time grows with the text alone.
_URL = re.compile(rf"url\({CSS_SPACE}*+[\"']?+{CSS_SPACE}*+#([^\"')]*)", re.IGNORECASE)
_DECLARATION = re.compile(r"(?<![\w-])([\w-]++)\s*+:([^;{}]*)")
_BRACE = re.compile(r"([{}])")
_COMBINATOR = re.compile(r"[\s>+~]+")
_KEY = re.compile(r"[.#]?[\w-]+")
_NUMBER = re.compile(r"[-+]?(?:\d*\.)?\d+")


def list_paints(attribute: str, value: str) -> Iterator[tuple[str, str]]:
    """The properties that an attribute sets to something of the same file, with its id."""
    if attribute == "style":
        yield from _list_declared(decode_style(value))
    elif attribute in PAINTS:
        for match in _URL.finditer(decode_style(value)):
            yield attribute, match[1]


def list_rule_paints(css: str) -> Iterator[tuple[str, str, str]]:
    """The same of a style sheet, each with the class, id or name of the elements that it is for."""
    if "url(" not in css.lower():
        return
    pieces = _BRACE.split(css)
    for place in range(1, len(pieces), 2):
        if pieces[place] == "{":
            yield from _list_rule(pieces[place - 1], pieces[place + 1])


def _list_rule(selectors: str, body: str) -> Iterator[tuple[str, str, str]]:
    # Of nested rules what comes before them stands where their selector would.
    for paint, target in _list_declared(selectors):
        yield "*", paint, target
    if "url(" in body.lower():
        keys = {_find_key(selector) for selector in selectors.split(",")}
        for paint, target in _list_declared(body):
            for key in keys:
                yield key, paint, target


def count_corners(path: str) -> int:
    """At least as many as the path or list of points has, from two numbers each."""
    if " 0 0 " in path and len(path) >= 500:
        return CORNERS_OF_LONG_PATHS
    return len(_NUMBER.findall(path)) // 2 + 1


def _list_declared(css: str) -> Iterator[tuple[str, str]]:
    if "url(" not in css.lower():
        return
    for match in _DECLARATION.finditer(css):
        paint = match[1].lower()
        if paint in PAINTS or paint.startswith("--"):
            for url in _URL.finditer(match[2]):
                yield paint, url[1]


def _find_key(selector: str) -> str:
    last = _COMBINATOR.split(selector.strip())[-1]
    keys: list[str] = _KEY.findall(last.partition(":")[0].partition("[")[0])
    classes = [key for key in keys if key.startswith(".")]
    return (classes or keys or ["*"])[-1]
