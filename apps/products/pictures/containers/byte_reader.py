"""The bytes of one file, handed to a walk in chunks of any size and never kept."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from apps.problems import ImageDamaged
from apps.products.pictures.remedies import SAVE_ANEW

if TYPE_CHECKING:
    import re

Result = TypeVar("Result")
# A walk yields whenever it needs bytes that have not arrived yet; its result is its return value.
Walk: TypeAlias = Generator[None, None, Result]

# Each takes about a microsecond: a file made of nothing but tiny parts must not occupy a worker.
MAX_PARTS: Final = 500_000


class ByteReader:
    """A place in a file that is still arriving.

    ``chunk`` holds the bytes that may be read now and ``position`` the place of the next one in
    it. A walk that yields gets the next chunk: what it had not consumed stands before it, and what
    it skipped beyond the end is taken off. ``awaited`` names what a cut file lacks.
    """

    __slots__ = ("_bytes_before", "_parts", "awaited", "chunk", "position")

    def __init__(self) -> None:
        self.awaited = "its end"
        self.chunk = b""
        self.position = 0
        self._bytes_before = 0
        self._parts = 0

    @property
    def offset(self) -> int:
        """The place of the next byte in the file."""
        return self._bytes_before + self.position

    def add_chunk(self, chunk: bytes) -> None:
        unread = self.chunk[self.position :]
        consumed = len(self.chunk) - len(unread)
        self._bytes_before += consumed
        self.position -= consumed
        self.chunk = unread + chunk if unread else chunk

    def take(self, count: int) -> Walk[bytes]:
        """Return the next bytes, at most 64 KiB: they are kept until the last has come."""
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise ImageDamaged(
                f"The picture consists of more than {MAX_PARTS:,} parts, which no encoder makes.",
                remedy=SAVE_ANEW,
            )
        while len(self.chunk) - self.position < count:
            yield
        start = self.position
        self.position += count
        return self.chunk[start : self.position]

    def skip(self, count: int) -> Walk[None]:
        self.position += count
        while self.position > len(self.chunk):
            yield

    def show(self, count: int, look: Callable[[bytes], object]) -> Walk[None]:
        """Skip the next bytes; ``look`` gets them in pieces, as they come."""
        while count:
            piece = self.chunk[self.position : self.position + count]
            look(piece)
            count -= len(piece)
            self.position += len(piece)
            if count:
                yield

    def skip_run(self, run: re.Pattern[bytes]) -> Walk[None]:
        """Skip equal bytes: ``run`` matches any number of them, none included."""
        while True:
            if match := run.match(self.chunk, self.position):
                self.position = match.end()
            if self.position < len(self.chunk):
                return
            yield


def read_u16_be(data: bytes, place: int) -> int:
    return int.from_bytes(data[place : place + 2], "big")


def read_u32_be(data: bytes, place: int) -> int:
    return int.from_bytes(data[place : place + 4], "big")


def read_u16_le(data: bytes, place: int) -> int:
    return int.from_bytes(data[place : place + 2], "little")


def read_u24_le(data: bytes, place: int) -> int:
    return int.from_bytes(data[place : place + 3], "little")


def read_u32_le(data: bytes, place: int) -> int:
    return int.from_bytes(data[place : place + 4], "little")
