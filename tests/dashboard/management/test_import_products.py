from __future__ import annotations

import io

import pytest
import shortuuid
from django.core.management import CommandError, call_command

from apps.products.models import Product
from tests.conftest import GTIN, Cast


@pytest.fixture
def sheet(tmp_path):
    path = tmp_path / "catalogue.csv"
    path.write_text(f"gtin,name,more\n4006381333931,Tea,\n{GTIN},Coffee,\n4006381333932,Tea,\n")
    return path


def run(cast: Cast, *words: str) -> str:
    told = io.StringIO()
    owner = shortuuid.encode(cast.acme.pk)
    call_command("import_products", *words, "--organization", owner, stdout=told)
    return told.getvalue()


def test_import_tells_first_and_writes_when_it_is_told_to(cast: Cast, sheet, tmp_path):
    faulty = tmp_path / "faulty.csv"

    told = run(cast, str(sheet), "--faulty", str(faulty))

    assert told.splitlines() == [
        "columns that are not read: more",
        "to add: 1",
        "to rename: 0",
        "unchanged: 1",
        "faulty, left out: 1",
        "  row 4: '4006381333932': The last digit should be 1.",
        "Nothing is written yet: run this again with --apply.",
    ]
    assert faulty.read_text("utf-8-sig").splitlines() == [
        "gtin,name,row,what is wrong",
        "4006381333932,Tea,4,The last digit should be 1.",
    ]
    assert not Product.objects.filter(gtin="04006381333931").exists()

    assert run(cast, str(sheet), "--apply").splitlines()[-1] == "Written."
    assert Product.objects.get(gtin="04006381333931").owner == cast.acme


@pytest.mark.parametrize(
    ("file", "organization", "words"),
    [
        ("no-such-file.csv", None, "No such file"),
        (None, "Acme", "There is no organization Acme"),
        (None, "2222222222222222222223", "There is no organization"),
    ],
)
def test_what_cannot_be_read_is_told(cast: Cast, sheet, file, organization, words):
    owner = organization or shortuuid.encode(cast.acme.pk)
    with pytest.raises(CommandError, match=words):
        call_command("import_products", file or str(sheet), "--organization", owner)


@pytest.mark.parametrize(
    ("faulty", "words"),
    [
        ("catalogue.csv", "is the catalogue"),
        ("no/faulty.csv", "cannot be written"),
        (".", "cannot be"),
    ],
)
def test_faulty_rows_that_cannot_be_kept_are_told_before_anything_is_written(
    cast: Cast, sheet, faulty, words
):
    before = sheet.read_bytes()

    with pytest.raises(CommandError, match=words):
        run(cast, str(sheet), "--apply", "--faulty", str(sheet.parent / faulty))

    assert sheet.read_bytes() == before
    assert not Product.objects.filter(gtin="04006381333931").exists()
