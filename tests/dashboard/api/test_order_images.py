"""PUT …/images/order: the whole gallery put in order at once."""

from __future__ import annotations

import httpx
import pytest

from apps.products.models import ImageEvent, ProductImage
from tests.assertions import assert_faults, assert_problem
from tests.conftest import Api, Cast, Service

UNKNOWN = "keATfB8VP2gSjcnTbsMNQL"


@pytest.fixture
def gallery(api: Api) -> dict[str, str]:
    """The ids of five images by their titles; the list has them from E to A."""
    return {title: api.upload(title=title).json()["id"] for title in "ABCDE"}


def put(api: Api, image_ids: object, **headers: str) -> httpx.Response:
    sent = {**api.headers, **headers}
    return api.client.put(f"{api.path}/order", headers=sent, json={"image_ids": image_ids})


def list_titles(api: Api) -> str:
    return "".join(image["title"] for image in api.get().json()["data"])


def test_named_images_come_first_and_the_others_as_they_were(api: Api, gallery: dict[str, str]):
    assert list_titles(api) == "EDCBA"

    response = put(api, [gallery["B"], gallery["D"]])

    assert (response.status_code, response.content) == (204, b"")
    assert list_titles(api) == "BDECA"


def test_primary_stays_first_and_has_its_place_when_it_is_none(api: Api, gallery: dict[str, str]):
    primary = f"{api.path}/{gallery['A']}"
    api.client.patch(primary, headers=api.headers, json={"is_primary": True})

    put(api, [gallery["C"], gallery["A"], gallery["E"]])
    assert list_titles(api) == "ACEDB"

    api.client.patch(primary, headers=api.headers, json={"is_primary": False})
    assert list_titles(api) == "CAEDB"


def test_order_is_one_line_of_history(api: Api, gallery: dict[str, str]):
    put(api, [gallery["B"], gallery["D"]])
    put(api, [gallery["B"]])

    path = api.path.replace("/images", "/image-history")
    lines = api.client.get(path, headers=api.headers).json()["data"]
    told = [(each["action"], each["new"], each["image_id"], each["image_exists"]) for each in lines]
    assert told[0] == ("ordered", "2", None, False)
    assert {action for action, *_ in told[1:]} == {"uploaded"}


def test_one_image_can_be_moved_between_others_afterwards(api: Api, gallery: dict[str, str]):
    put(api, [gallery["A"], gallery["B"]])
    first, second = api.get().json()["data"][:2]
    moved = f"{api.path}/{gallery['E']}"

    between = (first["priority"] + second["priority"]) // 2
    api.client.patch(moved, headers=api.headers, json={"priority": between})

    assert list_titles(api) == "AEBDC"


def test_more_images_than_a_page_has_are_put_in_order(api: Api, cast: Cast):
    names = [f"{number:04d}" for number in range(2_600)]
    api.upload()
    first = ProductImage.objects.get()
    ProductImage.objects.bulk_create(
        ProductImage(
            product=cast.product,
            object_name=name,
            image_format="JPEG",
            byte_size=1,
            created=first.created,
        )
        for name in names
    )
    ids = {image.object_name: image.pk for image in ProductImage.objects.all()}

    response = put(api, [str(ids[name]) for name in names[1000:2000]])

    assert response.status_code == 204
    found = cast.product.images.in_gallery().values_list("object_name", flat=True)
    assert list(found[:1000]) == names[1000:2000]


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ([], "at least one id"),
        ("all", "takes a list"),
        ([7], "place 1: This is no text"),
        ([UNKNOWN, "no id"], "place 2"),
        ([UNKNOWN], "an id that this product's gallery does not have, the first at place 1"),
        (["z" * 22], "does not have"),
    ],
)
def test_what_names_no_image_of_the_gallery_is_refused(
    api: Api, gallery: dict[str, str], sent: object, message: str
):
    assert_faults(put(api, sent), image_ids=message)
    assert list_titles(api) == "EDCBA"


def test_id_that_comes_twice_is_refused(api: Api, gallery: dict[str, str]):
    assert_faults(put(api, [gallery["B"], gallery["B"]]), image_ids="more than once")


def test_image_in_the_bin_is_not_put_in_order(api: Api, gallery: dict[str, str]):
    api.client.post(f"{api.path}/{gallery['B']}/discard", headers=api.headers)

    assert_faults(put(api, [gallery["B"]]), image_ids="does not have")


def test_body_is_an_object_with_the_ids_alone(api: Api, gallery: dict[str, str]):
    def send(body: object) -> httpx.Response:
        return api.client.put(f"{api.path}/order", headers=api.headers, json=body)

    assert_faults(send({}), image_ids="image_ids is missing; send it, as in")
    assert_faults(send([]), order="The body is a list")
    taken = {"image_ids": [gallery["B"]], "priority": 1}
    assert_faults(send(taken), priority="Taken are image_ids alone.")


def test_gallery_that_changed_meanwhile_is_not_put_in_order(api: Api, gallery: dict[str, str]):
    etag = api.get().headers["ETag"]
    assert api.get("?page=2&page_size=2").headers["ETag"] == etag
    api.client.patch(f"{api.path}/{gallery['A']}", headers=api.headers, json={"title": "X"})

    problem = assert_problem(put(api, [gallery["B"]], **{"If-Match": etag}), "precondition_failed")

    assert "this gallery" in problem["detail"]
    assert list_titles(api) == "EDCBX"


def test_order_answers_the_tag_for_the_next(api: Api, gallery: dict[str, str]):
    first = put(api, [gallery["B"]], **{"If-Match": api.get().headers["ETag"]})
    second = put(api, [gallery["C"]], **{"If-Match": first.headers["ETag"]})

    assert (first.status_code, second.status_code) == (204, 204)
    assert second.headers["ETag"] == api.get().headers["ETag"] != first.headers["ETag"]


def test_permission_that_ends_while_the_body_comes_ends_it(
    api: Api, cast: Cast, gallery: dict[str, str], service_here: Service
):
    service_here.while_body_comes = lambda: cast.ed.memberships.update(role="billing")

    assert_problem(put(api, [gallery["B"]]), "forbidden")
    assert not ImageEvent.objects.filter(action="ordered").exists()


def test_other_methods_are_told(api: Api):
    response = api.client.get(f"{api.path}/order", headers=api.headers)

    assert_problem(response, "method_not_allowed")
    assert response.headers["Allow"] == "OPTIONS, PUT"
