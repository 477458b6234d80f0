"""GET …/images: the gallery in its order, a page at a time."""

from __future__ import annotations

import pytest

from apps.products.models import ProductImage
from tests.assertions import assert_faults
from tests.conftest import Api, Cast

EMPTY = {
    "page": 1,
    "page_size": 25,
    "total_count": 0,
    "total_pages": 0,
    "has_next": False,
    "has_previous": False,
}


def list_titles(api: Api, query: str = "") -> list[str]:
    return [image["title"] for image in api.get(query).json()["data"]]


def test_empty_gallery_has_no_pages(api: Api):
    assert api.get().json() == {"data": [], "pagination": EMPTY}


def test_list_has_what_the_upload_answered(api: Api):
    uploaded = api.upload(title="Front", is_primary="true").json()

    assert api.get().json()["data"] == [uploaded]


def test_primary_comes_first_then_priority_then_the_newest(api: Api):
    for title in ("old", "low", "primary", "new"):
        api.upload(title=title, is_primary=str(title == "primary"))
    ProductImage.objects.filter(title="low").update(priority=1)
    ProductImage.objects.filter(title="primary").update(priority=9)

    assert list_titles(api) == ["primary", "new", "old", "low"]


def test_pages_tell_where_they_stand(api: Api):
    for number in range(5):
        api.upload(title=str(number))

    page = api.get("?page=2&page_size=2").json()

    assert [image["title"] for image in page["data"]] == ["2", "1"]
    assert page["pagination"] == {
        "page": 2,
        "page_size": 2,
        "total_count": 5,
        "total_pages": 3,
        "has_next": True,
        "has_previous": True,
    }
    assert list_titles(api, "?page=3&page_size=2") == ["0"]


@pytest.mark.parametrize("page", [2, 1_000_000, 10**30])
def test_page_past_the_end_is_empty(api: Api, page: int):
    api.upload()

    answer = api.get(f"?page={page}").json()

    assert answer["data"] == []
    assert answer["pagination"]["total_count"] == 1
    assert answer["pagination"]["has_next"] is False


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=x", "page"),
        ("page_size=0", "page_size"),
        ("page_size=101", "page_size"),
    ],
)
def test_impossible_page_is_refused(api: Api, query: str, field: str):
    assert_faults(api.get(f"?{query}"), **{field: ""})


@pytest.mark.parametrize(
    ("query", "queries"),
    [
        ("", 4),  # key, product with role, last event, page
        ("?page_size=3", 5),  # and count
        ("?page_size=2&page=2", 5),
        ("?page_size=2&page=3", 4),  # key, product with role, last event, count
        ("?details=true", 4),
    ],
)
def test_list_takes_few_queries_however_many_images(
    api: Api, django_assert_num_queries, query: str, queries: int
):
    for _ in range(3):
        api.upload()

    with django_assert_num_queries(queries):
        answer = api.get(query)

    assert answer.json()["pagination"]["total_count"] == 3


def test_images_of_another_product_are_not_listed(api: Api, cast: Cast):
    api.upload()
    other = cast.product.images.get().product
    other.pk, other.gtin = None, "04006381333931"
    other.save()

    answer = api.client.get(
        api.path.replace("00012345678905", "4006381333931"), headers=api.headers
    )

    assert answer.json()["data"] == []
