"""The run-length data of a BMP (BI_RLE8, BI_RLE4), walked to the end of the bitmap."""

from __future__ import annotations

import re
from typing import Final

from apps.problems import ImageDamaged
from apps.products.pictures.containers.byte_reader import ByteReader, Walk
from apps.products.pictures.containers.frame_budget import ImageSize

END_OF_LINE, END_OF_BITMAP, DELTA = 0, 1, 2
_ENCODED_RUNS: Final = re.compile(rb"(?:[^\x00].)*+", re.DOTALL)


def walk_runs(reader: ByteReader, size: ImageSize, pixels_per_byte: int) -> Walk[None]:
    """Walk pairs of bytes up to the end of the bitmap, where every row must have come.

    A run that is longer than its row is cut there, as decoders do.
    """
    reader.awaited = "the end of its bitmap (00 01)"
    column = row = 0
    while True:
        column = min(size.width, column + (yield from _skip_encoded(reader)))
        _, escape = yield from reader.take(2)
        if escape == END_OF_BITMAP:
            break
        if escape == END_OF_LINE:
            column, row = 0, row + 1
        elif escape == DELTA:
            right, down = yield from reader.take(2)
            row, column = _advance(row + down, column + right, size.width)
        else:
            row, column = _advance(row, column + escape, size.width)
            data_bytes = -(-escape // pixels_per_byte)
            yield from reader.skip(data_bytes + data_bytes % 2)
    if row * size.width + column < size.width * size.height:
        raise ImageDamaged(f"The BMP's bitmap ends in row {row + 1:,} of {size.height:,}.")


def _advance(row: int, column: int, width: int) -> tuple[int, int]:
    """Wrap a column beyond the row's end; right behind the end is still the same row."""
    lines = max(0, column - 1) // width
    return row + lines, column - lines * width


def _skip_encoded(reader: ByteReader) -> Walk[int]:
    """Skip all pairs of a count and a value up to the next escape; return the pixels they make."""
    pixels = 0
    while True:
        if match := _ENCODED_RUNS.match(reader.chunk, reader.position):
            pixels += sum(match.group()[::2])
            reader.position = match.end()
        if reader.position < len(reader.chunk) and not reader.chunk[reader.position]:
            return pixels
        yield
