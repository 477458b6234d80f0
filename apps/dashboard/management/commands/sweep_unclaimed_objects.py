"""Remove what a crash left behind, objects of no row and temporary files, and what is outdated."""

from __future__ import annotations

import json
import math
import sys
import time
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management import BaseCommand

from apps.products.image_bin import empty_bin
from apps.products.image_versions import sweep_versions
from apps.products.recounting import list_miscounted
from apps.products.sweeping import (
    DEFAULT_AGE_SECONDS,
    audit_objects,
    find_unguarded_svg,
    find_unreadable_address,
    sweep_temporary_files,
    sweep_unclaimed_objects,
)
from apps.products.upload_claims import sweep_upload_claims

# What makes an audit fail; what else it finds is put right by the next sweep.
FAULTS = (
    *("rows_without_objects", "objects_without_rows", "miscounted"),
    *("unreadable_address", "unguarded_svg"),
)


class Command(BaseCommand):
    """The table of unclaimed objects tells what to remove; only the audit lists the storage."""

    help = __doc__
    # They take longer than an hourly sweep, since they import every page; `check` is for them.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--older-than", type=int, default=DEFAULT_AGE_SECONDS, metavar="SECONDS"
        )
        parser.add_argument(
            "--within",
            type=float,
            default=math.inf,
            metavar="SECONDS",
            help="leave what takes longer to the next sweep",
        )
        parser.add_argument(
            "--audit",
            action="store_true",
            help="also compare all rows with all objects and all counts, and fetch a picture and an"
            " SVG as a stranger; exit 1 where they do not match, it can't be read, or the SVG's"
            " policy lets scripts run",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(
        self, *args: Any, older_than: int, within: float, audit: bool, **options: Any
    ) -> None:
        end = time.monotonic() + within
        # The objects last, since the storage may be down.
        report: dict[str, Any] = {
            "removed_temporary_files": sweep_temporary_files(older_than),
            "removed_upload_claims": sweep_upload_claims(),
            "removed_from_bin": empty_bin(within),
            "removed_versions": sweep_versions(end - time.monotonic()),
            "removed_objects": sweep_unclaimed_objects(older_than, end - time.monotonic()),
        }
        if audit:
            report |= asdict(audit_objects())
            report["miscounted"] = list_miscounted()
            report["unreadable_address"] = find_unreadable_address()
            report["unguarded_svg"] = find_unguarded_svg()
        if options["json"]:
            self.stdout.write(json.dumps(report))
        else:
            for name, value in report.items():
                self.stdout.write(f"{name.replace('_', ' ')}: {value or 0}")
        if any(report.get(name) for name in FAULTS):
            sys.exit(1)
