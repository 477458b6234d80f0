"""Counts the elements that an SVG is drawn with: its own, and those that each <use> repeats."""

from __future__ import annotations

from array import array
from urllib.parse import unquote_to_bytes

from apps.problems import SvgUnsafe
from apps.products.svg_rules import XLINK_HREF, normalize_url, pair_attributes

# Chromium takes up to five seconds for so many, and more the deeper they are nested.
MAX_DRAWN_ELEMENTS = 250_000
MAX_NESTED_USES = 32
# Drawing programs give each group an id. With these and as many <use> as a file may hold, all that
# is remembered takes 3 MB.
MAX_TARGETS = 65_000
# Of a longer id the check may have been fed the two ends alone.
MAX_REFERENCE_CHARACTERS = 256

_DOCUMENT = 0
_OTHER = 1  # what any other id names, drawn as one element
_ZEROS = array("I", (0, 0))  # of these two
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
        self._ids = _ZEROS[:]
        self._sizes = _ZEROS[:]  # while it is open: how many elements came before
        self._first_uses = _ZEROS[:]
        self._end_uses = _ZEROS[:]

    def open_target(self, attributes: list[str], depth: int, opened: int) -> None:
        """``opened``: how many elements did so far, up to this one."""
        name = attributes[attributes[::2].index("id") * 2 + 1]
        if self._add_target(name, opened - 1, len(self._uses)):
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
        first = len(self._uses)
        name = url[1:]
        self._uses.append(hash(name) & _MASK)
        if "%" in name:  # not every browser decodes it
            name = _decode_fragment(name)
            self._uses.append(hash(name) & _MASK)
        if len(name) > MAX_REFERENCE_CHARACTERS:
            self._is_long = True
        if "id" in known:
            self._add_target(known["id"], 1, first)

    def check(self, elements: int) -> None:
        """Raise SvgUnsafe where a document of so many elements draws too many, or may do so."""
        if not self._uses:
            return
        if self._is_long:
            raise _word_limit("of an id with more characters than", MAX_REFERENCE_CHARACTERS)
        if self._is_full:
            raise _word_limit("and more groups with an id than", MAX_TARGETS)
        self._resolve_uses()
        self._draw(elements)

    def _draw(self, elements: int) -> None:
        self._sizes[_OTHER] = 1
        self._end_uses[_DOCUMENT] = len(self._uses)
        uses, sizes, firsts, ends = self._uses, self._sizes, self._first_uses, self._end_uses
        is_drawn = bytearray(len(sizes))
        path: list[tuple[int, int]] = []
        here, use = _DOCUMENT, 0
        while path or use < ends[here]:
            if use == ends[here]:
                is_drawn[here] = False
                here, use = path.pop()
                continue
            target, use = uses[use], use + 1
            # Nothing is drawn within itself. What opened after ``here`` and holds this <use> is
            # within ``here``.
            if is_drawn[target] or (here < target and firsts[target] < use <= ends[target]):
                continue
            elements += sizes[target]
            if elements > MAX_DRAWN_ELEMENTS:
                raise _word_limit("that repeats elements to more than", MAX_DRAWN_ELEMENTS)
            if firsts[target] < ends[target]:
                path.append((here, use))
                here, use, is_drawn[target] = target, firsts[target], True
                if len(path) > MAX_NESTED_USES:
                    raise _word_limit("within <use>, nested deeper than", MAX_NESTED_USES)

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
        for number in range(_OTHER + 1, len(self._ids)):
            slot = self._find_slot(table, self._ids[number])
            table[slot] = table[slot] or number
        for place, name in enumerate(self._uses):
            self._uses[place] = table[self._find_slot(table, name)] or _OTHER

    def _find_slot(self, table: array[int], name: int) -> int:
        slot = name % len(table)
        while table[slot] and self._ids[table[slot]] != name:
            slot = (slot + 1) % len(table)
        return slot


def _word_limit(what: str, limit: int) -> SvgUnsafe:
    return SvgUnsafe(f"The SVG holds <use> {what} {limit:,}.", limit=limit)


def _decode_fragment(fragment: str) -> str:
    # As Chromium does.
    decoded = unquote_to_bytes(fragment)
    try:
        return decoded.decode()
    except UnicodeDecodeError:
        return decoded.decode("latin-1")
