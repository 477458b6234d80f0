"""GET /trade-items/{organization_id} and POST …/lookup: which products there are."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from apps.products.models import Product
from tests.assertions import assert_faults, assert_problem
from tests.conftest import FOREIGN_GTIN, GTIN, OTHER_GTIN, Api, Cast, Service


@pytest.fixture
def items(api: Api) -> str:
    return api.path.removesuffix(f"/{GTIN}/images")


def get(api: Api, items: str, query: str = "") -> list[dict[str, Any]]:
    data: list[dict[str, Any]] = api.client.get(items + query, headers=api.headers).json()["data"]
    return data


def look_up(api: Api, items: str, gtins: object) -> httpx.Response:
    return api.client.post(f"{items}/lookup", headers=api.headers, json={"gtins": gtins})


def test_product_tells_how_far_its_pictures_are(api: Api, items: str):
    [before] = get(api, items)
    api.upload()
    hero = api.upload(is_primary="true").json()

    [after] = get(api, items)

    nothing = {"image_count": 0, "primary_image_url": None}
    assert before.items() >= {"gtin": GTIN, "name": "Coffee", **nothing}.items()
    assert (after["image_count"], after["primary_image_url"]) == (2, hero["image_url"])
    assert after["last_change"][:16] == hero["created"][:16]


def test_picture_in_the_bin_does_not_count(api: Api, items: str):
    image = api.upload(is_primary="true").json()
    api.client.post(f"{api.path}/{image['id']}/discard", headers=api.headers)

    [item] = get(api, items)

    assert (item["image_count"], item["primary_image_url"]) == (0, None)


def test_state_and_search_choose_products(api: Api, cast: Cast, items: str):
    for gtin, name in (("04006381333931", "Cocoa"), ("05901234123457", "Mate")):
        Product.objects.create(gtin=gtin, name=name, owner=cast.acme)
    api.upload(is_primary="true")
    api.upload(path=api.path.replace(GTIN, "4006381333931"))

    def list_names(query: str) -> list[str]:
        return [item["name"] for item in get(api, items, query)]

    assert list_names("") == list_names("?state=all") == ["Cocoa", "Coffee", "Mate"]
    assert list_names("?state=no_hero") == ["Cocoa", "Mate"]
    assert list_names("?state=no_pictures") == ["Mate"]
    assert list_names("?q=co&state=no_hero") == ["Cocoa"]
    assert list_names("?q=5901234-123457") == ["Mate"]
    assert list_names("?page=2&page_size=2") == ["Mate"]


def test_unknown_state_is_refused(api: Api, items: str):
    response = api.client.get(f"{items}?state=none", headers=api.headers)

    assert_faults(response, state="no_hero")


def test_lookup_answers_each_gtin_in_its_place(api: Api, items: str):
    sent = ["12345678905", "(01) 0 00 12345 67890 5", FOREIGN_GTIN, OTHER_GTIN, "12345678901", "x"]

    data = look_up(api, items, sent).json()["data"]

    found = {"gtin": GTIN, "status": "found", "name": "Coffee", "check_digit": None}
    nobodys = {"status": "not_found", "name": None, "check_digit": None}
    assert data == [
        {"sent": sent[0], **found},
        {"sent": sent[1], **found},
        {"sent": sent[2], "gtin": FOREIGN_GTIN, **nobodys},
        {"sent": sent[3], "gtin": OTHER_GTIN, **nobodys},
        {
            "sent": sent[4],
            "gtin": "00012345678901",
            "status": "check_digit",
            "name": None,
            "check_digit": "5",
        },
        {"sent": "x", "gtin": None, "status": "malformed", "name": None, "check_digit": None},
    ]


def test_lookup_takes_one_to_five_hundred(api: Api, items: str):
    assert len(look_up(api, items, [GTIN] * 500).json()["data"]) == 500
    assert_faults(look_up(api, items, [GTIN] * 501), gtins="500")
    assert_faults(look_up(api, items, []), gtins="1")
    assert_faults(look_up(api, items, [GTIN, 1]), **{"gtins[1]": "is a number; it takes text"})


@pytest.mark.parametrize(
    ("body", "field"), [({"gtins": GTIN}, "gtins"), ({}, "gtins"), ({"gtin": [GTIN]}, "gtin")]
)
def test_other_bodies_are_told_what_is_taken(api: Api, items: str, body: object, field: str):
    response = api.client.post(f"{items}/lookup", headers=api.headers, json=body)

    assert field in {
        fault["field"] for fault in assert_problem(response, "validation_error")["errors"]
    }


def test_lookup_is_refused_before_its_body(api: Api, items: str, service_here: Service):
    response = api.client.post(
        f"{items}/lookup",
        headers={"X-API-Key": "csb_short_00000000", "Content-Type": "application/json"},
        content=b" " * 60_000,
    )

    assert_problem(response, "unauthorized")
    assert service_here.bytes_read_before_answer == 0


def test_member_who_leaves_while_the_body_comes_learns_nothing(
    api: Api, cast: Cast, items: str, service_here: Service
):
    service_here.while_body_comes = lambda: cast.ed.memberships.get().delete()

    assert look_up(api, items, [GTIN]).status_code in (401, 404)
