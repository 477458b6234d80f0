"""The alerts and the Grafana dashboard ask for what /metrics tells."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from apps.dashboard.operations.metrics_page import render_metrics
from tests.servers.service import REPOSITORY

ALERTS = REPOSITORY / "deploy/prometheus/alerts.yml"
DASHBOARD = REPOSITORY / "deploy/grafana/dashboard.json"
# What each metric can be selected and summed by, beside Prometheus' own.
LABELS = {
    "closient_build_info": {"version", "django", "python"},
    "closient_image_check_seconds_bucket": {"le"},
    "closient_image_storage_seconds_bucket": {"le"},
    "closient_images_to_measure": set(),
    "closient_images_to_measure_seconds": set(),
    "closient_kept_bytes": set(),
    "closient_kept_images": set(),
    "closient_nearly_full_organizations": set(),
    "closient_quota_refusals_total": {"quota"},
    "closient_rate_limit_refusals_total": {"caller"},
    "closient_request_seconds_bucket": {"route", "le"},
    "closient_requests_total": {"method", "route", "status"},
    "closient_unclaimed_objects": set(),
    "closient_uploads_total": {"outcome", "format"},
    "closient_valkey_fallbacks_total": set(),
    "up": set(),
}
PROMETHEUS_LABELS = {"job", "instance"}
SUFFIXES = {"counter": "_total", "histogram": "_bucket", "gauge": ""}


def list_expressions(page: Path) -> list[str]:
    text = page.read_text()
    if page == ALERTS:
        return re.findall(r"expr: (?:\|\n)?(.*?)\n        ?(?:for|labels):", text, re.DOTALL)
    return [target["expr"] for panel in json.loads(text)["panels"] for target in panel["targets"]]


@pytest.mark.django_db
def test_metrics_are_those_that_are_served():
    told = text_string_to_metric_families(render_metrics().decode())
    served = {
        family.name + SUFFIXES[family.type]
        for family in told
        if family.name.startswith("closient_") and not family.name.endswith("_created")
    }

    assert served == LABELS.keys() - {"up"}


@pytest.mark.parametrize("page", [ALERTS, DASHBOARD], ids=["alerts", "dashboard"])
def test_expressions_name_metrics_and_labels_that_there_are(page: Path):
    expressions = list_expressions(page)
    assert len(expressions) >= 10
    for expression in expressions:
        names = set(re.findall(r"\b(?:closient_\w+|up)\b(?!\")", expression))
        assert names
        known = PROMETHEUS_LABELS.union(*(LABELS[name] for name in names))
        selected = re.findall(r"[{,]\s*(\w+)(?:=~|!~|!=|=)", expression)
        grouped = re.findall(r"\b(?:by|on) \(([^)]+)\)", expression)
        used = {*selected, *(label for group in grouped for label in group.split(", "))}
        assert used <= known, expression


def test_dashboard_shows_every_metric():
    shown = " ".join(list_expressions(DASHBOARD))

    assert [name for name in LABELS if name not in shown] == []
