"""Counts the elements that an SVG is drawn with: its own, and those that others repeat of them."""

from __future__ import annotations

from array import array
from urllib.parse import unquote_to_bytes

from apps.problems import SvgUnsafe
from apps.products.pictures.remedies import SIMPLIFY
from apps.products.pictures.svg.svg_rules import XLINK_HREF, normalize_url, pair_attributes

# Chromium takes up to five seconds for so many, and more the deeper they are nested.
MAX_DRAWN_ELEMENTS = 250_000
MAX_NESTED_USES = 32
# Drawing programs give each group an id. With these and as many <use> as a file may hold, all that
# is remembered takes 3 MB.
MAX_TARGETS = 65_000
# Two classes for each element, and what they are painted with.
MAX_REFERENCES = 600_000
# Of a longer id the check may have been fed the two ends alone.
MAX_REFERENCE_CHARACTERS = 256

_DOCUMENT = 0
_OTHER = 1  # what any other id names, drawn as one element
_NOTHING = 2  # what paints without elements: gradients
_ZEROS = array("I", (0, 0, 0))  # of these three
_STEPS_PER_ELEMENT = 4  # for what refers to much that draws nothing
# How often a reference draws its target: what is painted on a <use>, once for each of its elements.
_USED = 0
_AS_OFTEN_AS_USED = 0xFFFF_FFFF
_MASK = 0xFFFF_FFFF


class DrawnElements:
    """Remembers each <use>, and the targets: elements with an id that hold others, or are a <use>.

    Targets are numbered as they open, since the first of equal ids counts; hashes stand for ids.
    """

    def __init__(self) -> None:
        self.open_depth = 0  # of the innermost target that is open
        self._open: list[tuple[int, int]] = []
        self._is_full = False
        self._is_long = False
        self._uses = array("I")  # what each refers to
        self._repeats = array("I")
        self._paints = False
        self._rules: dict[str, list[str]] = {}  # what style sheets paint, by class, id or name
        self._ids = _ZEROS[:]
        self._sizes = _ZEROS[:]  # while it is open: how many elements came before
        self._first_uses = _ZEROS[:]
        self._end_uses = _ZEROS[:]

    def open_target(self, name: str, depth: int, opened: int, first_use: int) -> None:
        """``opened``: how many elements did so far, up to this one, whose uses begin there."""
        if self._add_target(name, opened - 1, first_use):
            self._open.append((len(self._ids) - 1, depth))
            self.open_depth = depth

    def close_target(self, opened: int) -> None:
        """``opened``: how many elements did so far, up to the last within it."""
        number, _ = self._open.pop()
        self.open_depth = self._open[-1][1] if self._open else 0
        self._sizes[number] = opened - self._sizes[number]
        self._end_uses[number] = len(self._uses)

    def add_use(self, attributes: list[str]) -> None:
        known = pair_attributes(attributes)
        url = normalize_url(known.get("href", known.get(XLINK_HREF, "")))
        if not url.startswith("#"):
            return
        name = url[1:]
        self._add_reference(name)
        if "%" in name:  # not every browser decodes it
            name = _decode_fragment(name)
            self._add_reference(name)
        if len(name) > MAX_REFERENCE_CHARACTERS:
            self._is_long = True

    def add_paint(self, name: str, repeats: int = 1, *, is_on_use: bool = False) -> None:
        """A pattern, mask, clip path, marker or filter of that id, drawn so often."""
        self._paints = True
        self._add_reference(name, _AS_OFTEN_AS_USED if is_on_use else repeats)
        if "%" in name:
            self._add_reference(_decode_fragment(name), repeats)

    def add_class(self, name: str, *, is_on_use: bool = False) -> None:
        """What the rules of that name paint, wherever they stand."""
        self._add_reference(name, _AS_OFTEN_AS_USED if is_on_use else 1)

    def add_painted(self, name: str, first_use: int) -> None:
        """An element with that id which holds no other, and is painted."""
        self._add_target(name, 1, first_use)

    def add_rule(self, name: str, target: str) -> None:
        self._paints = True
        self._rules.setdefault(name, []).append(target)

    @property
    def references(self) -> int:
        """How many there are so far."""
        return len(self._uses)

    def check(self, elements: int) -> None:
        """Raise SvgUnsafe where a document of so many elements draws too many, or may do so."""
        if not self._uses or not (self._paints or _USED in self._repeats):
            return
        if self._is_long:
            raise _word_limit("of an id with more characters than", MAX_REFERENCE_CHARACTERS)
        if self._is_full:
            raise _word_limit("and more groups with an id than", MAX_TARGETS)
        self._end_uses[_DOCUMENT] = len(self._uses)
        self._add_rules()
        if len(self._uses) > MAX_REFERENCES:
            raise _word_limit("and more references than", MAX_REFERENCES)
        self._resolve_uses()
        self._draw(elements)

    def _add_rules(self) -> None:
        for name, targets in self._rules.items():
            first = len(self._uses)
            for target in targets:
                self._add_reference(target, 1)
            self._add_target(name, 0, first)

    def _draw(self, elements: int) -> None:
        uses, sizes, firsts, ends = self._uses, self._sizes, self._first_uses, self._end_uses
        sizes[_OTHER] = 1
        is_drawn = bytearray(len(sizes))
        path: list[tuple[int, int, int]] = []
        steps = 0
        here, use, left = _DOCUMENT, 0, 0  # of what is drawn, and how often again
        while path or use < ends[here]:
            if use == ends[here] and not left:
                is_drawn[here] = False
                here, use, left = path.pop()
                continue
            if use == ends[here]:
                elements, use, left = elements + sizes[here], firsts[here], left - 1
            steps += 1
            target, use = uses[use], use + 1
            # Nothing is drawn within itself. What opened after ``here`` and holds this <use> is
            # within ``here``.
            if not (is_drawn[target] or (here < target and firsts[target] < use <= ends[target])):
                repeats = self._count_repeats(use - 1)
                if firsts[target] < ends[target]:
                    path.append((here, use, left))
                    here, use, left, is_drawn[target] = target, firsts[target], repeats - 1, True
                    repeats = 1
                elements += sizes[target] * repeats
            self._check_drawn(max(elements, steps // _STEPS_PER_ELEMENT), len(path))

    def _check_drawn(self, elements: int, depth: int) -> None:
        if depth > MAX_NESTED_USES:
            raise _word_limit("within <use>, nested deeper than", MAX_NESTED_USES)
        if elements > MAX_DRAWN_ELEMENTS:
            raise self._word_repeats()

    def _count_repeats(self, use: int) -> int:
        repeats = self._repeats[use]
        if repeats != _AS_OFTEN_AS_USED:
            return max(repeats, 1)
        while use and self._repeats[use] != _USED:
            use -= 1
        return max(self._sizes[self._uses[use]], 1) if self._repeats[use] == _USED else 1

    def _word_repeats(self) -> SvgUnsafe:
        if not self._paints:
            return _word_limit("that repeats elements to more than", MAX_DRAWN_ELEMENTS)
        return _word_limit(
            "patterns, masks, clip paths, markers or filters that repeat elements to more than",
            MAX_DRAWN_ELEMENTS,
            "",
        )

    def _add_reference(self, name: str, repeats: int = _USED) -> None:
        # One more than is allowed tells that there were too many.
        if len(self._uses) <= MAX_REFERENCES:
            self._uses.append(hash(name) & _MASK)
            self._repeats.append(repeats)

    def _add_target(self, name: str, size: int, first_use: int) -> bool:
        if len(self._ids) > MAX_TARGETS:
            self._is_full = True
            return False
        self._ids.append(hash(name) & _MASK)
        self._sizes.append(size)
        self._first_uses.append(first_use)
        self._end_uses.append(len(self._uses))
        return True

    def _resolve_uses(self) -> None:
        # A table of its own, since a dict takes ten times as much memory.
        table = array("I", bytes(4 << (2 * len(self._ids)).bit_length()))
        for number in range(_NOTHING + 1, len(self._ids)):
            slot = self._find_slot(table, self._ids[number])
            table[slot] = table[slot] or number
        for place, name in enumerate(self._uses):
            found = table[self._find_slot(table, name)]
            self._uses[place] = found or (_NOTHING if self._repeats[place] else _OTHER)

    def _find_slot(self, table: array[int], name: int) -> int:
        slot = name % len(table)
        while table[slot] and self._ids[table[slot]] != name:
            slot = (slot + 1) % len(table)
        return slot


def _word_limit(what: str, limit: int, element: str = "<use> ") -> SvgUnsafe:
    return SvgUnsafe(f"{SIMPLIFY} The SVG holds {element}{what} {limit:,}.", limit=limit)


def _decode_fragment(fragment: str) -> str:
    # As Chromium does.
    decoded = unquote_to_bytes(fragment)
    try:
        return decoded.decode()
    except UnicodeDecodeError:
        return decoded.decode("latin-1")
