"""GET /i/…: strangers are led to the picture of the moment."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx
import pytest
import time_machine
from django.db import OperationalError

from apps.dashboard.api.identifiers import decode_id, encode_id
from apps.products.models import ProductImage
from tests.assertions import assert_problem
from tests.conftest import Api, Cast
from tests.sample_images import make_jpeg, make_png

NOON = 1_700_049_600


@pytest.fixture
def front(api: Api) -> dict:
    return api.upload(make_jpeg(), is_primary="true").json()


def build_hero_path(cast: Cast, gtin: str = "00012345678905") -> str:
    return f"/i/{encode_id(cast.acme.pk)}/{gtin}"


def assert_leads_to(response: httpx.Response, url: str) -> None:
    assert (response.status_code, response.content) == (302, b"")
    assert response.headers["Location"] == url
    assert response.headers["Cache-Control"] == "public, max-age=300"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in response.headers
    assert "Vary" not in response.headers


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_stranger_is_led_to_the_file_of_the_moment(api: Api, front: dict, method: str):
    address = f"/i/{front['id']}"
    assert_leads_to(api.client.request(method, address), front["image_url"])

    files = {"image": ("new.png", make_png())}
    url = f"{api.path}/{front['id']}/file"
    after = api.client.put(url, headers=api.headers, files=files).json()

    assert_leads_to(api.client.request(method, address), after["image_url"])
    followed = api.client.get(address, follow_redirects=True)
    assert followed.content == make_png()
    assert followed.headers["Access-Control-Allow-Origin"] == "*"


def test_hero_is_found_by_each_printed_form_of_its_gtin(api: Api, front: dict, cast: Cast):
    api.upload(make_png())
    for gtin in (
        "00012345678905",
        "0012345678905",
        "012345678905",
        "12345678905",
        "0 12345 67890 5",
    ):
        assert_leads_to(api.client.get(build_hero_path(cast, gtin)), front["image_url"])
    canonical = f"/i/{cast.acme.pk}/12345678905"
    assert_leads_to(api.client.get(canonical), front["image_url"])
    assert_leads_to(api.client.get(f"/i/{decode_id(front['id'])}"), front["image_url"])


def test_other_hero_is_led_to_as_soon_as_it_is_one(api: Api, front: dict, cast: Cast):
    other = api.upload(make_png(), is_primary="true").json()

    assert_leads_to(api.client.get(build_hero_path(cast)), other["image_url"])
    assert_leads_to(api.client.get(f"/i/{front['id']}"), front["image_url"])


def assert_leads_nowhere(response: httpx.Response) -> None:
    assert_problem(response, "not_found")
    assert response.headers["Cache-Control"] == "no-cache"
    assert response.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("way", ["discard", ""])
def test_what_is_in_the_bin_or_deleted_is_not_found(api: Api, front: dict, cast: Cast, way: str):
    url = f"{api.path}/{front['id']}"
    if way:
        api.client.post(f"{url}/discard", headers=api.headers)
    else:
        api.client.delete(url, headers=api.headers)

    assert_leads_nowhere(api.client.get(f"/i/{front['id']}"))
    assert_leads_nowhere(api.client.get(build_hero_path(cast)))


def test_restored_image_is_found_again(api: Api, front: dict):
    for way in ("discard", "restore"):
        api.client.post(f"{api.path}/{front['id']}/{way}", headers=api.headers)

    assert_leads_to(api.client.get(f"/i/{front['id']}"), front["image_url"])


def test_what_is_no_address_of_a_picture_is_not_found(api: Api, front: dict, cast: Cast):
    ProductImage.objects.update(is_primary=False)
    for path in (
        *(build_hero_path(cast), build_hero_path(cast, "00000096385074")),
        *(build_hero_path(cast, "nonsense"), f"/i/{encode_id(cast.globex.pk)}/00012345678905"),
        *("/i/nonsense/00012345678905", "/i/nonsense", f"/i/{'z' * 22}"),
    ):
        assert_leads_nowhere(api.client.get(path))
    head = api.client.head("/i/nonsense")
    assert (head.status_code, head.content) == (404, b"")


def test_address_is_only_read(api: Api, front: dict):
    refused = api.client.post(f"/i/{front['id']}")

    assert_problem(refused, "method_not_allowed")
    assert refused.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert api.client.options(f"/i/{front['id']}").status_code == 204


def test_sixty_a_minute_are_led_from_one_address_apart_from_guesses_at_keys(api: Api, front: dict):
    address = f"/i/{front['id']}"
    with time_machine.travel(NOON, tick=False):
        assert {api.client.get(address).status_code for _ in range(60)} == {302}
        refused = api.client.get(address)

        problem = assert_problem(refused, "rate_limited")
        assert (problem["limit"], refused.headers["Retry-After"]) == (60, "60")
        assert refused.headers["RateLimit-Remaining"] == "0"
        assert api.client.get(api.path).status_code == 401
    with time_machine.travel(NOON + 60, tick=False):
        assert api.client.get(address).status_code == 302


def test_outage_of_the_database_is_told(api: Api, front: dict, monkeypatch):
    def fail(**_path: str) -> None:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(ProductImage.objects, "filter", fail)

    assert_problem(api.client.get(f"/i/{front['id']}"), "service_unavailable")


def test_object_of_a_bucket_is_led_to_where_it_is(api: Api, front: dict, monkeypatch):
    url = "https://images.example.com/products/00012345678905/a.jpg"
    monkeypatch.setattr(ProductImage, "url", url)

    assert_leads_to(api.client.get(f"/i/{front['id']}"), url)


def test_service_behind_a_proxy_leads_to_its_public_address(api: Api, front: dict, settings):
    settings.API_SERVER_URL = "https://brands.example.com"
    path = urlsplit(front["image_url"]).path

    answer = api.client.get(f"/i/{front['id']}")

    assert_leads_to(answer, f"https://brands.example.com{path}")
