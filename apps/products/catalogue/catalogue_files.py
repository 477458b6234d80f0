"""Rows of GTIN and name from CSV and XLSX, as spreadsheets and exports write them.

CSV is separated by ``,``, ``;`` or tab, in UTF-8, UTF-16 or Windows-1252; a workbook's first sheet
is read. The first row names the columns.
"""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

MAX_FILE_BYTES: Final = 10 * 1024 * 1024
MAX_ROWS: Final = 100_000
MAX_LINES: Final = 2 * MAX_ROWS  # those that are empty included
COLUMNS: Final = ("gtin", "name")
_SEPARATORS: Final = (",", ";", "\t")
_READER: Final = Path(__file__).with_name("workbook_reader.py")
# Bytes of memory, seconds of CPU, characters printed
_READER_LIMITS: Final = (512 * 1024 * 1024, 30, 64 * 1024 * 1024)
_READER_SECONDS: Final = 60
MAX_COLUMNS: Final = 1000
_ZIP_SIGNATURE: Final = b"PK\x03\x04"
_OLD_WORKBOOK_SIGNATURE: Final = b"\xd0\xcf\x11\xe0"
_BYTE_ORDER_MARKS: Final = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}


class UnreadableCatalogue(ValueError):
    """The file as a whole cannot be read; the message tells why and what would do."""


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """One product as the file has it."""

    number: int
    """The row's, as a spreadsheet counts it: the names of the columns are row 1."""
    gtin: str
    name: str


@dataclass(frozen=True, slots=True)
class CatalogueFile:
    """All rows of a file that are not empty, and the columns that are not ours."""

    rows: list[CatalogueRow]
    ignored_columns: list[str]


def read_catalogue(content: bytes) -> CatalogueFile:
    """Read the bytes of a CSV file or an XLSX workbook; raises UnreadableCatalogue."""
    if len(content) > MAX_FILE_BYTES:
        raise UnreadableCatalogue(
            f"The file has {len(content):,} bytes; at most {MAX_FILE_BYTES:,} are read. Split it."
        )
    if not content.strip():
        raise UnreadableCatalogue("The file is empty.")
    if content.startswith(_OLD_WORKBOOK_SIGNATURE):
        raise UnreadableCatalogue("This is a workbook of old (XLS); save it as XLSX or as CSV.")
    if content.startswith(_ZIP_SIGNATURE):
        return _pick_columns(_read_workbook(content))
    return _pick_columns(_read_text(content))


def disarm_cell(text: str) -> str:
    """Keep a spreadsheet from taking the text for a formula (OWASP, CSV injection)."""
    return f"'{text}" if _may_be_formula(text) else text


def rearm_cell(text: str) -> str:
    """The text as it was before `disarm_cell`, since what we wrote is read again."""
    return text[1:] if text.startswith("'") and _may_be_formula(text) else text


def _may_be_formula(text: str) -> bool:
    return text.lstrip("'").startswith(("=", "+", "-", "@", "\t", "\r"))


def _pick_columns(rows: Iterator[list[Any]]) -> CatalogueFile:
    first = next(rows, [])
    if len(first) > MAX_COLUMNS:
        raise UnreadableCatalogue(
            f"The file has {len(first):,} columns; at most {MAX_COLUMNS:,} are read."
        )
    head = [_show(cell).strip() for cell in first]
    names = [name.casefold() for name in head]
    missing = [name for name in COLUMNS if names.count(name) != 1]
    if missing:
        found = ", ".join(f"“{name}”" for name in head if name) or "nothing"
        raise UnreadableCatalogue(
            f"The first row must name one column “{missing[0]}”; it names {found[:200]}."
        )
    gtin_place, name_place = (names.index(name) for name in COLUMNS)
    picked: list[CatalogueRow] = []
    for number, row in enumerate(rows, start=2):
        gtin, name = (
            rearm_cell(_show(row[place]).strip()) if place < len(row) else ""
            for place in (gtin_place, name_place)
        )
        is_empty = not gtin and not name
        if number > MAX_LINES or (len(picked) == MAX_ROWS and not is_empty):
            raise UnreadableCatalogue(f"The file has more than {MAX_ROWS:,} rows. Split it.")
        if not is_empty:
            picked.append(CatalogueRow(number, gtin, name))
    ignored = [name for name in head if name and name.casefold() not in COLUMNS]
    return CatalogueFile(picked, ignored)


def _show(cell: object) -> str:
    # A number in a spreadsheet has no fraction and no exponent where it is a GTIN.
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _read_text(content: bytes) -> Iterator[list[str]]:
    text = _decode(content)
    head = text.partition("\n")[0]
    separator = max(_SEPARATORS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        yield from reader
    except csv.Error as fault:
        raise UnreadableCatalogue(
            f"The CSV breaks off or a quotation mark is open in line {reader.line_num}: {fault}."
        ) from fault


def _decode(content: bytes) -> str:
    encoding = next(
        (name for mark, name in _BYTE_ORDER_MARKS.items() if content.startswith(mark)), None
    )
    if encoding is None and b"\0" in content[:4096]:
        # Digits and separators have a zero byte in UTF-16, before or after them.
        encoding = "utf-16-be" if content[:1] == b"\0" else "utf-16-le"
    for candidate in (encoding,) if encoding else ("utf-8", "cp1252"):
        try:
            return content.decode(candidate)
        except UnicodeDecodeError:
            continue
    raise UnreadableCatalogue(
        "The characters of the file cannot be read; save it as CSV in UTF-8, or as XLSX."
    )


def _read_workbook(content: bytes) -> Iterator[list[Any]]:
    limits = (str(limit) for limit in _READER_LIMITS)
    command = [sys.executable, "-I", str(_READER), *limits, *COLUMNS]
    try:
        read = subprocess.run(  # noqa: S603 (our own program)
            command,
            input=content,
            capture_output=True,
            env={},
            timeout=_READER_SECONDS,
            check=True,
        )
    except subprocess.SubprocessError as fault:
        raise UnreadableCatalogue(
            "The workbook cannot be read, or is too large; save its first sheet as CSV."
        ) from fault
    yield from map(json.loads, read.stdout.splitlines())
