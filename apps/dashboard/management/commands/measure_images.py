"""Measure the pictures that came before there were measures, one after another."""

from __future__ import annotations

from typing import Any

from django.core.management import BaseCommand

from apps.products.models import ProductImage
from apps.products.renditions.measure_queue import work_image


class Command(BaseCommand):
    """May be stopped at any time and goes on from there; beside a running service, too."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """The oldest come first; those that another process is at are left to it."""
        unmeasured = ProductImage.objects.filter(measured_at=None).order_by("created")
        done = [work_image(pk) for pk in unmeasured.values_list("pk", flat=True).iterator()]
        self.stdout.write(f"measured: {done.count(True)}, not measured: {done.count(False)}")
