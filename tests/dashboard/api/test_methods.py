"""HEAD is answered where GET is, OPTIONS everywhere, and what is no method nowhere."""

from __future__ import annotations

import httpx
import pytest

from apps.products.models import ProductImage
from tests.assertions import assert_problem
from tests.conftest import GTIN, Api

GALLERY_METHODS = "GET, HEAD, OPTIONS, POST"
ORDER_METHODS = "OPTIONS, PUT"
IMAGE_METHODS = "DELETE, GET, HEAD, OPTIONS, PATCH"


@pytest.fixture
def image(api: Api) -> str:
    return f"{api.path}/{api.upload().json()['id']}"


def drop_counts(response: httpx.Response) -> dict[str, str]:
    """The fields that one request has as the next."""
    return {
        name: value
        for name, value in response.headers.items()
        if "ratelimit-" not in name and name != "x-request-id"
    }


def test_head_has_the_fields_of_get_and_no_body(api: Api, image: str):
    history = api.path.replace("/images", "/image-history")
    items = api.path.removesuffix(f"/{GTIN}/images")
    whoami = "/dashboard/api/v1/whoami"
    for address in (api.path, f"{api.path}?page_size=1", image, history, items, whoami):
        got = api.client.get(address, headers=api.headers)
        head = api.client.head(address, headers=api.headers)

        assert (head.status_code, head.content) == (200, b"")
        assert drop_counts(head) == drop_counts(got)
        assert int(head.headers["Content-Length"]) == len(got.content) > 0


def test_refused_head_has_no_body_either(api: Api):
    stranger = api.client.head(api.path)
    nowhere = api.client.head(f"{api.path}/nothing/here", headers=api.headers)

    assert (stranger.status_code, stranger.content) == (401, b"")
    assert (nowhere.status_code, nowhere.content) == (404, b"")
    assert int(nowhere.headers["Content-Length"]) > 100


def test_known_state_is_told_to_head(api: Api, image: str):
    etag = api.client.get(image, headers=api.headers).headers["ETag"]

    response = api.client.head(image, headers={**api.headers, "If-None-Match": etag})

    assert (response.status_code, response.headers["ETag"]) == (304, etag)


def test_options_tells_the_methods(api: Api, image: str):
    for address, methods in (
        (api.path, GALLERY_METHODS),
        (image, IMAGE_METHODS),
        (f"{api.path}/order", ORDER_METHODS),
    ):
        response = api.client.options(address, headers=api.headers)

        assert (response.status_code, response.content) == (204, b"")
        assert response.headers["Allow"] == methods
    assert ProductImage.objects.count() == 1


def test_options_of_nothing_is_not_found(api: Api):
    assert_problem(api.client.options("/dashboard/api/v1/none"), "not_found")


def test_other_method_is_told_the_same_methods(api: Api, image: str):
    response = api.client.put(image, headers=api.headers)

    assert_problem(response, "method_not_allowed")
    assert response.headers["Allow"] == IMAGE_METHODS
