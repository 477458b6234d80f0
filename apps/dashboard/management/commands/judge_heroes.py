"""Judge primary pictures again that were judged by other rules, or on the other side of a date."""

from __future__ import annotations

from typing import Any

from django.core.management import BaseCommand, CommandParser

from apps.products.judging import judge_heroes


class Command(BaseCommand):
    """For lists and exports; the pages of products and the API judge as they are asked."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="whatever rules they were judged by")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"judged: {judge_heroes(is_whole=options['all'])}")
