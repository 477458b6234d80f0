"""What an SVG takes to be drawn, gathered element by element."""

from __future__ import annotations

from typing import Final

from apps.products.pictures.svg.svg_effects import MAX_NESTED_FILTERS, Effects
from apps.products.pictures.svg.svg_paints import (
    AT_CORNERS,
    INHERITED,
    count_corners,
    list_paints,
    list_rule_paints,
)
from apps.products.pictures.svg.svg_rules import NAME_SEPARATOR, ElementRule, pair_attributes
from apps.products.pictures.svg.svg_uses import MAX_REFERENCES, DrawnElements

MAX_PAINTING_RULES: Final = 20_000
MAX_PAINTS_LOOKED_AT: Final = 2_000_000
# Attributes that count without a bracket in them.
MEASURED: Final = frozenset({"class", "stroke-dasharray", "pathLength"})

_SHAPES = frozenset(
    {"path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan"}
    | {"textPath", "use"}
)

# What a class's rules paint: on its elements, on the shapes in them, on a shape of that class.
_OWN, _HANDED, _SHAPED = ".", "~", "*"

Fault = tuple[str, int]


class Drawing:
    """Told of each element's tag, values and end; some tell what there is too much of."""

    def __init__(self) -> None:
        self.effects = Effects()
        self._drawn = DrawnElements()
        self._opened: list[str] | None = None  # attributes of the last tag, if it opens an element
        self._first_use = 0  # of the last tag
        self._paints: list[tuple[str, str]] = []  # of the last tag
        self._is_filtered = False
        self._filtered: list[int] = []  # depths
        self._inherited: list[tuple[int, list[tuple[str, str]]]] = []  # by depth
        self._handed_down = 0  # how many in all of them
        self._looked_at = 0
        self._painting_rules = 0
        self._rules: dict[str, list[tuple[str, str]]] = {}
        self._shapes = 0

    def open_tag(self, rule: ElementRule, name: str, attributes: list[str]) -> Fault | None:
        self._first_use = self._drawn.references
        # What holds the colours of a gradient draws none of them.
        self._opened = None if name.endswith("Gradient") else attributes
        self._paints.clear()
        self._is_filtered = False
        if rule.is_use:
            self._drawn.add_use(attributes)
        return self.effects.find_fault(name, attributes) if rule.is_effect else None

    def open_content(self, depth: int, opened: int) -> None:
        """The last tag, at that depth, the so many-th, turns out to hold another."""
        if self._opened and (name := _get_id(self._opened)) is not None:
            self._drawn.open_target(name, depth, opened, self._first_use)

    def add_value(self, attribute: str, value: str) -> Fault | None:
        if attribute == "class":
            self._paints += (("class", name) for name in value.split())
            return None
        if "(" in value or "\\" in value:
            self._paints += list_paints(attribute, value)
            self._is_filtered |= "filter" in (attribute, value.lower()) or "filter:" in value
        return self.effects.find_style_fault(attribute, value)

    def close_tag(self, name: str, attributes: list[str], depth: int) -> Fault | None:
        """All values have come."""
        local = name.rpartition(NAME_SEPARATOR)[2]
        is_shape = local in _SHAPES
        self._shapes += is_shape
        if self._drawn.references > MAX_REFERENCES:
            return None  # which `check` refuses
        if self._rules:
            self._paints += self._list_ruled(local, attributes)
        # Some come to nothing, and are looked at all the same.
        self._looked_at += len(self._paints) + self._handed_down
        if self._looked_at > MAX_PAINTS_LOOKED_AT:
            return "groups and rules that paint elements more often than", MAX_PAINTS_LOOKED_AT
        if not (self._paints or self._inherited or self._is_filtered):
            return None
        self._add_paints(local, attributes, is_shape=is_shape)
        # A shape holds none that this would matter to, but for text.
        is_leaf = is_shape and not local.startswith("t")
        handed_down = [] if is_leaf else [each for each in self._paints if _is_inherited(each[0])]
        if handed_down:
            self._inherited.append((depth, handed_down))
            self._handed_down += len(handed_down)
        if self._is_filtered or any(paint == "filter" for paint, _ in self._paints):
            self._filtered.append(depth)
            if len(self._filtered) > MAX_NESTED_FILTERS:
                return "filters within filters, nested deeper than", MAX_NESTED_FILTERS
        return None

    def close_element(self, depth: int, opened: int) -> None:
        has_painted = self._drawn.references > self._first_use
        if self._opened and has_painted and (name := _get_id(self._opened)) is not None:
            self._drawn.add_painted(name, self._first_use)
        if depth == self._drawn.open_depth:
            self._drawn.close_target(opened)
        if self._inherited and self._inherited[-1][0] == depth:
            self._handed_down -= len(self._inherited.pop()[1])
        if self._filtered and self._filtered[-1] == depth:
            self._filtered.pop()
        self._opened = None

    def add_style_sheet(self, css: str) -> Fault | None:
        for key, paint, target in list_rule_paints(css):
            self._painting_rules += 1
            if self._painting_rules > MAX_PAINTING_RULES:
                return "style rules that paint more selectors than", MAX_PAINTING_RULES
            if key.startswith("."):
                self._drawn.add_rule((_HANDED if _is_inherited(paint) else _OWN) + key[1:], target)
                self._drawn.add_rule(_SHAPED + key[1:], target)
                continue
            self._rules.setdefault(key, []).append((paint, target))
            if self._shapes:  # for elements before it, too
                self._drawn.add_paint(target, self._shapes)
        return self.effects.find_style_fault("style", css)

    def check(self, elements: int) -> None:
        """Raise SvgUnsafe where a document of so many elements draws too many, or may do so."""
        self._drawn.check(elements)

    def _list_ruled(self, local: str, attributes: list[str]) -> list[tuple[str, str]]:
        keys = [local, "*"]
        if (name := _get_id(attributes)) is not None:
            keys.append("#" + name)
        return [paint for key in keys for paint in self._rules.get(key, ())]

    def _add_paints(self, local: str, attributes: list[str], *, is_shape: bool) -> None:
        is_use = local == "use"
        own_class = _SHAPED if is_shape else _OWN
        for paint, target in self._paints:
            if paint == "class":
                self._drawn.add_class(own_class + target, is_on_use=is_use)
            elif not _is_inherited(paint):
                self._drawn.add_paint(target)
            elif is_shape:
                self._add_handed(paint, target, attributes, is_use=is_use)
        if is_shape and self._inherited:
            self._add_inherited(attributes, is_use=is_use)

    def _add_inherited(self, attributes: list[str], *, is_use: bool) -> None:
        own = {paint for paint, _ in self._paints if paint != "class"} | set(attributes[::2])
        for paint, target in (each for _, paints in self._inherited for each in paints):
            if paint == "class":
                self._drawn.add_class(_HANDED + target, is_on_use=is_use)
            elif paint not in own:
                self._add_handed(paint, target, attributes, is_use=is_use)

    def _add_handed(self, paint: str, target: str, attributes: list[str], *, is_use: bool) -> None:
        repeats = _count_corners(attributes) if paint in AT_CORNERS else 1
        self._drawn.add_paint(target, repeats, is_on_use=is_use)


def _get_id(attributes: list[str]) -> str | None:
    # One of thousands of elements has one: a pairing of them all would cost more.
    names = attributes[::2]
    return attributes[names.index("id") * 2 + 1] if "id" in names else None


def _is_inherited(paint: str) -> bool:
    return paint == "class" or paint in INHERITED or paint.startswith("--")


def _count_corners(attributes: list[str]) -> int:
    known = pair_attributes(attributes)
    return count_corners(known.get("d") or known.get("points") or "")
