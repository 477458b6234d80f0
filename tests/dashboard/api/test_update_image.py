"""GET and PATCH …/images/{image_id}: one image, read and changed."""

from __future__ import annotations

import pytest

from apps.products.models import ProductImage
from tests.assertions import assert_faults, assert_problem
from tests.conftest import Api, Cast, Service


@pytest.fixture
def image(api: Api) -> dict:
    return get_image(api, api.upload(title="Front").json()).json()


def get_image(api: Api, image: dict, **headers: str):
    return api.client.get(f"{api.path}/{image['id']}", headers={**api.headers, **headers})


def patch(api: Api, image: dict, changes: object, **headers: str):
    sent = {**api.headers, **headers}
    return api.client.patch(f"{api.path}/{image['id']}", headers=sent, json=changes)


def test_image_is_read_as_it_was_uploaded(api: Api, image: dict):
    response = get_image(api, image)

    assert response.json() == image
    assert response.headers["ETag"].startswith('"')


def test_image_is_found_by_its_canonical_uuid(api: Api, image: dict):
    canonical = {"id": str(ProductImage.objects.get().pk)}

    assert get_image(api, canonical).json() == image


@pytest.mark.parametrize(
    "image_id", ["z" * 22, "2" * 22, "keATfB8VP2gSjcnTbsMNQL", "nonsense", "%00"]
)
def test_unknown_image_is_not_found(api: Api, image: dict, image_id: str):
    for response in (
        get_image(api, {"id": image_id}),
        patch(api, {"id": image_id}, {"title": "x"}),
        api.client.delete(f"{api.path}/{image_id}", headers=api.headers),
    ):
        assert_problem(response, "not_found")
    assert ProductImage.objects.get().title == "Front"


@pytest.mark.parametrize(
    ("who", "content_type", "body", "error_code"),
    [
        ("nobody", "text/plain", b"{", "unauthorized"),
        ("stranger", "text/plain", b"{", "not_found"),
        ("stranger", "application/json", b'{"priority": -1}', "not_found"),
        ("reader", "application/json", b"{", "forbidden"),
        ("editor", "text/plain", b"{", "unsupported_media_type"),
        ("editor", "application/json", b"{", "bad_request"),
    ],
)
def test_change_is_looked_at_once_it_is_known_who_asks(
    api: Api,
    cast: Cast,
    image: dict,
    service_here: Service,
    who: str,
    content_type: str,
    body: bytes,
    error_code: str,
):
    keys = {
        "nobody": {},
        "stranger": {"X-API-Key": cast.issue(cast.zoe, organization=cast.globex)},
        "reader": {"X-API-Key": cast.issue(cast.ed, role="readonly")},
        "editor": api.headers,
    }
    headers = {**keys[who], "Content-Type": content_type}

    response = api.client.patch(f"{api.path}/{image['id']}", headers=headers, content=body)

    assert_problem(response, error_code)
    assert bool(service_here.bytes_read_before_answer) is (error_code == "bad_request")


def test_known_state_is_not_sent_again(api: Api, image: dict):
    etag = get_image(api, image).headers["ETag"]

    response = get_image(api, image, **{"If-None-Match": etag})

    assert (response.status_code, response.content) == (304, b"")
    assert get_image(api, image, **{"If-None-Match": '"other"'}).status_code == 200


def test_only_what_was_sent_is_changed(api: Api, image: dict):
    response = patch(api, image, {"title": "Back"})
    assert response.json() == {**image, "title": "Back"}

    response = patch(api, image, {"priority": 32767})
    assert response.json() == {**image, "title": "Back", "priority": 32767}

    response = patch(api, image, {})
    assert response.json() == {**image, "title": "Back", "priority": 32767}
    assert get_image(api, image).json() == response.json()


def test_whole_number_with_a_decimal_point_is_a_priority(api: Api, image: dict):
    assert patch(api, image, {"priority": 3.0}).json() == {**image, "priority": 3}


def test_promoting_demotes_the_previous_primary(api: Api, image: dict):
    first = api.upload(is_primary="true").json()

    assert patch(api, image, {"is_primary": True}).json()["is_primary"] is True

    assert get_image(api, first).json()["is_primary"] is False
    assert ProductImage.objects.filter(is_primary=True).count() == 1


def test_demoting_promotes_no_other(api: Api, image: dict):
    primary = api.upload(is_primary="true").json()

    patch(api, primary, {"is_primary": False})

    assert not ProductImage.objects.filter(is_primary=True).exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": "x" * 256}, "title"),
        ({"title": "a\nb"}, "title"),
        ({"title": None}, "title"),
        ({"title": 7}, "title"),
        ({"priority": -1}, "priority"),
        ({"priority": 32768}, "priority"),
        ({"priority": "1"}, "priority"),
        ({"priority": 1.5}, "priority"),
        ({"priority": True}, "priority"),
        ({"is_primary": "yes"}, "is_primary"),
        ({"is_primary": None}, "is_primary"),
        ({"isPrimary": True}, "isPrimary"),
        ({"id": "keATfB8VP2gSjcnTbsMNQL"}, "id"),
        ([], "changes"),
        ("text", "changes"),
    ],
)
def test_impossible_change_is_refused(api: Api, image: dict, changes: object, field: str):
    assert_faults(patch(api, image, changes), **{field: ""})
    assert get_image(api, image).json() == image


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"title": "\\ud800"}'])
def test_malformed_json_is_refused(api: Api, image: dict, body: bytes):
    headers = {**api.headers, "Content-Type": "application/json"}
    response = api.client.patch(f"{api.path}/{image['id']}", headers=headers, content=body)

    assert response.status_code in (400, 422)
    assert get_image(api, image).json() == image


def test_other_media_type_is_unsupported(api: Api, image: dict):
    headers = {**api.headers, "Content-Type": "application/x-www-form-urlencoded"}
    response = api.client.patch(f"{api.path}/{image['id']}", headers=headers, content=b"title=x")

    assert_problem(response, "unsupported_media_type")


@pytest.mark.parametrize("is_chunked", [False, True])
def test_body_beyond_64_kib_is_too_large(api: Api, image: dict, is_chunked: bool):
    body = b'{"title": "' + b"x" * 65_536 + b'"}'
    headers = {**api.headers, "Content-Type": "application/json"}
    response = api.client.patch(
        f"{api.path}/{image['id']}", headers=headers, content=iter([body]) if is_chunked else body
    )

    assert assert_problem(response, "payload_too_large")["limit"] == 65_536


def test_chunked_change_is_taken(api: Api, image: dict):
    headers = {**api.headers, "Content-Type": "application/json"}
    body = iter([b'{"title"', b': "Back"}'])
    response = api.client.patch(f"{api.path}/{image['id']}", headers=headers, content=body)

    assert response.json()["title"] == "Back"


def test_change_of_a_changed_image_is_refused_with_if_match(api: Api, image: dict):
    etag = get_image(api, image).headers["ETag"]
    changed = patch(api, image, {"title": "Back"}, **{"If-Match": etag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] == get_image(api, image).headers["ETag"] != etag

    assert_problem(
        patch(api, image, {"title": "Side"}, **{"If-Match": etag}), "precondition_failed"
    )
    deletion = api.client.delete(
        f"{api.path}/{image['id']}", headers={**api.headers, "If-Match": etag}
    )
    assert_problem(deletion, "precondition_failed")

    assert get_image(api, image).json()["title"] == "Back"
    assert patch(api, image, {"title": "Side"}, **{"If-Match": "*"}).status_code == 200


def test_image_of_another_product_is_not_found(api: Api, cast: Cast, image: dict):
    path = api.path.replace("00012345678905", "00000096385074")
    cast.acme.products.create(gtin="04006381333931", name="Tea")

    for other in (path, api.path.replace("00012345678905", "04006381333931")):
        response = api.client.patch(
            f"{other}/{image['id']}", headers=api.headers, json={"title": "x"}
        )
        assert_problem(response, "not_found")
