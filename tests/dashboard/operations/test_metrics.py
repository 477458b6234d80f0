"""Only who knows the token sees the metrics."""

from __future__ import annotations

import re
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

import closient
from apps.organizations.models import Organization
from apps.products.models import ProductImage
from tests.conftest import Api

TOKEN = "a-token-for-prometheus"


@pytest.mark.parametrize("sent", [{}, {"Authorization": "Bearer "}])
def test_there_is_no_such_page_without_a_token(client, sent):
    assert client.get("/metrics", headers=sent).status_code == 404


@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer another", f"Basic {TOKEN}", TOKEN])
def test_wrong_token_is_refused(client, settings, sent):
    settings.METRICS_TOKEN = TOKEN
    response = client.get("/metrics", headers={"Authorization": sent})

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="metrics"'
    assert response.content == b""


@pytest.mark.django_db
def test_metrics_are_told_to_who_has_the_token(client, settings):
    settings.METRICS_TOKEN = TOKEN
    response = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})

    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/plain; version=")
    told = response.content.decode()
    assert "closient_unclaimed_objects 0.0\n" in told
    assert "closient_valkey_fallbacks_total " in told


def read_metrics(client) -> str:
    return client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode()


@pytest.mark.django_db
def test_requests_are_counted_by_route_and_status_never_by_address(client, settings):
    settings.METRICS_TOKEN = TOKEN
    client.get("/docs/errors/conflict")
    client.get("/docs/errors/teapot")
    client.get("/csb_a_key_in_the_wrong_place")
    client.generic("BREW", "/docs/errors/conflict")

    told = read_metrics(client)

    route = 'route="/docs/errors/<str:error_code>"'
    assert f'closient_requests_total{{method="GET",{route},status="200"}} ' in told
    assert f'closient_requests_total{{method="GET",{route},status="404"}} ' in told
    assert f'closient_requests_total{{method="other",{route},status="405"}} ' in told
    assert f"closient_request_seconds_count{{{route}}} " in told
    assert 'closient_requests_total{method="GET",route="none",status="404"} ' in told
    assert "teapot" not in told
    assert "csb_" not in told


@pytest.mark.django_db
def test_what_is_kept_and_who_is_nearly_full_is_told(client, settings):
    settings.METRICS_TOKEN, settings.MAX_ORGANIZATION_IMAGES = TOKEN, 20
    Organization.objects.create(name="Full", kept_images=18, kept_bytes=500)
    Organization.objects.create(name="Half", kept_images=18, max_images=36)
    Organization.objects.create(name="Heavy", kept_images=1, kept_bytes=90, max_bytes=100)

    told = read_metrics(client)

    assert "\nclosient_kept_images 37.0\n" in told
    assert "\nclosient_kept_bytes 590.0\n" in told
    assert "\nclosient_nearly_full_organizations 2.0\n" in told


def test_pictures_that_wait_are_told(api: Api, client, settings):
    settings.METRICS_TOKEN = TOKEN
    api.upload()
    # As one whose file was replaced three hours ago.
    ProductImage.objects.update(
        created=timezone.now() - timedelta(days=9),
        measure_due_at=timezone.now() - timedelta(hours=3),
    )

    told = read_metrics(client)

    assert "\nclosient_images_to_measure 1.0\n" in told
    [seconds] = re.findall(r"\nclosient_images_to_measure_seconds (.*)", told)
    assert 10_800 <= float(seconds) < 10_900


def test_refusals_by_quotas_are_counted(api: Api, client, settings):
    settings.METRICS_TOKEN, settings.MAX_PRODUCT_IMAGES = TOKEN, 0
    line = re.compile(r'closient_quota_refusals_total\{quota="product_images"\} (\d+)')
    before = line.search(read_metrics(client))

    assert api.upload().status_code == 409

    after = line.search(read_metrics(client))
    assert after is not None
    assert int(after[1]) == int(before[1] if before else 0) + 1


@pytest.mark.django_db
def test_release_that_runs_is_told(client, settings):
    settings.METRICS_TOKEN = TOKEN

    [line] = [each for each in read_metrics(client).splitlines() if each.startswith("closient_build_info{")]  # fmt: skip

    assert 'version="1.1.0"' in line
    assert 'django="5.2' in line
    assert line.endswith(" 1.0")


def test_every_place_names_the_same_release():
    repository = Path(__file__).resolve().parents[3]
    project = tomllib.loads((repository / "pyproject.toml").read_text())["project"]

    assert project["version"] == closient.__version__ == "1.1.0"
