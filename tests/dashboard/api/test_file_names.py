"""POST /trade-items/{organization_id}/file-names: which product each file's name tells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from apps.products.models import Product
from tests.assertions import assert_faults, assert_problem
from tests.conftest import FOREIGN_GTIN, GTIN, OTHER_GTIN, Api, Cast, Service

PENCIL = "04006381333931"


@pytest.fixture
def path(api: Api) -> str:
    return api.path.replace(f"{GTIN}/images", "file-names")


def post(api: Api, path: str, names: object) -> httpx.Response:
    return api.client.post(path, headers=api.headers, json={"names": names})


def read(api: Api, path: str, *names: str) -> list[dict[str, Any]]:
    data: list[dict[str, Any]] = post(api, path, names).json()["data"]
    assert [line["name"] for line in data] == list(names)
    return data


def test_each_name_is_answered_in_its_place(api: Api, cast: Cast, path: str):
    Product.objects.create(gtin=PENCIL, name="Pencil", owner=cast.acme)
    names = [
        "shoot/00012345678905_C1N1_s02.jpg",
        "4006381333932_back.png",
        "5901234123458.jpg",
        f"{FOREIGN_GTIN}_C1N1.jpg",
        f"{OTHER_GTIN}.jpg",
        "20261125_101500.jpg",
        "logo.jpg",
    ]

    ready, near, far, foreign, nobodys, date, none = read(api, path, *names)

    coffee = {"gtin": GTIN, "name": "Coffee", "has_primary": False, "image_count": 0}
    assert ready == {
        "name": names[0],
        "status": "ready",
        "gtin": GTIN,
        "corrected_gtin": None,
        "product_name": "Coffee",
        "product": coffee,
        "title": "Front, in packaging",
        "is_hero": True,
        "is_primary": True,
        "sequence": 2,
    }
    pencil = {"gtin": PENCIL, "name": "Pencil", "has_primary": False, "image_count": 0}
    assert near.items() >= {"status": "check_digit", "gtin": "04006381333932"}.items()
    assert near.items() >= {"corrected_gtin": PENCIL, "product": pencil, "title": "Back"}.items()
    assert far.items() >= {"corrected_gtin": "05901234123457", "product": None}.items()
    nothing = {"corrected_gtin": None, "product_name": None, "product": None, "is_primary": False}
    for line, gtin in ((foreign, FOREIGN_GTIN), (nobodys, OTHER_GTIN)):
        assert line.items() >= {"status": "not_found", "gtin": gtin, **nothing}.items()
    for line in (date, none):
        assert line.items() >= {"status": "no_gtin", "gtin": None, **nothing}.items()
    assert near["product_name"] is None


def test_pictures_come_in_the_order_of_what_they_show(api: Api, path: str):
    ends = ("_bottom", "_C1N1_s10", " x", "", "_C1N1_s2", "_back", "-2", "_right", "_top", "_left")

    lines = read(api, path, *(f"{GTIN}{end}.jpg" for end in ends))

    ordered = sorted(lines, key=lambda line: line["sequence"])
    assert [line["sequence"] for line in ordered] == list(range(1, 11))
    assert [line["name"][14:-4] for line in ordered] == [
        *("_C1N1_s2", "_C1N1_s10", "_back", "_left", "_right", "_top", "_bottom", "", " x", "-2")
    ]


def test_first_front_of_a_product_without_primary_is_proposed(api: Api, cast: Cast, path: str):
    Product.objects.create(gtin=PENCIL, name="Pencil", owner=cast.acme)
    api.upload(is_primary="true")

    lines = read(
        api,
        path,
        f"{GTIN}_C1N1.jpg",
        f"{PENCIL}_C1N1_s02.jpg",
        f"{PENCIL}_C1N1_s01.jpg",
        f"{PENCIL}_C1L1.jpg",
    )

    assert [line["is_hero"] for line in lines] == [True, True, True, False]
    assert [line["is_primary"] for line in lines] == [False, False, True, False]
    assert lines[0]["product"].items() >= {"has_primary": True, "image_count": 1}.items()


def test_two_thousand_long_names_are_read_with_one_query_for_the_products(
    api: Api, path: str, django_assert_max_num_queries: Any
):
    folder = "ä" * 60 + "/" + "Verpackungen " * 60
    names = [f"{folder}/{number}/{GTIN}_C1N1.jpg" for number in range(2_000)]
    read(api, path, "warm.jpg")

    with django_assert_max_num_queries(6) as asked:
        response = post(api, path, names)

    assert {line["status"] for line in response.json()["data"]} == {"ready"}
    assert sum("products_product" in query["sql"] for query in asked) == 1
    assert_faults(post(api, path, [*names, "x"]), names="2,000")
    assert_faults(post(api, path, []), names="1")


@pytest.mark.parametrize("is_chunked", [False, True])
def test_more_than_four_mebibytes_are_refused(api: Api, path: str, is_chunked: bool):
    body = b'{"names": ["' + b"x" * 4 * 2**20 + b'"]}'
    headers = {**api.headers, "Content-Type": "application/json"}

    def send() -> Iterator[bytes]:
        yield body

    response = api.client.post(path, headers=headers, content=send() if is_chunked else body)

    problem = assert_problem(response, "payload_too_large")
    assert problem["limit"] == 4 * 2**20


def test_chunked_names_are_read(api: Api, path: str):
    body = iter([b'{"names": ["', b"x" * 200_000, b'.jpg"]}'])
    headers = {**api.headers, "Content-Type": "application/json"}

    response = api.client.post(path, headers=headers, content=body)

    assert [line["status"] for line in response.json()["data"]] == ["no_gtin"]


def test_stranger_is_refused_before_the_body(api: Api, path: str, service_here: Service):
    response = api.client.post(
        path,
        headers={"X-API-Key": "csb_short_00000000", "Content-Type": "application/json"},
        content=b" " * 2**20,
    )

    assert_problem(response, "unauthorized")
    assert service_here.bytes_read_before_answer == 0


def test_member_who_leaves_while_the_body_comes_learns_nothing(
    api: Api, cast: Cast, path: str, service_here: Service
):
    service_here.while_body_comes = lambda: cast.ed.memberships.get().delete()

    assert post(api, path, [GTIN]).status_code in (401, 404)
