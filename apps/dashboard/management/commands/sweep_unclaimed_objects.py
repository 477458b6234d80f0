"""Remove what a crash left behind: objects that belong to no row, and temporary files."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management import BaseCommand

from apps.products.sweeping import (
    DEFAULT_AGE_SECONDS,
    audit_objects,
    sweep_temporary_files,
    sweep_unclaimed_objects,
)
from apps.products.upload_claims import sweep_upload_claims


class Command(BaseCommand):
    """The table of unclaimed objects tells what to remove; only the audit lists the storage."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--older-than", type=int, default=DEFAULT_AGE_SECONDS, metavar="SECONDS"
        )
        parser.add_argument(
            "--audit",
            action="store_true",
            help="also compare all rows with all objects; exit 1 where they do not match",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, older_than: int, audit: bool, **options: Any) -> None:
        report: dict[str, Any] = {
            "removed_objects": sweep_unclaimed_objects(older_than),
            "removed_upload_claims": sweep_upload_claims(),
            "removed_temporary_files": sweep_temporary_files(older_than),
        }
        if audit:
            report |= asdict(audit_objects())
        if options["json"]:
            self.stdout.write(json.dumps(report))
        else:
            for name, value in report.items():
                self.stdout.write(f"{name.replace('_', ' ')}: {value or 0}")
        if report.get("rows_without_objects") or report.get("objects_without_rows"):
            sys.exit(1)
