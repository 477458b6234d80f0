"""DELETE …/images/{image_id}: row and object go together."""

from __future__ import annotations

from apps.products.models import ProductImage
from tests.assertions import assert_nothing_stored, assert_problem, list_media
from tests.conftest import Api


def delete(api: Api, image: dict):
    return api.client.delete(f"{api.path}/{image['id']}", headers=api.headers)


def test_deleted_image_leaves_neither_row_nor_object(api: Api):
    response = delete(api, api.upload().json())

    assert (response.status_code, response.content) == (204, b"")
    assert_nothing_stored()


def test_second_delete_finds_nothing(api: Api):
    image = api.upload().json()
    delete(api, image)

    assert_problem(delete(api, image), "not_found")


def test_image_whose_object_has_gone_is_deleted(api: Api):
    image = api.upload().json()
    list_media()[0].unlink()

    assert delete(api, image).status_code == 204
    assert_nothing_stored()


def test_deleted_primary_promotes_no_other(api: Api):
    api.upload()
    primary = api.upload(is_primary="true").json()

    delete(api, primary)

    assert ProductImage.objects.get().is_primary is False
