"""Add and rename an organization's products from a CSV file or a workbook."""

from __future__ import annotations

import csv
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.db import IntegrityError

from apps.dashboard.api.identifiers import decode_id
from apps.organizations.models import Organization
from apps.products.catalogue.catalogue_files import UnreadableCatalogue, read_catalogue
from apps.products.catalogue.catalogue_import import (
    ImportPlan,
    carry_out,
    plan_import,
    tabulate_faulty_rows,
)

SHOWN_FAULTS = 20


class Command(BaseCommand):
    """Tells what would change; writes with ``--apply`` alone, and then all of it or nothing."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="CSV or XLSX, with the columns gtin and name")
        parser.add_argument("--organization", required=True, metavar="ID")
        parser.add_argument("--apply", action="store_true", help="write, not only tell")
        parser.add_argument(
            "--faulty", type=Path, metavar="CSV", help="where to write the rows that are left out"
        )

    def handle(self, *args: Any, file: Path, organization: str, **options: Any) -> None:
        owner = _get_organization(organization)
        try:
            catalogue = read_catalogue(file.read_bytes())
        except (OSError, UnreadableCatalogue) as fault:
            raise CommandError(str(fault)) from fault
        total = len(catalogue.rows)
        plan = plan_import(owner, catalogue.rows, lambda done: self._tell_progress(done, total))
        if catalogue.ignored_columns:
            self.stdout.write(f"columns that are not read: {', '.join(catalogue.ignored_columns)}")
        self._tell(plan)
        if options["faulty"]:
            _write_faulty_rows(options["faulty"], plan, file)
        if not options["apply"]:
            self.stdout.write("Nothing is written yet: run this again with --apply.")
            return
        try:
            carry_out(owner, plan)
        except IntegrityError as fault:
            raise CommandError(
                "Products were added meanwhile, nothing is written: again."
            ) from fault
        self.stdout.write("Written.")

    def _tell(self, plan: ImportPlan) -> None:
        self.stdout.write(
            f"to add: {len(plan.added):,}\nto rename: {len(plan.renamed):,}\n"
            f"unchanged: {plan.unchanged:,}\nfaulty, left out: {len(plan.faulty):,}"
        )
        for row in plan.faulty[:SHOWN_FAULTS]:
            self.stdout.write(f"  row {row.number}: {row.gtin!r}: {row.fault}")
        if len(plan.faulty) > SHOWN_FAULTS:
            self.stdout.write(f"  and {len(plan.faulty) - SHOWN_FAULTS:,} more: see --faulty")

    def _tell_progress(self, done: int, total: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{done:,} of {total:,} rows", ending="")


def _write_faulty_rows(path: Path, plan: ImportPlan, catalogue: Path) -> None:
    try:
        if path.exists() and path.samefile(catalogue):
            raise CommandError(f"{path} is the catalogue; give --faulty another name.")
        with path.open("w", encoding="utf-8-sig", newline="") as sheet:
            csv.writer(sheet).writerows(tabulate_faulty_rows(plan))
    except OSError as fault:
        raise CommandError(f"The faulty rows cannot be written: {fault}") from fault


def _get_organization(text: str) -> Organization:
    try:
        return Organization.objects.get(pk=decode_id(text))
    except (ValueError, Organization.DoesNotExist):
        raise CommandError(f"There is no organization {text}: its id is on its pages.") from None
