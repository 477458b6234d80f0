"""Files as spreadsheets and exports write them, and files that are none."""

from __future__ import annotations

import io
import zipfile

import pytest

from apps.products.catalogue import catalogue_files
from apps.products.catalogue.catalogue_files import (
    MAX_FILE_BYTES,
    MAX_ROWS,
    CatalogueRow,
    UnreadableCatalogue,
    read_catalogue,
)

ROWS = [CatalogueRow(2, "4006381333931", "Grüner Tee"), CatalogueRow(4, "96385074", "A, b")]
TEXT = 'GTIN,Name,Colour\r\n4006381333931,Grüner Tee,green\r\n\r\n96385074,"A, b",\r\n'
SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    "{rows}</sheetData></worksheet>"
)


def make_workbook(*rows: list[str | int | float], sheet: str = "") -> bytes:
    def show(cell):
        if isinstance(cell, str):
            return f'<c t="inlineStr"><is><t>{cell}</t></is></c>'
        return f"<c><v>{cell}</v></c>"

    shown = "".join(f"<row>{''.join(map(show, row))}</row>" for row in rows)
    main = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="a" Type="{main}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="{main}"><sheets><sheet name="A" sheetId="1" r:id="b"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="b" Type="{main}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet or SHEET.format(rows=shown),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return packed.getvalue()


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_text_is_read_in_its_encoding_with_its_separator(encoding: str, separator: str):
    text = TEXT.replace(",", separator).replace(f"A{separator} b", "A, b")

    catalogue = read_catalogue(text.encode(encoding))

    assert catalogue.rows == ROWS
    assert catalogue.ignored_columns == ["Colour"]


def test_empty_rows_behind_the_last_that_is_taken_are_none(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(catalogue_files, "MAX_ROWS", 2)

    assert len(read_catalogue(b"gtin,name\n1,a\n2,b\n\n,\n").rows) == 2
    with pytest.raises(UnreadableCatalogue, match="more than 2 rows"):
        read_catalogue(b"gtin,name\n1,a\n2,b\n\n3,c\n")


def test_workbook_is_read_with_numbers_as_they_were_typed():
    workbook = make_workbook(
        ["name", "more", "gtin"],
        ["Tea", "x", 4006381333931],
        ["Zeros eaten", "", 12345678905.0],
        ["As text", "", "0012345678905"],
        ["Half", "", 1.5],
    )

    assert [(row.number, row.gtin) for row in read_catalogue(workbook).rows] == [
        (2, "4006381333931"),
        (3, "12345678905"),
        (4, "0012345678905"),
        (5, "1.5"),
    ]


def test_name_of_several_lines_and_quotation_marks_is_one_cell():
    catalogue = read_catalogue(b'gtin,name\n96385074,"The ""best""\nof all"\n')

    assert catalogue.rows == [CatalogueRow(2, "96385074", 'The "best"\nof all')]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b" \r\n", "is empty"),
        (b"name\nTea\n", "must name one column “gtin”; it names “name”."),
        (b"gtin,gtin,name\n", "must name one column “gtin”"),
        (b"gtin;price\n", "must name one column “name”; it names “gtin”, “price”."),
        (b'gtin,name\n96385074,"open\n', "a quotation mark is open"),
        (b"\xd0\xcf\x11\xe0" + bytes(500), "save it as XLSX"),
        (b"PK\x03\x04" + bytes(500), "The workbook cannot be read"),
        (b"gtin,name\n96385074,\x81\xff\n", "characters of the file cannot be read"),
        (b"\xff\xd8\xff\xe0" + bytes(300), "cannot be read"),
        (b"x" * (MAX_FILE_BYTES + 1), "at most 10,485,760 are read"),
        (b"gtin,name\n" + b"1,a\n" * (MAX_ROWS + 1), "more than 100,000 rows"),
        (b"gtin,name\n" + b"\n" * (2 * MAX_ROWS), "more than 100,000 rows"),
        (b"gtin,name" + b",x" * 999 + b"\n", "has 1,001 columns; at most 1,000 are read"),
    ],
)
def test_file_that_is_none_is_told_so(content: bytes, words: str):
    with pytest.raises(UnreadableCatalogue, match=words.replace("(", r"\(")):
        read_catalogue(content)


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        "<row>" + "<c><v>1</v></c>" * 16_000 + "</row>" + '<row r="1000000"><c><v>1</v></c></row>',
    ],
    ids=["two corners", "wide and long"],
)
def test_workbook_that_claims_too_much_is_given_up(rows: str):
    with pytest.raises(UnreadableCatalogue, match="or is too large"):
        read_catalogue(make_workbook(sheet=SHEET.format(rows=rows)))


def test_workbook_whose_texts_fill_the_memory_is_given_up(monkeypatch: pytest.MonkeyPatch):
    memory, seconds, _ = catalogue_files._READER_LIMITS  # noqa: SLF001 (to have less of it)
    monkeypatch.setattr(catalogue_files, "_READER_LIMITS", (memory, seconds, 100_000))
    small = [("gtin", "brand", "name"), *[("96385074", "é" * 9000, "Tea")] * 20]

    assert len(read_catalogue(make_workbook(*small)).rows) == 20
    with pytest.raises(UnreadableCatalogue, match="or is too large"):
        read_catalogue(make_workbook(*small, *[("96385074", "", "é" * 9000)] * 20))
