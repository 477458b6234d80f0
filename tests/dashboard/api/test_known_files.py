"""POST /trade-items/{organization_id}/known-files: which images have the bytes of a file."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from apps.products.checksums import fill_in_checksums
from apps.products.models import Product, ProductImage
from tests.assertions import assert_faults, assert_problem
from tests.conftest import FOREIGN_GTIN, GTIN, Api, Cast, Service
from tests.sample_images import make_jpeg, make_png

PENCIL = "04006381333931"
JPEG, PNG = (hashlib.sha256(content).hexdigest() for content in (make_jpeg(), make_png()))
NOBODYS = "0" * 64


@pytest.fixture
def path(api: Api) -> str:
    return api.path.replace(f"{GTIN}/images", "known-files")


def post(api: Api, path: str, files: object) -> httpx.Response:
    return api.client.post(path, headers=api.headers, json={"files": files})


def find(api: Api, path: str, *files: tuple[str, str | None]) -> list[dict[str, Any]]:
    sent = [{"sha256": sha256, "gtin": gtin} for sha256, gtin in files]
    data: list[dict[str, Any]] = post(api, path, sent).json()["data"]
    return data


def test_images_of_the_bytes_are_found_those_of_the_product_first(api: Api, cast: Cast, path: str):
    Product.objects.create(gtin=PENCIL, name="Pencil", owner=cast.acme)
    of_pencil = api.path.replace(GTIN, PENCIL)
    api.upload(path=of_pencil, name="pencil.jpg")
    front = api.upload(title="Front").json()
    api.upload(title="Again")
    fill_in_checksums()

    here, there, anywhere, unknown = find(
        api, path, (JPEG.upper(), GTIN[2:]), (JPEG, PENCIL), (JPEG, None), (PNG, GTIN)
    )

    assert (here["sha256"], here["gtin"]) == (JPEG.upper(), GTIN)
    assert here["images"][0] == {
        "image_id": front["id"],
        "gtin": GTIN,
        "product_name": "Coffee",
        "name": "Front",
        "is_discarded": False,
        "image_url": front["image_url"],
    }
    assert [each["gtin"] for each in here["images"]] == [GTIN, PENCIL]
    assert [each["name"] for each in there["images"]] == ["pencil.jpg", "Front"]
    assert anywhere["images"] == there["images"]
    assert unknown == {"sha256": PNG, "gtin": GTIN, "images": []}


def test_image_in_the_bin_is_told_to_be_there_unless_another_is_not(api: Api, path: str):
    image = api.upload(title="Front").json()
    fill_in_checksums()
    api.client.post(f"{api.path}/{image['id']}/discard", headers=api.headers)

    [discarded] = find(api, path, (JPEG, GTIN))
    api.upload(title="Again")
    fill_in_checksums()
    [present] = find(api, path, (JPEG, GTIN))

    [told] = discarded["images"]
    assert (told["name"], told["is_discarded"]) == ("Front", True)
    [told] = present["images"]
    assert (told["name"], told["is_discarded"]) == ("Again", False)


def test_images_of_others_and_those_not_measured_are_not_found(api: Api, cast: Cast, path: str):
    api.upload()
    [unmeasured] = find(api, path, (JPEG, GTIN))
    fill_in_checksums()
    soap = Product.objects.get(gtin=FOREIGN_GTIN)
    ProductImage.objects.update(product=soap)

    assert unmeasured["images"] == []
    assert find(api, path, (JPEG, FOREIGN_GTIN)) == [
        {"sha256": JPEG, "gtin": FOREIGN_GTIN, "images": []}
    ]


def test_bytes_of_many_products_are_told_of_those_asked_for_and_of_five(
    api: Api, cast: Cast, path: str
):
    api.upload()
    fill_in_checksums()
    row = ProductImage.objects.values().get()
    gtins = [f"{number:013}" + "0" for number in range(1, 9)]
    for number, gtin in enumerate(gtins, 1):
        product = Product.objects.create(gtin=gtin, name=str(number), owner=cast.acme)
        later = row["created"] + timedelta(seconds=number)
        row |= {"id": uuid4(), "product_id": product.pk, "object_name": gtin, "created": later}
        ProductImage.objects.create(**row)

    [last, anywhere] = find(api, path, (JPEG, gtins[7]), (JPEG, None))

    assert [each["gtin"] for each in last["images"]] == [gtins[7], GTIN, *gtins[:4]]
    assert len(anywhere["images"]) == 5


def test_two_thousand_files_are_looked_up_with_one_query(
    api: Api, path: str, django_assert_max_num_queries: Any
):
    api.upload()
    fill_in_checksums()
    find(api, path, (NOBODYS, None))
    files = [(f"{number:064x}", GTIN) for number in range(1_999)] + [(JPEG, GTIN)]

    with django_assert_max_num_queries(6) as asked:
        data = find(api, path, *files)

    assert [len(line["images"]) for line in data] == [0] * 1_999 + [1]
    assert sum("products_productimage" in query["sql"] for query in asked) == 1


def test_what_is_no_checksum_or_gtin_is_refused_and_told_where_it_stands(api: Api, path: str):
    good = {"sha256": JPEG}
    faulty = [good, {"sha256": "x"}, {**good, "gtin": "12"}, {**good, "gtin": 12}, [], {}]

    assert_faults(
        post(api, path, faulty),
        **{
            "files[1].sha256": "0-9a-f",
            "files[2].gtin": "8 to 14 digits",
            "files[3].gtin": "files[3].gtin is a number; it takes text, in quotes.",
            "files[4]": "files[4] is a list; it takes an object, as in",
            "files[5].sha256": "files[5].sha256 is missing; send it, as in",
        },
    )
    assert_faults(post(api, path, []), files="files has 0 entries; at least 1 is taken at once.")
    assert_faults(post(api, path, [good] * 2_001), files="has 2,001 entries; at most 2,000 is")
    assert_faults(post(api, path, "x"), files="files is text; it takes a list, as in")


def test_of_many_faults_the_first_are_told(api: Api, path: str):
    files = [{"sha256": JPEG, **{f"x{number}": 1 for number in range(100)}}] * 100

    problem = assert_problem(post(api, path, files), "validation_error")

    assert problem["detail"].startswith("10,000 faults, the first 20: files[0].x0 is nothing")
    assert len(problem["errors"]) == 20


def test_body_with_more_members_than_any_that_is_taken_is_no_json(api: Api, path: str):
    files = [{"sha256": JPEG, **{f"x{number}": 1 for number in range(10_000)}}] * 2

    problem = assert_problem(post(api, path, files), "bad_request")

    assert problem["detail"] == "The body has more than 20,000 members of objects."


@pytest.mark.parametrize("entry", [{}, []])
def test_body_with_more_entries_than_any_that_is_taken_is_no_json(
    api: Api, path: str, entry: object
):
    problem = assert_problem(post(api, path, [entry] * 40_000), "bad_request")

    assert problem["detail"] == "The body has more than 40,000 objects and lists."


def test_member_who_leaves_while_the_body_comes_learns_nothing(
    api: Api, cast: Cast, path: str, service_here: Service
):
    service_here.while_body_comes = lambda: cast.ed.memberships.get().delete()

    assert post(api, path, [{"sha256": JPEG}]).status_code in (401, 404)
