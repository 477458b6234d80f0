"""Count the pictures and bytes of each product and organization again where the counts differ."""

from __future__ import annotations

from typing import Any

from django.core.management import BaseCommand

from apps.products.recounting import recount


class Command(BaseCommand):
    """Once after the release that began to count: what the one before uploaded is not in there."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"counted again: {recount()}")
