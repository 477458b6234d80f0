"""The tables, the frame header and the scan headers of a JPEG (ITU-T T.81, annex B.2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from typing import Final

from apps.problems import ImageDamaged
from apps.products.pictures.containers.byte_reader import read_u16_be
from apps.products.pictures.containers.frame_budget import ImageSize
from apps.products.pictures.remedies import SAVE_ANEW, SAVE_AS_RGB

MAX_BLOCKS_IN_MCU: Final = 10
# Decoders go through the whole picture at each scan, of which progressive files have about ten.
MAX_SCANS: Final = 200
MAX_SEGMENTS_AMONG_SCANS: Final = 2000
# K.3: Motion-JPEG files leave these out, and decoders fill them in for sequential frames.
STANDARD_TABLES: Final = frozenset({0, 1})


@dataclass(slots=True)
class Component:
    """One colour channel (B.2.2); ``scanned`` once its DC coefficients have come."""

    identifier: int
    horizontal: int
    vertical: int
    quantization_table: int
    scanned: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame header (B.2.2)."""

    progressive: bool
    size: ImageSize
    components: list[Component]

    def count_blocks(self, component: Component) -> int:
        """8 x 8 blocks of one component alone (A.1.1, A.2.2)."""
        horizontal = max([each.horizontal for each in self.components])
        vertical = max([each.vertical for each in self.components])
        columns = ceil(self.size.width * component.horizontal / (8 * horizontal))
        rows = ceil(self.size.height * component.vertical / (8 * vertical))
        return columns * rows

    def count_units(self) -> int:
        """MCUs of a scan of several components (A.2.3)."""
        horizontal = max([each.horizontal for each in self.components])
        vertical = max([each.vertical for each in self.components])
        return ceil(self.size.width / (8 * horizontal)) * ceil(self.size.height / (8 * vertical))


@dataclass(frozen=True, slots=True)
class Scan:
    """What a scan header (B.2.3) tells about the entropy-coded data that follow it."""

    min_bytes: int
    restarts: int
    restart_interval: int


@dataclass(frozen=True, slots=True)
class _Selector:
    """One component of a scan and the tables it names (B.2.3)."""

    component: Component
    dc_table: int
    ac_table: int


@dataclass(slots=True)
class JpegTables:
    """What the segments so far have defined."""

    frame: Frame | None = None
    restart_interval: int = 0
    quantization: set[int] = field(default_factory=set)
    dc_huffman: set[int] = field(default_factory=set)
    ac_huffman: set[int] = field(default_factory=set)
    scans: int = 0
    segments: int = 0

    def count_segment(self, is_scan: bool) -> None:
        """Count what comes from the first scan on."""
        self.scans += is_scan
        self.segments += 1
        if self.scans > MAX_SCANS:
            raise ImageDamaged(
                f"The JPEG has more than {MAX_SCANS} scans.", remedy=SAVE_ANEW, limit=MAX_SCANS
            )
        if self.segments > MAX_SEGMENTS_AMONG_SCANS:
            raise ImageDamaged(
                f"The JPEG has more than {MAX_SEGMENTS_AMONG_SCANS:,} segments among its scans.",
                remedy=SAVE_ANEW,
                limit=MAX_SEGMENTS_AMONG_SCANS,
            )

    def add_quantization(self, segment: bytes) -> None:
        """DQT (B.2.4.1)."""
        place = 0
        while place < len(segment):
            precision, table = divmod(segment[place], 16)
            end = place + 1 + 64 * (precision + 1)
            if precision > 1 or table > 3 or end > len(segment):
                raise ImageDamaged("The JPEG's quantization tables (DQT) are malformed.")
            self.quantization.add(table)
            place = end

    def add_huffman(self, segment: bytes) -> None:
        """DHT (B.2.4.2): the codes of each length must fit into a prefix code (annex C)."""
        place = 0
        while place < len(segment):
            table_class, table = divmod(segment[place], 16)
            counts = segment[place + 1 : place + 17]
            end = place + 17 + sum(counts)
            if table_class > 1 or table > 3 or end > len(segment) or not _is_prefix_code(counts):
                raise ImageDamaged("The JPEG's Huffman tables (DHT) are malformed.")
            symbols = segment[place + 17 : end]
            if table_class == 0 and symbols and max(symbols) > 15:
                raise ImageDamaged("The JPEG's Huffman table (DHT) for DC has a category above 15.")
            (self.ac_huffman if table_class else self.dc_huffman).add(table)
            place = end

    def set_restart_interval(self, segment: bytes) -> None:
        """DRI (B.2.4.4)."""
        if len(segment) != 2:
            raise ImageDamaged("The JPEG's restart interval (DRI) is malformed.")
        self.restart_interval = read_u16_be(segment, 0)

    def set_frame(self, segment: bytes, *, progressive: bool) -> Frame:
        """SOF0, SOF1 or SOF2 (B.2.2)."""
        if self.frame:
            raise ImageDamaged("The JPEG has a second frame header (SOF).")
        if len(segment) < 6 or len(segment) != 6 + 3 * segment[5]:
            raise ImageDamaged("The JPEG's frame header (SOF) is malformed.")
        _check_frame_is_shown(precision=segment[0], component_count=segment[5])
        size = ImageSize(width=read_u16_be(segment, 3), height=read_u16_be(segment, 1))
        if not size.width or not size.height:
            raise ImageDamaged(
                f"The JPEG is {size.width} x {size.height} pixels; a height that follows later "
                "(DNL) is not supported.",
                remedy=SAVE_ANEW,
            )
        components = [
            Component(segment[i], *divmod(segment[i + 1], 16), segment[i + 2])
            for i in range(6, len(segment), 3)
        ]
        for each in components:
            if not (1 <= each.horizontal <= 4 and 1 <= each.vertical <= 4):
                raise ImageDamaged(
                    f"The JPEG has sampling factors {each.horizontal} x {each.vertical}; 1 to 4 "
                    "are allowed."
                )
        self.frame = Frame(progressive, size, components)
        return self.frame

    def add_scan(self, segment: bytes) -> Scan:
        """SOS (B.2.3)."""
        frame = self._get_frame()
        count = segment[0] if segment else 0
        if not 1 <= count <= 4 or len(segment) != 4 + 2 * count:
            raise ImageDamaged("The JPEG's scan header (SOS) is malformed.")
        selectors = _list_selectors(frame, segment[1:-3])
        first, last, approximation = segment[-3:]
        if frame.progressive:
            bits = self._check_progressive(selectors, first, last, approximation)
        else:
            bits = self._check_sequential(selectors)
        self._check_quantization(selectors)
        return self._measure_scan(frame, selectors, bits)

    def check_complete(self) -> ImageSize:
        """Return the size, once the end marker has come and every component has been scanned."""
        frame = self._get_frame()
        missing = sum([not each.scanned for each in frame.components])
        if missing:
            raise ImageDamaged(
                f"The JPEG lacks the scans of {missing} of its {len(frame.components)} components."
            )
        return frame.size

    def _get_frame(self) -> Frame:
        if not self.frame:
            raise ImageDamaged("The JPEG has a scan (SOS) before its frame header (SOF).")
        return self.frame

    def _check_sequential(self, selectors: list[_Selector]) -> int:
        """Return the bits that each block takes at least: one DC and one AC code (F.1.2)."""
        for each in selectors:
            if each.dc_table not in self.dc_huffman | STANDARD_TABLES:
                raise ImageDamaged(
                    f"The JPEG uses Huffman table DC {each.dc_table}, never defined."
                )
            if each.ac_table not in self.ac_huffman | STANDARD_TABLES:
                raise ImageDamaged(
                    f"The JPEG uses Huffman table AC {each.ac_table}, never defined."
                )
            each.component.scanned = True
        return 2

    def _check_progressive(
        self, selectors: list[_Selector], first: int, last: int, approximation: int
    ) -> int:
        """Return the bits that each block takes at least: one of DC, none of AC runs (G.1.2)."""
        high, low = divmod(approximation, 16)
        is_band = first <= last <= 63 and (first > 0 or last == 0)
        if not is_band or low > 13 or (high and low != high - 1):
            raise ImageDamaged("The JPEG's scan header (SOS) has a malformed progression.")
        if first:
            return self._check_ac_band(selectors)
        for each in selectors:
            if not high and each.dc_table not in self.dc_huffman:
                raise ImageDamaged(
                    f"The JPEG uses Huffman table DC {each.dc_table}, never defined."
                )
            each.component.scanned = True
        return 1

    def _check_ac_band(self, selectors: list[_Selector]) -> int:
        if len(selectors) > 1:
            raise ImageDamaged("The JPEG has an AC scan of several components.")
        if selectors[0].ac_table not in self.ac_huffman:
            raise ImageDamaged(
                f"The JPEG uses Huffman table AC {selectors[0].ac_table}, never defined."
            )
        return 0

    def _check_quantization(self, selectors: list[_Selector]) -> None:
        for each in selectors:
            if each.component.quantization_table not in self.quantization:
                raise ImageDamaged(
                    f"The JPEG uses quantization table {each.component.quantization_table}, "
                    "never defined."
                )

    def _measure_scan(self, frame: Frame, selectors: list[_Selector], bits: int) -> Scan:
        components = [each.component for each in selectors]
        if len(components) == 1:
            units = blocks = frame.count_blocks(components[0])
        else:
            units = frame.count_units()
            in_unit = sum([each.horizontal * each.vertical for each in components])
            if in_unit > MAX_BLOCKS_IN_MCU:
                raise ImageDamaged(
                    f"The JPEG's scan has {in_unit} blocks in an MCU; 10 are allowed."
                )
            blocks = units * in_unit
        interval = self.restart_interval
        restarts = ceil(units / interval) - 1 if interval else 0
        return Scan(max(1, ceil(blocks * bits / 8)), restarts, interval)


def _check_frame_is_shown(precision: int, component_count: int) -> None:
    if precision != 8:
        raise ImageDamaged(
            f"The JPEG has {precision} bits a sample; 8 are allowed.", remedy=SAVE_AS_RGB
        )
    if component_count not in (1, 3, 4):
        raise ImageDamaged(
            f"The JPEG has {component_count} colour components; 1 (grey), 3 and 4 (CMYK) are "
            "allowed.",
            remedy=SAVE_AS_RGB,
        )


def _is_prefix_code(counts: bytes) -> bool:
    taken = 0
    for count in counts:
        taken = 2 * taken + count
    return taken <= 1 << 16


def _list_selectors(frame: Frame, segment: bytes) -> list[_Selector]:
    # Some encoders give every component the same number: each is taken once, in their order.
    left, selectors = list(frame.components), []
    for i in range(0, len(segment), 2):
        named = [place for place, each in enumerate(left) if each.identifier == segment[i]]
        if not named:
            raise ImageDamaged(
                f"The JPEG's scan names component {segment[i]}, which its frame lacks."
            )
        selectors.append(_Selector(left.pop(named[0]), *divmod(segment[i + 1], 16)))
    return selectors
