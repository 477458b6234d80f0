"""The page that Prometheus reads: the counts of all workers, and what the database knows."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from django.db import Error as DatabaseFault
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from apps.dashboard.metrics_folder import FOLDER_VARIABLE
from apps.products.models import UnclaimedObject


def render_metrics() -> bytes:
    """All of it in Prometheus' text format, of every worker of this server."""
    registry: Any = REGISTRY
    if FOLDER_VARIABLE in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # has no types
    gauges = CollectorRegistry()
    gauges.register(_DatabaseGauges())
    return generate_latest(registry) + generate_latest(gauges)


class _DatabaseGauges:
    """Read at each scrape, from a table that is nearly empty; left out while the database is."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            unclaimed = UnclaimedObject.objects.count()
        except DatabaseFault:
            return
        yield GaugeMetricFamily(
            "closient_unclaimed_objects",
            "Names that may exist in storage and belong to no row: running uploads, and leftovers.",
            value=unclaimed,
        )
