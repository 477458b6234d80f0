"""What a few bytes of an SVG make dear to draw: filters, dashes and animations."""

from __future__ import annotations

import math
import re
from itertools import chain
from typing import Final

from apps.products.pictures.svg.svg_rules import (
    NAME_SEPARATOR,
    SVG_NAMESPACE,
    decode_style,
    pair_attributes,
)

# Of 159,000 real files the largest: 40 primitives in a filter, a blur of 142 px or of 0.63 sides,
# 920 dashes to a side, 25 animations.
MAX_PRIMITIVES: Final = 64
MAX_FILTER_STEPS: Final = 5_000
MAX_BLUR: Final = 250
MAX_MORPHOLOGY: Final = 100
MAX_DASHES: Final = 10_000
MAX_PATH_LENGTH: Final = 100_000
MAX_ANIMATIONS: Final = 2_000
MAX_NESTED_FILTERS: Final = 32

_FILTER = SVG_NAMESPACE + NAME_SEPARATOR + "filter"
_PRIMITIVE = SVG_NAMESPACE + NAME_SEPARATOR + "fe"
_ANIMATIONS = frozenset(
    SVG_NAMESPACE + NAME_SEPARATOR + name
    for name in ("animate", "animateColor", "animateMotion", "animateTransform", "set")
)
_STYLED = frozenset({"style", "filter"})
# Within a primitive: no step of its own.
_PARTS = ("Func", "MergeNode", "DistantLight", "PointLight", "SpotLight")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?", re.IGNORECASE)
_BLUR_FUNCTION = re.compile(r"(?:blur|drop-shadow)\(([^)]*)", re.IGNORECASE)
_FILTER_FUNCTION = re.compile(
    r"\b(?:blur|drop-shadow|brightness|contrast|grayscale|hue-rotate|invert|saturate|sepia)\(",
    re.IGNORECASE,
)
_DASHES = re.compile(r"stroke-dasharray\s*:([^;{}]*)", re.IGNORECASE)
_UNITS = re.compile(r"(\d|\.)(?:px|em|rem|ex|ch|pt|pc|mm|cm|in|q|vw|vh)\b", re.IGNORECASE)


class Effects:
    """Looks at each element; ``side`` is the longer one of the picture, in its own units."""

    def __init__(self) -> None:
        self.side = 100.0
        self._animations = 0
        self._primitives = 0
        self._steps: dict[str, int] = {}  # that each result of the open filter takes
        self._last_steps = 1
        self._merged = ""  # what the open feMerge is called

    def find_fault(self, name: str, attributes: list[str]) -> tuple[str, int] | None:
        """What there is too much of, with its limit, as the refusal words it."""
        if name in _ANIMATIONS:
            self._animations += 1
            if self._animations > MAX_ANIMATIONS:
                return "more animations than", MAX_ANIMATIONS
        elif name == _FILTER:
            self._primitives, self._last_steps = 0, 1
            self._steps.clear()
        elif name.startswith(_PRIMITIVE):
            return self._find_filter_fault(
                name.removeprefix(_PRIMITIVE), pair_attributes(attributes)
            )
        return None

    def find_style_fault(self, attribute: str, value: str) -> tuple[str, int] | None:
        """The same for an attribute whose value stands for one of CSS, and for a style sheet."""
        if attribute == "pathLength":
            too_long = _read_largest(value) > MAX_PATH_LENGTH
            return ("a pathLength of more than", MAX_PATH_LENGTH) if too_long else None
        if attribute == "stroke-dasharray":
            return self._find_dash_fault(value)
        return self._find_css_fault(decode_style(value)) if attribute in _STYLED else None

    def _find_css_fault(self, css: str) -> tuple[str, int] | None:
        if len(_FILTER_FUNCTION.findall(css)) > MAX_PRIMITIVES:
            return "a filter of more functions than", MAX_PRIMITIVES
        dashes = (self._find_dash_fault(match[1]) for match in _DASHES.finditer(css))
        blurs = (self._find_blur_fault(match[1]) for match in _BLUR_FUNCTION.finditer(css))
        return next(filter(None, chain(dashes, blurs)), None)

    def _find_filter_fault(self, name: str, known: dict[str, str]) -> tuple[str, int] | None:
        if name == "MergeNode":
            self._last_steps += self._count_steps(known.get("in"), 1)
            self._steps[self._merged] = self._last_steps
        elif not name.startswith(_PARTS):
            self._add_primitive(name, known)
        if "result" in known:
            self._steps[known["result"]] = self._last_steps
        if name == "Merge":
            self._merged = known.get("result", "")
        if self._primitives > MAX_PRIMITIVES:
            return "a filter of more primitives than", MAX_PRIMITIVES
        if self._last_steps > MAX_FILTER_STEPS:
            return (
                "a filter whose primitives repeat each other to more steps than",
                MAX_FILTER_STEPS,
            )
        return self._find_radius_fault(name, known)

    def _find_radius_fault(self, name: str, known: dict[str, str]) -> tuple[str, int] | None:
        if name == "Morphology" and _read_largest(known.get("radius", "")) > MAX_MORPHOLOGY:
            return "feMorphology of a radius of more than", MAX_MORPHOLOGY
        return self._find_blur_fault(known["stdDeviation"]) if "stdDeviation" in known else None

    def _add_primitive(self, name: str, known: dict[str, str]) -> None:
        self._primitives += 1
        last = self._last_steps
        if name in ("Flood", "Image", "Turbulence", "Merge"):
            last = 0
        else:
            last = self._count_steps(known.get("in"), last)
            if name in ("Blend", "Composite", "DisplacementMap"):
                last += self._count_steps(known.get("in2"), self._last_steps)
        self._last_steps = 1 + last

    def _count_steps(self, source: str | None, default: int) -> int:
        return default if source is None else self._steps.get(source, 1)

    def _find_blur_fault(self, text: str) -> tuple[str, int] | None:
        limit = max(MAX_BLUR, math.ceil(self.side))
        return ("a blur of more px than", limit) if _read_largest(text) > limit else None

    def _find_dash_fault(self, dashes: str) -> tuple[str, int] | None:
        if "%" in dashes:
            return None
        period = sum(map(float, _NUMBER.findall(_UNITS.sub(r"\1 ", dashes))))
        if 0 < period < math.inf and self.side / period > MAX_DASHES:
            return "lines of more dashes than", MAX_DASHES
        return None


def _read_largest(text: str) -> float:
    return max(map(float, _NUMBER.findall(_UNITS.sub(r"\1 ", text))), default=0.0)
