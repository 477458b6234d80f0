"""Prometheus takes the alerts, and they fire."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.servers.promtool import find_promtool
from tests.servers.service import REPOSITORY

ALERTS = REPOSITORY / "deploy/prometheus/alerts.yml"


def test_prometheus_takes_the_rules():
    checked = run_promtool("check", "rules", str(ALERTS))

    assert "SUCCESS: 12 rules found" in checked


# What Prometheus reads each minute, as it writes repeated samples down.
NODE = 'up{job="closient",instance="a"}'
UNCLAIMED = 'closient_unclaimed_objects{job="closient",instance="a"}'


@pytest.mark.parametrize(
    ("alert", "series"),
    [
        ("ClosientNodeDown", {NODE: "0x30"}),
        ("ClosientDatabaseDown", {NODE: "1x30"}),
        (
            "ClosientPicturesUnmeasured",
            {'closient_images_to_measure_seconds{instance="a"}': "7000+60x30"},
        ),
        (
            "ClosientUploadsFail",
            {
                'closient_uploads_total{instance="a",outcome="ok",format="JPEG"}': "0+90x30",
                'closient_uploads_total{instance="a",outcome="service_unavailable",format="none"}': "0+10x30",
            },
        ),
        (
            "ClosientWithoutValkey",
            {'closient_valkey_fallbacks_total{instance="a"}': "0+60x30"},
        ),
        (
            "ClosientStorageSlow",
            {
                'closient_image_storage_seconds_bucket{instance="a",le="5"}': "0x30",
                'closient_image_storage_seconds_bucket{instance="a",le="10"}': "0+60x30",
                'closient_image_storage_seconds_bucket{instance="a",le="+Inf"}': "0+60x30",
            },
        ),
    ],
)
def test_alert_fires(alert: str, series: dict[str, str], tmp_path: Path):
    healthy = {NODE: "1x30", UNCLAIMED: "3x30"}
    for values, count in (({**healthy, **series}, 1), (healthy, 0)):
        if alert == "ClosientDatabaseDown" and count:
            del values[UNCLAIMED]
        tested = {
            "interval": "1m",
            "input_series": [{"series": k, "values": v} for k, v in values.items()],
            "promql_expr_test": [
                {
                    "expr": f'count(ALERTS{{alertname="{alert}",alertstate="firing"}}) or vector(0)',
                    "eval_time": "30m",
                    "exp_samples": [{"labels": "{}", "value": count}],
                }
            ],
        }
        run_rule_test(tmp_path, tested)


def run_rule_test(folder: Path, tested: dict[str, Any]) -> None:
    # JSON is YAML.
    path = folder / "test.yml"
    path.write_text(json.dumps({"rule_files": [str(ALERTS)], "tests": [tested]}))
    run_promtool("test", "rules", str(path))


def run_promtool(*arguments: str) -> str:
    run = subprocess.run(
        [find_promtool(), *arguments], capture_output=True, text=True, check=False, timeout=60
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout
