"""Bringing in an organization's products: first what would change, then all of it or nothing."""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from django.db import transaction

from apps.organizations.models import Organization
from apps.products.catalogue.catalogue_files import CatalogueRow, disarm_cell
from apps.products.file_names import UNSEEN
from apps.products.gtin import (
    get_check_digit,
    has_valid_check_digit,
    join_digits,
    normalize_gtin,
)
from apps.products.models import RENAMED, Product
from apps.products.write_turns import take_turn

MAX_NAME_LENGTH: Final = 255
_BATCH_ROWS: Final = 2_000

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FaultyRow:
    """A row that is left out, and what is wrong with it."""

    number: int
    gtin: str
    name: str
    fault: str


@dataclass(frozen=True, slots=True)
class Renaming:
    """A product that has another name in the file."""

    product_id: int
    gtin: str
    old_name: str
    name: str


@dataclass(slots=True)
class ImportPlan:
    """What an import would do; nothing is written yet."""

    added: list[tuple[str, str]] = field(default_factory=list)
    """GTIN of 14 digits, and name."""
    renamed: list[Renaming] = field(default_factory=list)
    unchanged: int = 0
    faulty: list[FaultyRow] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (self.added or self.renamed)


def plan_import(
    organization: Organization,
    rows: Iterable[CatalogueRow],
    tell_progress: Callable[[int], None] = lambda rows: None,
) -> ImportPlan:
    """Compare the rows with the organization's products; tells how many are done, now and then."""
    plan = ImportPlan()
    wanted: dict[str, CatalogueRow] = {}
    for row in rows:
        try:
            gtin = _read_gtin(row.gtin)
            _check_name(row.name)
            _check_first(row, wanted.setdefault(gtin, row))
        except ValueError as fault:
            plan.faulty.append(FaultyRow(row.number, row.gtin, row.name, str(fault)))
    gtins = list(wanted)
    for start in range(0, len(gtins), _BATCH_ROWS):
        batch = gtins[start : start + _BATCH_ROWS]
        known = {product.gtin: product for product in Product.objects.filter(gtin__in=batch)}
        for gtin in batch:
            _plan_row(plan, organization, gtin, wanted[gtin], known.get(gtin))
        tell_progress(start + len(batch))
    plan.faulty.sort(key=lambda row: row.number)
    return plan


def carry_out(organization: Organization, plan: ImportPlan) -> None:
    """Add and rename as planned, all or nothing.

    Raises IntegrityError where a product of the plan was added meanwhile.
    """
    added = [Product(gtin=gtin, name=name, owner=organization) for gtin, name in plan.added]
    with take_turn(), transaction.atomic():
        for start in range(0, len(plan.renamed), _BATCH_ROWS):
            batch = {each.product_id: each for each in plan.renamed[start : start + _BATCH_ROWS]}
            products = Product.objects.filter(owner=organization, pk__in=batch)
            for product in products:
                product.rename(batch[product.pk].name)
            Product.objects.bulk_update(products, RENAMED, batch_size=200)
        Product.objects.bulk_create(added, batch_size=_BATCH_ROWS)  # which counts them, at last
    logger.info(
        "products imported into %s: %d added, %d renamed",
        *(organization.pk, len(plan.added), len(plan.renamed)),
    )


def tabulate_faulty_rows(plan: ImportPlan) -> Iterator[list[str]]:
    """The rows that are left out, to be mended and read again; with a head."""
    yield ["gtin", "name", "row", "what is wrong"]
    for row in plan.faulty:
        yield [disarm_cell(row.gtin), disarm_cell(row.name), str(row.number), row.fault]


def _plan_row(
    plan: ImportPlan,
    organization: Organization,
    gtin: str,
    row: CatalogueRow,
    product: Product | None,
) -> None:
    name = _clean_name(row.name)
    fault = ""
    if product is None and not name:
        fault = "The name is missing."
    elif product is None:
        plan.added.append((gtin, name))
    elif product.owner_id != organization.pk:
        fault = "This GTIN cannot be added here."  # and no more: whose it is, is theirs to know
    elif name in ("", product.name):
        plan.unchanged += 1
    else:
        plan.renamed.append(Renaming(product.pk, gtin, product.name, name))
    if fault:
        plan.faulty.append(FaultyRow(row.number, row.gtin, row.name, fault))


def _read_gtin(text: str) -> str:
    if not text:
        raise ValueError("The GTIN is missing.")
    gtin = normalize_gtin(join_digits(text))
    if not gtin.strip("0"):
        raise ValueError("A GTIN is not all zeros.")
    if not has_valid_check_digit(gtin):
        raise ValueError(f"The last digit should be {get_check_digit(gtin)}.")
    return gtin


def _check_first(row: CatalogueRow, first: CatalogueRow) -> None:
    if row is not first:
        raise ValueError(f"Row {first.number} has this GTIN already.")


def _check_name(text: str) -> None:
    name = _clean_name(text)
    if UNSEEN.search(name):
        raise ValueError("The name has characters that are not seen.")
    if len(name) > MAX_NAME_LENGTH:
        raise ValueError(f"The name has more than {MAX_NAME_LENGTH} characters.")


def _clean_name(text: str) -> str:
    # Cut where it is too long anyhow: what accents take grows with the square of their number.
    return unicodedata.normalize("NFC", " ".join(text.split())[: 8 * MAX_NAME_LENGTH])
