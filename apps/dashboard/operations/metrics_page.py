"""The page that Prometheus reads: the counts of all workers, and what the database knows."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from typing import Any

import django
from django.conf import settings
from django.db import Error as DatabaseFault
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from apps.dashboard.operations.metrics_folder import FOLDER_VARIABLE
from apps.products.models import UnclaimedObject
from apps.products.quotas import measure_kept
from apps.products.renditions.measure_queue import measure_waiting


@require_safe
def tell_metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus, which sends METRICS_TOKEN; without one there is no such page."""
    if not settings.METRICS_TOKEN:
        raise Http404
    sent = request.headers.get("Authorization", "")
    if not constant_time_compare(sent, f"Bearer {settings.METRICS_TOKEN}"):
        challenge = {"WWW-Authenticate": 'Bearer realm="metrics"'}
        return HttpResponse(status=401, headers=challenge)
    return HttpResponse(render_metrics(), content_type=CONTENT_TYPE_LATEST)


def render_metrics() -> bytes:
    """All of it in Prometheus' text format, of every worker of this server."""
    registry: Any = REGISTRY
    if FOLDER_VARIABLE in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # has no types
    gauges = CollectorRegistry()
    gauges.register(_DatabaseGauges())
    gauges.register(_BuildInfo())
    return generate_latest(registry) + generate_latest(gauges)


class _DatabaseGauges:
    """Read at each scrape, from tables that are small; left out while the database is away."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            unclaimed = UnclaimedObject.objects.count()
            kept = measure_kept()
            waiting = measure_waiting()
        except DatabaseFault:
            return
        yield GaugeMetricFamily(
            "closient_unclaimed_objects",
            "Names that may exist in storage and belong to no row: running uploads, and leftovers.",
            value=unclaimed,
        )
        yield GaugeMetricFamily(
            "closient_kept_images", "Pictures of all organizations.", value=kept.images
        )
        yield GaugeMetricFamily("closient_kept_bytes", "Their bytes.", value=kept.bytes)
        yield GaugeMetricFamily(
            "closient_images_to_measure",
            "Pictures that wait to be measured, and for their thumbnails.",
            value=waiting.images,
        )
        yield GaugeMetricFamily(
            "closient_images_to_measure_seconds",
            "How long the first of them has waited.",
            value=waiting.seconds,
        )
        yield GaugeMetricFamily(
            "closient_nearly_full_organizations",
            "Organizations that keep 90 % or more of the pictures or bytes that they may.",
            value=kept.nearly_full,
        )


class _BuildInfo:
    """Which release runs, and on what; prometheus_client's own does not add up over workers."""

    def collect(self) -> Iterator[InfoMetricFamily]:
        versions = {
            "version": settings.VERSION,
            "django": django.get_version(),
            "python": platform.python_version(),
        }
        yield InfoMetricFamily("closient_build", "The release that runs.", value=versions)
