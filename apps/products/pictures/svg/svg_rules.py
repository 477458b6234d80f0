"""Which elements, attributes, references and style rules of an SVG run code or leave the file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

# Between namespace and local name; expat refuses a namespace that holds it.
NAME_SEPARATOR = "\n"
SVG_NAMESPACE = "http://www.w3.org/2000/svg"
XLINK_HREF = "http://www.w3.org/1999/xlink" + NAME_SEPARATOR + "href"
# What draws that which its href names; a pattern has the other's content where it has none.
REPEATING = frozenset(
    SVG_NAMESPACE + NAME_SEPARATOR + name for name in ("use", "feImage", "pattern", "filter")
)
EFFECTS = ("fe", "filter", "animate", "set")
LINK = SVG_NAMESPACE + NAME_SEPARATOR + "a"
XML_BASE = "http://www.w3.org/XML/1998/namespace" + NAME_SEPARATOR + "base"
XML_EVENTS = "http://www.w3.org/2001/xml-events"

# Elsewhere (RDF, Inkscape, Adobe) attributes are data that no browser acts on.
DRAWN_NAMESPACES = frozenset({SVG_NAMESPACE, "", "http://www.w3.org/1998/Math/MathML"})
REFUSED_NAMESPACES = {
    "http://www.w3.org/1999/xhtml": "HTML element",
    "http://www.w3.org/2001/XInclude": "XInclude element",
    "http://www.w3.org/1999/XSL/Transform": "XSLT element",
    "http://www.mozilla.org/xbl": "XBL element",
    XML_EVENTS: "XML Events element",
}
REFUSED_EVERYWHERE = frozenset({"script", "foreignobject", "iframe", "embed"})
# SVG Tiny 1.2 §15, and what a page that inlines the file would take for HTML.
REFUSED_WHERE_DRAWN = REFUSED_EVERYWHERE | frozenset(
    {"handler", "listener", "frame", "object", "applet", "audio", "video"}
    | {"img", "link", "meta", "base", "form"}
)
REFERENCES = frozenset({"href", "src", "srcset", "action", "formaction", "poster", "ping"})
NEVER_STYLE = frozenset({"d", "points", "transform", "id", "class", "viewBox"})

_PICTURE = r"im(?:age|g)/(?:x-)?(?:a?png|p?jpe?g|gif|webp|bmp|avif|tiff|icon)"
_FONT = r"font/[\w.+-]+|application/(?:(?:x-)?font-[\w.+-]+|vnd\.ms-\w+|octet-stream)"
# "data:;base64" (Illustrator 9) is plain text but to a picture, which is told by its bytes.
# CSS Syntax §4.2 knows no other white space; Python's is wider.
CSS_SPACE = r"[ \t\r\n\f]"
_STAYS_INSIDE = re.compile(rf"#|data:;base64,|data:{_PICTURE}{CSS_SPACE}*[;,]", re.IGNORECASE)
# A link is followed by whoever clicks it, and by nothing else.
_IS_LINK = re.compile(r"https?://|mailto:", re.IGNORECASE)
_STYLE_STAYS_INSIDE = re.compile(
    rf"{CSS_SPACE}*+[\"']?+{CSS_SPACE}*+(?:#|data:(?:{_PICTURE}|{_FONT}){CSS_SPACE}*[;,])",
    re.IGNORECASE,
)
_STYLE_FAULT = re.compile(
    rf"url\(|@import|expression{CSS_SPACE}*\("
    rf"|(?:-moz-binding|(?<![\w-])behavior|-o-link[\w-]{{0,9}}){CSS_SPACE}*:"
    rf"|(?:image-set|(?<![\w-])(?:image|src))\(|(?:java|vb)script{CSS_SPACE}*:",
    re.IGNORECASE,
)
# One of these is in every fault; to look for them costs a tenth of the expression above.
_STYLE_WORDS = (
    *("url(", "@import", "expression", "binding", "behavior"),
    *("-o-link", "image", "src", "script", "/*"),
)
# §3.3 makes one line feed of CR LF before escapes are looked at.
_STYLE_ESCAPE = re.compile(rf"\\(?:([0-9a-fA-F]{{1,6}})(?:\r\n|{CSS_SPACE})?|(.)|\Z)", re.DOTALL)
_URL_IGNORED = {ord(character): None for character in "\t\n\r"}
_URL_EDGE = "".join(map(chr, range(0x21)))

AttributeRule = Callable[[str], list[str]]


class AttributeRules(dict[str, AttributeRule | None]):
    """Rules by expanded attribute name, filled in as names are met."""

    def __init__(self, names: list[str], *, drawn: bool, links: bool = False) -> None:
        super().__init__()
        self.names = names
        self.drawn = drawn
        self.links = links

    def __missing__(self, name: str) -> AttributeRule | None:
        self.names.append(name)
        rule: AttributeRule | None
        if self.links and name in {"href", XLINK_HREF}:
            rule = partial(_check_link, "href" if name == "href" else "xlink:href")
        else:
            rule = find_attribute_rule(name, drawn=self.drawn)
        self[name] = rule
        return rule


@dataclass(frozen=True, slots=True)
class ElementRule:
    """What to do with each element of one name."""

    fault: str | None
    is_style: bool
    is_use: bool
    is_effect: bool
    attributes: AttributeRules


class ElementRules(dict[str, ElementRule]):
    """Rules by expanded element name, filled in as names are met."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []  # all that were met
        self.of_drawn = AttributeRules(self.names, drawn=True)
        self.of_links = AttributeRules(self.names, drawn=True, links=True)
        self.of_data = AttributeRules(self.names, drawn=False)

    def __missing__(self, name: str) -> ElementRule:
        self.names.append(name)
        namespace, _, local = name.rpartition(NAME_SEPARATOR)
        if name == LINK:
            attributes = self.of_links
        else:
            attributes = self.of_drawn if namespace in DRAWN_NAMESPACES else self.of_data
        fault = find_element_fault(namespace, local)
        is_style = local.lower() == "style"
        is_effect = namespace == SVG_NAMESPACE and local.startswith(EFFECTS)
        rule = ElementRule(fault, is_style, name in REPEATING, is_effect, attributes)
        self[name] = rule
        return rule


def find_element_fault(namespace: str, local: str) -> str | None:
    """What is wrong with such an element, as the refusal words it."""
    if namespace in REFUSED_NAMESPACES:
        return f"{REFUSED_NAMESPACES[namespace]} <{local[:40]}>"
    refused = REFUSED_WHERE_DRAWN if namespace in DRAWN_NAMESPACES else REFUSED_EVERYWHERE
    return f"<{local}>" if local.lower() in refused else None


def find_attribute_rule(name: str, *, drawn: bool) -> AttributeRule | None:
    """How to check the values of this attribute; ``drawn``: of an element that browsers draw."""
    namespace, _, local = name.rpartition(NAME_SEPARATOR)
    if namespace == XML_EVENTS or (not namespace and re.fullmatch(r"(?i:on[a-z]+)", local)):
        return partial(_refuse_attribute, local[:40])
    if name in {XLINK_HREF, XML_BASE}:
        return partial(_check_reference, "xml:base" if name == XML_BASE else "xlink:href")
    if namespace or not drawn or local in NEVER_STYLE or local.startswith(("data-", "aria-")):
        return None
    if local.lower() in REFERENCES:
        return partial(_check_reference, local)
    return _check_animated_name if local == "attributeName" else _check_style


def list_style_faults(css: str) -> Iterator[tuple[int, str]]:
    """Faults of a style sheet or value, each with its line (0 is the first).

    The text is searched as it stands and without its comments, so that neither a comment hides
    anything nor a string that looks like one.
    """
    text = decode_style(css)
    lowered = text.lower()
    if not any(word in lowered for word in _STYLE_WORDS):
        return
    seen = set()
    for variant in (text, drop_comments(text)) if "/*" in text else (text,):
        line = counted_to = 0
        for match in _STYLE_FAULT.finditer(variant):
            line += variant.count("\n", counted_to, match.start())
            counted_to = match.start()
            fault = _word_style_fault(variant, match)
            if fault and (line, fault) not in seen:
                seen.add((line, fault))
                yield line, fault


def decode_style(css: str) -> str:
    """The text with each escape replaced by what it stands for in a name (CSS Syntax §4.3.7)."""
    return _STYLE_ESCAPE.sub(_decode_escape, css) if "\\" in css else css


def drop_comments(css: str) -> str:
    """The text without its comments, of which the line breaks stay."""
    first, *rest = css.split("/*")
    kept = [first]
    for part in rest:
        comment, _, after = part.partition("*/")
        kept += ["\n" * comment.count("\n"), after]
    return "".join(kept)


def pair_attributes(attributes: list[str]) -> dict[str, str]:
    """Values by expanded name, of the names and values that expat gives in turn."""
    return dict(zip(attributes[::2], attributes[1::2], strict=True))


def normalize_url(value: str) -> str:
    """Drop what the URL standard §4.4 drops before it looks for a scheme."""
    if value.isprintable():
        return value.strip(" ")
    return value.translate(_URL_IGNORED).strip(_URL_EDGE)


def quote_value(value: str) -> str:
    """The beginning of a value, fit for a sentence."""
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in value[:60])
    return f'"{shown}…"' if len(value) > 60 else f'"{shown}"'


def _refuse_attribute(name: str, _value: str) -> list[str]:
    return [f"attribute {name}"]


def _check_reference(name: str, value: str) -> list[str]:
    if value.startswith("#"):
        return []
    url = normalize_url(value)
    return [] if not url or _STAYS_INSIDE.match(url) else [f"{name} to {quote_value(url)}"]


def _check_link(name: str, value: str) -> list[str]:
    return [] if _IS_LINK.match(normalize_url(value)) else _check_reference(name, value)


def _check_animated_name(value: str) -> list[str]:
    local = value.strip().rpartition(":")[2]
    harmless = re.fullmatch(r"(?!(?i:href|on))[\w-]*", local)
    return [] if harmless else [f"animation of {local[:40]}"]


def _check_style(value: str) -> list[str]:
    if not ("(" in value or ":" in value or "\\" in value):
        return []
    return [fault for _, fault in list_style_faults(value)]


def _word_style_fault(css: str, match: re.Match[str]) -> str | None:
    word = match.group().lower()
    if word != "url(":
        return f"CSS {word}"
    if _STYLE_STAYS_INSIDE.match(css, match.end()):
        return None
    target = css[match.end() : match.end() + 80].partition(")")[0].strip(" \t\r\n\f\"'")
    return f"url() to {quote_value(target)}"


def _decode_escape(match: re.Match[str]) -> str:
    code, literal = match.groups()
    character = chr(int(code, 16)) if code and int(code, 16) < 0x110000 else literal or ""
    # An escaped quote, space or # is part of a URL, never its frame: only names are decoded.
    return character if character.isalnum() or character in "@:(-" else "\N{REPLACEMENT CHARACTER}"
