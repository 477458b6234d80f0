"""Create sample data and print how to get in."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand

from apps.dashboard.samples.sample_data import PRODUCTS, SampleData, seed_sample_data


class Command(BaseCommand):
    """May be called any number of times; passwords, keys and tokens are new each time."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        sample = seed_sample_data()
        self.stdout.write(json.dumps(sample) if options["json"] else _lay_out_table(sample))


def _lay_out_table(sample: SampleData) -> str:
    other = sample["other_organization"]
    rows = [
        ("organization", "", sample["organization_id"]),
        *(("product", gtin, PRODUCTS[gtin]) for gtin in sample["gtins"]),
        *(("login", user["username"], user["password"]) for user in sample["users"].values()),
        *(("API key", name, raw_key) for name, raw_key in sample["api_keys"].items()),
        *(("access token", name, raw_token) for name, raw_token in sample["oauth_tokens"].items()),
        ("other organization", "", other["organization_id"]),
        ("other product", other["gtin"], ""),
        ("other API key", "", other["api_key"]),
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    return "\n".join(
        f"{what:<{widths[0]}}  {name:<{widths[1]}}  {value}".rstrip() for what, name, value in rows
    )
