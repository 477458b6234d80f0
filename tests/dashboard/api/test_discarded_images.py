"""POST …/images/{image_id}/discard and …/restore: there and back again."""

from __future__ import annotations

import pytest

from apps.products.models import ImageEvent, ProductImage
from tests.assertions import assert_nothing_stored, assert_problem, list_media
from tests.conftest import Api


def send(api: Api, image: dict, way: str, **headers: str):
    url = f"{api.path}/{image['id']}/{way}"
    return api.client.post(url, headers={**api.headers, **headers})


def get_image(api: Api, image: dict):
    return api.client.get(f"{api.path}/{image['id']}", headers=api.headers)


def list_ids(api: Api) -> list[str]:
    return [image["id"] for image in api.get().json()["data"]]


@pytest.fixture
def front(api: Api) -> dict:
    return api.upload(title="Front", is_primary="true").json()


def test_discarded_image_is_in_no_list_and_its_address_still_answers(api: Api, front: dict):
    other = api.upload().json()

    response = send(api, front, "discard")

    assert (response.status_code, response.content) == (204, b"")
    listed = api.get().json()
    assert (listed["data"], listed["pagination"]["total_count"]) == ([other], 1)
    assert_problem(get_image(api, front), "not_found")
    assert api.client.get(front["image_url"]).status_code == 200


def test_discarded_image_cannot_be_changed(api: Api, front: dict):
    send(api, front, "discard")

    url = f"{api.path}/{front['id']}"
    refused = api.client.patch(url, headers=api.headers, json={"is_primary": True})

    assert_problem(refused, "not_found")
    assert ProductImage.objects.get().is_primary is False


def test_restored_image_has_caption_place_and_flag_again(api: Api, front: dict):
    url = f"{api.path}/{front['id']}"
    before = api.client.patch(url, headers=api.headers, json={"priority": 7}).json()
    send(api, front, "discard")

    response = send(api, front, "restore")

    assert (response.status_code, response.json()) == (200, before)
    assert get_image(api, front).json() == before
    assert get_image(api, front).headers["ETag"] == response.headers["ETag"]


def test_former_primary_comes_back_as_one_of_the_others(api: Api, front: dict):
    send(api, front, "discard")
    hero = api.upload(is_primary="true").json()

    assert send(api, front, "restore").json().items() >= {**front, "is_primary": False}.items()

    assert list_ids(api) == [hero["id"], front["id"]]
    # It is asked anew each time.
    send(api, hero, "discard")
    send(api, front, "discard")
    assert send(api, front, "restore").json()["is_primary"] is False


def test_discarded_primary_promotes_no_other(api: Api, front: dict):
    api.upload()

    send(api, front, "discard")

    assert not ProductImage.objects.filter(is_primary=True).exists()


def test_second_discard_and_restore_change_nothing(api: Api, front: dict):
    first, second = (send(api, front, "discard") for _ in range(2))
    restored, again = (send(api, front, "restore") for _ in range(2))

    assert (first.status_code, second.status_code) == (204, 204)
    assert second.headers["ETag"] == first.headers["ETag"]
    assert restored.json() == again.json() == get_image(api, front).json()
    actions = list(ImageEvent.objects.order_by("id").values_list("action", flat=True))
    assert actions == ["uploaded", "discarded", "restored", "promoted"]


def test_deleted_from_the_bin_is_deleted_for_good(api: Api, front: dict):
    send(api, front, "discard")

    deleted = api.client.delete(f"{api.path}/{front['id']}", headers=api.headers)

    assert deleted.status_code == 204
    assert_nothing_stored()
    assert_problem(send(api, front, "restore"), "not_found")


@pytest.mark.parametrize("way", ["discard", "restore"])
def test_outdated_etag_is_refused(api: Api, front: dict, way: str):
    present = get_image(api, front).headers["ETag"]
    if way == "restore":
        discarded = send(api, front, "discard", **{"If-Match": present})
        outdated, present = present, discarded.headers["ETag"]
    else:
        outdated = '"0"'

    assert_problem(send(api, front, way, **{"If-Match": outdated}), "precondition_failed")
    assert bool(ProductImage.objects.get().discarded_at) is (way == "restore")
    assert send(api, front, way, **{"If-Match": present}).is_success


@pytest.mark.parametrize("way", ["discard", "restore"])
@pytest.mark.parametrize("image_id", ["z" * 22, "keATfB8VP2gSjcnTbsMNQL", "nonsense"])
def test_unknown_image_is_not_found(api: Api, front: dict, way: str, image_id: str):
    assert_problem(send(api, {"id": image_id}, way), "not_found")
    assert len(list_media()) == 1


def test_history_tells_that_it_is_still_there(api: Api, front: dict):
    send(api, front, "discard")

    path = api.path.replace("/images", "/image-history")
    line = api.client.get(path, headers=api.headers).json()["data"][0]

    assert (line["action"], line["image_name"]) == ("discarded", "Front")
    assert (line["image_exists"], line["user"]) == (True, "ed")
