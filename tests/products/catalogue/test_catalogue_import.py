"""What an import would do is what it does, and whoever else owns a product keeps it."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import IntegrityError

from apps.products.catalogue.catalogue_files import CatalogueRow, read_catalogue
from apps.products.catalogue.catalogue_import import (
    ImportPlan,
    Renaming,
    carry_out,
    plan_import,
    tabulate_faulty_rows,
)
from apps.products.models import Product
from tests.conftest import FOREIGN_GTIN, GTIN, OTHER_GTIN, Cast


def plan(cast: Cast, *rows: tuple[str, str]) -> ImportPlan:
    numbered = [CatalogueRow(number, *row) for number, row in enumerate(rows, start=2)]
    return plan_import(cast.acme, numbered)


def list_products(cast: Cast) -> dict[str, str]:
    return dict(Product.objects.filter(owner=cast.acme).values_list("gtin", "name"))


def test_rows_are_added_renamed_or_as_they_were(cast: Cast):
    Product.objects.filter(gtin=OTHER_GTIN).update(owner=cast.acme)
    before = list_products(cast)
    planned = plan(
        cast,
        ("4006381333931", "  Gru\u0308ner\n Tee "),
        ("0 12345 67890 5", "Renamed"),
        ("96385074", before[OTHER_GTIN]),
    )

    assert planned.added == [("04006381333931", "Grüner Tee")]
    assert planned.renamed == [Renaming(cast.product.pk, GTIN, cast.product.name, "Renamed")]
    assert (planned.unchanged, planned.faulty) == (1, [])
    assert list_products(cast) == before

    carry_out(cast.acme, planned)

    assert list_products(cast) == {**before, "04006381333931": "Grüner Tee", GTIN: "Renamed"}
    sort_keys = Product.objects.filter(owner=cast.acme).values_list("sort_key", flat=True)
    assert {"gruner tee", "renamed"} <= set(sort_keys)
    again = plan(cast, ("4006381333931", "Grüner Tee"), ("12345678905", ""))
    assert (again.is_empty, again.unchanged, again.faulty) == (True, 2, [])


@pytest.mark.parametrize(
    ("gtin", "name", "fault"),
    [
        ("", "Tea", "The GTIN is missing."),
        ("4006381333931", "", "The name is missing."),
        ("4006381333932", "Tea", "The last digit should be 1."),
        ("1.23457E+12", "Tea", "A spreadsheet has shortened the number"),
        ("1234567", "Tea", "A GTIN has 8 to 14 digits"),
        ("tea", "4006381333931", "A GTIN has 8 to 14 digits"),
        ("00000000", "Tea", "A GTIN is not all zeros."),
        ("4006381333931", "x" * 256, "The name has more than 255 characters."),
        ("4006381333931", "a" + "\u0301\u0327" * 32_000, "The name has more than 255 characters."),
        ("4006381333931", "Tea\u202etxt", "The name has characters that are not seen."),
        ("4006381333931", "Tea\ufefftxt", "The name has characters that are not seen."),
        (FOREIGN_GTIN, "Tea", "This GTIN cannot be added here."),
        (OTHER_GTIN, "Tea", "This GTIN cannot be added here."),
    ],
)
def test_faulty_row_is_told_and_left_out(cast: Cast, gtin: str, name: str, fault: str):
    planned = plan(cast, (gtin, name), (GTIN, ""))

    [row] = planned.faulty
    assert (row.number, row.gtin, row.name) == (2, gtin, name)
    assert fault in row.fault
    assert (planned.is_empty, planned.unchanged) == (True, 1)


def test_gtin_that_comes_twice_is_told_by_its_first_row(cast: Cast):
    planned = plan(cast, ("4006381333931", "Tea"), ("04006381333931", "Tea"))

    assert planned.added == [("04006381333931", "Tea")]
    assert [row.fault for row in planned.faulty] == ["Row 2 has this GTIN already."]


def test_all_or_nothing_is_written(cast: Cast):
    before = list_products(cast)
    planned = plan(cast, ("12345678905", "Renamed"), ("96385067", "Tea"), ("4006381333931", "Tea"))
    Product.objects.create(gtin="04006381333931", name="Of another window", owner=cast.acme)

    with pytest.raises(IntegrityError):
        carry_out(cast.acme, planned)

    assert list_products(cast) == {**before, "04006381333931": "Of another window"}


def test_product_that_was_given_away_meanwhile_keeps_its_name(cast: Cast):
    planned = plan(cast, ("12345678905", "Renamed"))
    Product.objects.filter(pk=cast.product.pk).update(owner=cast.globex)

    carry_out(cast.acme, planned)

    cast.product.refresh_from_db()
    assert cast.product.name != "Renamed"


def test_faulty_rows_are_no_formulas(cast: Cast):
    planned = plan(cast, ("=1+1", "@SUM(A1)"), ("-1", "+1"), ("1", "Tea"))

    assert [row[:3] for row in tabulate_faulty_rows(planned)] == [
        ["gtin", "name", "row"],
        ["'=1+1", "'@SUM(A1)", "2"],
        ["'-1", "'+1", "3"],
        ["1", "Tea", "4"],
    ]


@pytest.mark.parametrize("name", ["=1+1", "@home", "'-1", "''+1", "'round", "Tea"])
def test_rows_that_were_written_are_read_as_they_were(cast: Cast, name: str):
    planned = plan(cast, ("1", name))
    sheet = io.StringIO()
    csv.writer(sheet).writerows(tabulate_faulty_rows(planned))

    assert [row.name for row in read_catalogue(sheet.getvalue().encode()).rows] == [name]
