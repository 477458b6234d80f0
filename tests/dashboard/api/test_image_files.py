"""PUT …/images/{image_id}/file and …/versions: another file in an image's place, and back."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import httpx
import pytest
from blake3 import blake3
from django.utils import timezone

from apps.dashboard.api.identifiers import encode_id
from apps.organizations.models import ApiKey, Organization
from apps.products.models import ImageEvent, ImageVersion, ProductImage, UnclaimedObject
from tests.assertions import assert_faults, assert_nothing_stored, assert_problem, list_media
from tests.callers import build_headers
from tests.conftest import Api, Cast, Service
from tests.sample_images import make_jpeg, make_png

OLD, NEW, OTHER = make_jpeg(), make_png(), make_jpeg(32, 24)


def replace(
    api: Api, image: dict[str, Any], picture: bytes = NEW, name: str = "new.png", **headers: str
) -> httpx.Response:
    url = f"{api.path}/{image['id']}/file"
    files = {"image": (name, picture)}
    return api.client.put(url, headers={**api.headers, **headers}, files=files)


def get(api: Api, image: dict[str, Any], below: str = "") -> httpx.Response:
    return api.client.get(f"{api.path}/{image['id']}{below}", headers=api.headers)


def list_versions(api: Api, image: dict[str, Any]) -> list[dict[str, Any]]:
    return get(api, image, "/versions").json()["data"]


def restore(api: Api, image: dict[str, Any], version_id: str, **headers: str) -> httpx.Response:
    url = f"{api.path}/{image['id']}/versions/{version_id}/restore"
    return api.client.post(url, headers={**api.headers, **headers})


def assert_unchanged(picture: bytes = OLD) -> None:
    """One object, that of the one row, and nothing on its way."""
    assert ProductImage.objects.get().blake3 == blake3(picture).hexdigest()
    assert not ImageVersion.objects.exists()
    assert not UnclaimedObject.objects.exists()
    assert [path.read_bytes() for path in list_media()] == [picture]


@pytest.fixture
def front(api: Api) -> dict[str, Any]:
    image = api.upload(OLD, title="Front", is_primary="true").json()
    url = f"{api.path}/{image['id']}"
    return api.client.patch(url, headers=api.headers, json={"priority": 7}).json()


def test_replaced_image_keeps_what_it_is_and_gets_what_its_file_is(api: Api, front: dict):
    response = replace(api, front)

    assert response.status_code == 200
    after = response.json()
    assert after == get(api, front).json()
    assert response.headers["ETag"] == get(api, front).headers["ETag"]
    kept = ("id", "title", "is_primary", "priority", "created")
    assert [after[name] for name in kept] == [front[name] for name in kept]
    assert (after["file_name"], after["format"], after["byte_size"]) == ("new.png", "PNG", len(NEW))
    assert after["image_url"] != front["image_url"]
    assert api.client.get(after["image_url"]).content == NEW
    assert api.client.get(front["image_url"]).content == OLD
    assert not UnclaimedObject.objects.exists()


def test_replacement_changes_the_etag_and_the_history(api: Api, front: dict):
    before = get(api, front).headers["ETag"]

    replace(api, front)

    assert get(api, front).headers["ETag"] != before
    path = api.path.replace("/images", "/image-history")
    line = api.client.get(path, headers=api.headers).json()["data"][0]
    assert (line["action"], line["image_name"]) == ("replaced", "Front")
    assert (line["old"], line["new"], line["user"]) == ("photo.jpg", "new.png", "ed")


def test_same_bytes_replace_nothing(api: Api, front: dict):
    before = get(api, front)

    response = replace(api, front, OLD, "other.jpg", **{"If-Match": '"outdated"'})

    assert (response.status_code, response.json()) == (200, before.json())
    assert response.headers["ETag"] == before.headers["ETag"]
    assert_unchanged()
    assert not ImageEvent.objects.filter(action="replaced").exists()


def test_same_bytes_are_known_by_sha256_where_there_was_no_blake3(api: Api, front: dict):
    sha256 = hashlib.sha256(OLD).hexdigest()
    ProductImage.objects.update(blake3=None, sha256=sha256)

    assert replace(api, front, OLD).json()["image_url"] == front["image_url"]
    assert replace(api, front, NEW).json()["image_url"] != front["image_url"]
    assert list_versions(api, front)[0]["sha256"] == sha256


def test_outdated_etag_is_refused_and_the_present_one_is_not(api: Api, front: dict):
    assert_problem(replace(api, front, **{"If-Match": '"0"'}), "precondition_failed")
    assert_unchanged()

    etag = get(api, front).headers["ETag"]
    assert replace(api, front, **{"If-Match": etag}).status_code == 200
    assert_problem(replace(api, front, OTHER, **{"If-Match": etag}), "precondition_failed")


def test_replayed_replacement_gets_its_first_answer(api: Api, front: dict):
    key = {"Idempotency-Key": "one"}
    first = replace(api, front, **key)
    replace(api, front, OTHER)

    again = replace(api, front, **key)

    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["Idempotent-Replayed"] == "true"
    assert get(api, front).json()["byte_size"] == len(OTHER)
    assert_faults(replace(api, front, OLD, **key), **{"Idempotency-Key": "another request"})


@pytest.mark.parametrize(
    ("picture", "told"), [(OLD[:-30], "cut"), (b"", "empty"), (b"%PDF-1.7 no picture", "PDF")]
)
def test_what_is_no_picture_replaces_nothing(api: Api, front: dict, picture: bytes, told: str):
    assert_faults(replace(api, front, picture), image=told)
    assert_unchanged()


def test_form_takes_the_picture_alone(api: Api, front: dict):
    url = f"{api.path}/{front['id']}/file"
    files = {"image": ("new.png", NEW)}
    words = {"title": "Back", "is_primary": "false", "priority": "3"}

    refused = api.client.put(url, headers=api.headers, files=files, data=words)

    assert_faults(refused, title="stay as they are", is_primary="stay", priority="stay")
    assert_faults(api.client.put(url, headers=api.headers, files={"photo": NEW}), image="'image'")
    assert_unchanged()


def test_what_the_head_tells_is_refused_before_the_body(
    api: Api, front: dict, cast: Cast, service_here: Service
):
    url, big = f"{api.path}/{front['id']}/file", b"x" * 30_000_000
    reader = {"X-API-Key": cast.issue(cast.olga, role="readonly")}
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    missing = f"{api.path}/keATfB8VP2gSjcnTbsMNQL/file"

    for told, address, headers in (
        ("unauthorized", url, form),
        ("not_found", missing, {**api.headers, **form}),
        ("forbidden", url, {**reader, **form}),
        ("unsupported_media_type", url, {**api.headers, "Content-Type": "image/png"}),
        ("payload_too_large", url, {**api.headers, **form}),
    ):
        assert_problem(api.client.put(address, headers=headers, content=big), told)
        assert service_here.bytes_read_before_answer == 0
    assert_unchanged()


def test_who_may_no_longer_when_the_body_has_come_replaces_nothing(
    api: Api, front: dict, service_here: Service
):
    service_here.while_body_comes = lambda: ApiKey.objects.update(is_active=False)

    assert_problem(replace(api, front), "unauthorized")
    assert_unchanged()


@pytest.mark.parametrize(
    ("caller", "status"),
    [
        ("nobody", 401),
        ("csb readonly", 403),
        ("csb of another organization", 404),
        ("csu of billing", 403),
        ("cpk", 403),
        ("token of owner, read", 403),
        ("session without CSRF header", 403),
        ("csb manager", 200),
        ("csu of editor", 200),
        ("token of editor", 200),
        ("session of editor", 200),
    ],
)
def test_each_caller_may_what_its_role_lets_it(
    api: Api, cast: Cast, front: dict, caller: str, status: int
):
    as_caller = Api(api.client, api.path, build_headers(cast, caller))

    assert replace(as_caller, front).status_code == status
    if status != 200:
        assert_unchanged()
    first = encode_id(ProductImage.objects.get().pk)
    assert restore(as_caller, front, first).status_code == status


def test_image_in_the_bin_is_not_replaced(api: Api, front: dict):
    api.client.post(f"{api.path}/{front['id']}/discard", headers=api.headers)

    assert_problem(replace(api, front), "not_found")
    assert_problem(get(api, front, "/versions"), "not_found")
    assert_problem(restore(api, front, front["id"]), "not_found")
    assert_unchanged()


def test_versions_tell_who_and_when(api: Api, front: dict):
    assert list_versions(api, front) == []
    replaced = replace(api, front).json()
    replace(api, front, OTHER, "third.jpg")

    second, first = list_versions(api, front)

    assert [second["file_name"], first["file_name"]] == ["new.png", "photo.jpg"]
    assert [second["image_url"], first["image_url"]] == [
        replaced["image_url"],
        front["image_url"],
    ]
    assert first["created"] == front["created"]
    assert first["replaced"] == second["created"] < second["replaced"]
    assert (first["uploaded_by"], first["format"], first["byte_size"]) == ("ed", "JPEG", len(OLD))


def test_restored_version_has_its_address_again_and_the_other_is_a_version(api: Api, front: dict):
    new = replace(api, front).json()
    [version] = list_versions(api, front)

    response = restore(api, front, version["id"])

    assert (response.status_code, response.json()) == (200, front)
    assert response.headers["ETag"] == get(api, front).headers["ETag"]
    [version] = list_versions(api, front)
    assert version["image_url"] == new["image_url"]
    assert ImageEvent.objects.last().action == "reverted"
    assert restore(api, front, version["id"]).json() == new
    # A lost answer may be asked for again.
    assert restore(api, front, version["id"], **{"If-Match": '"0"'}).json() == new
    assert len(list_media()) == 2


def test_restoring_minds_etag_and_id(api: Api, front: dict):
    replace(api, front)
    [version] = list_versions(api, front)

    refused = restore(api, front, version["id"], **{"If-Match": '"0"'})

    assert_problem(refused, "precondition_failed")
    for unknown in ("keATfB8VP2gSjcnTbsMNQL", "z" * 22, "nonsense"):
        assert_problem(restore(api, front, unknown), "not_found")
    other = api.upload(OTHER).json()
    assert_problem(restore(api, other, version["id"]), "not_found")
    assert get(api, front).json()["byte_size"] == len(NEW)


def test_deleted_image_takes_its_versions_along(api: Api, front: dict, cast: Cast):
    replace(api, front)
    replace(api, front, OTHER)

    deleted = api.client.delete(f"{api.path}/{front['id']}", headers=api.headers)

    assert deleted.status_code == 204
    assert_nothing_stored()
    assert not ImageVersion.objects.exists()
    kept = Organization.objects.get(pk=cast.acme.pk)
    assert (kept.kept_images, kept.kept_bytes) == (0, 0)


def test_versions_count_with_their_bytes_alone(api: Api, front: dict, cast: Cast):
    replace(api, front)

    kept = Organization.objects.get(pk=cast.acme.pk)
    assert (kept.kept_images, kept.kept_bytes) == (1, len(OLD) + len(NEW))


def test_file_that_finds_no_room_replaces_nothing(api: Api, front: dict, cast: Cast):
    # Before the body: what the form declares is more than its picture.
    Organization.objects.update(max_bytes=len(OLD) + len(NEW) - 1, max_product_images=1)
    problem = assert_problem(replace(api, front), "conflict")
    assert (problem["quota"], problem["actual"]) == ("organization_bytes", len(OLD) + len(NEW))
    assert_unchanged()

    Organization.objects.update(max_bytes=len(OLD) + len(NEW))
    assert replace(api, front).status_code == 200
    Organization.objects.update(max_bytes=1)
    assert restore(api, front, front["id"]).status_code == 200


def test_lists_and_history_show_the_present_file(api: Api, front: dict):
    after = replace(api, front).json()

    [listed] = api.get("?details=true").json()["data"]

    assert listed == after


def test_file_of_a_user_who_was_deleted_meanwhile_is_not_kept(
    api: Api, cast: Cast, front: dict, service_here: Service
):
    service_here.while_body_comes = cast.ed.delete

    assert_problem(replace(api, front), "unauthorized")
    assert_unchanged()


def test_version_is_kept_for_a_year(api: Api, front: dict):
    replace(api, front)
    ImageVersion.objects.update(replaced_at=timezone.now() - timedelta(days=364.9))

    assert len(list_versions(api, front)) == 1


def test_new_file_waits_to_be_measured_and_the_old_one_keeps_its_measures(api: Api, front: dict):
    now = timezone.now()
    ProductImage.objects.update(measured_at=now, measure_due_at=None, white_border_share=0.5)

    replace(api, front)

    image, version = ProductImage.objects.get(), ImageVersion.objects.get()
    assert (image.measured_at, image.white_border_share) == (None, None)
    assert image.measure_due_at is not None
    assert (version.measured_at, version.white_border_share) == (now, 0.5)
    restore(api, front, encode_id(version.pk))
    image = ProductImage.objects.get()
    assert (image.measured_at, image.measure_due_at) == (now, None)
    assert image.white_border_share == 0.5
