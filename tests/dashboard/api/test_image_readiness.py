"""What channels would say: to an image that is kept, and to a form of which nothing is."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import httpx
import pytest
from django.utils import timezone

from apps.products.models import Product, ProductImage, UploadClaim
from apps.products.sweeping import Audit, audit_objects
from tests.assertions import assert_faults, assert_nothing_stored, assert_problem
from tests.callers import build_headers
from tests.conftest import Api, Cast
from tests.sample_images import make_exif_with_position, make_gif, make_jpeg, make_webp

CHANNELS = ["google", "amazon", "walmart", "shopify", "gs1"]
MEASURES = {
    *("format", "byte_size", "width", "height", "frame_count", "bits_per_sample", "color_model"),
    *("has_alpha", "color_profile", "has_position", "white_border_share"),
    *("near_white_border_share", "has_transparent_border", "content_side_share"),
    *("content_area_share", "is_blank", "is_unmeasurable"),
}
READINESS = {
    "nobody": 401,
    "csb of another organization": 404,
    "cpk": 403,
    "csb readonly": 200,
    "csu of billing": 200,
    "token of owner, read": 200,
    "session of editor": 200,
}
CHECK = {
    "nobody": 401,
    "csb of another organization": 404,
    "cpk": 403,
    "csb readonly": 403,
    "csu of billing": 403,
    "token of owner, read": 403,
    "session without CSRF header": 403,
    "csb editor": 200,
    "token of editor": 200,
    "session of editor": 200,
}


def make_located_jpeg() -> bytes:
    """A photo that tells where it was taken."""
    return make_jpeg(exif=make_exif_with_position())


def check(api: Api, image: bytes, name: str = "photo.jpg", **fields: str) -> httpx.Response:
    return api.upload(image, name, f"{api.path}/check", **fields)


def get_readiness(api: Api, image_id: str, query: str = "") -> httpx.Response:
    return api.client.get(f"{api.path}/{image_id}/readiness{query}", headers=api.headers)


@pytest.mark.parametrize(("caller", "status"), READINESS.items(), ids=READINESS)
def test_who_may_read_what_channels_would_say(api: Api, cast: Cast, caller: str, status: int):
    url = f"{api.path}/{api.upload().json()['id']}/readiness"

    assert api.client.get(url, headers=build_headers(cast, caller)).status_code == status


@pytest.mark.parametrize(("caller", "status"), CHECK.items(), ids=CHECK)
def test_who_may_have_a_picture_checked(api: Api, cast: Cast, caller: str, status: int):
    caller_api = Api(api.client, api.path, build_headers(cast, caller))

    assert check(caller_api, make_jpeg()).status_code == status
    assert_nothing_stored()


def test_readiness_has_measures_and_each_channels_verdict_with_reasons(api: Api):
    image_id = api.upload(make_webp(), name="front.webp").json()["id"]

    told = get_readiness(api, image_id).json()

    assert told.keys() == {"measures", "channels"}
    assert told["measures"].keys() == MEASURES
    assert (told["measures"]["format"], told["measures"]["width"]) == ("WEBP", 64)
    assert [each["channel"] for each in told["channels"]] == CHANNELS
    amazon = told["channels"][1]
    assert amazon["verdict"] == "refused"
    assert amazon["reasons"][0] == {
        "level": "must",
        "sentence": "It is WebP; Amazon takes JPEG, PNG, GIF or TIFF.",
        "source": "Seller Central's rules, as mercatuslab.com and changethisfile.com tell them",
        "read": "2026-11",
    }
    assert len(amazon["look_yourself"]) == 1


def test_readiness_of_one_channel_is_that_alone(api: Api):
    image_id = api.upload(make_webp()).json()["id"]

    [gs1] = get_readiness(api, image_id, "?channel=gs1").json()["channels"]

    assert (gs1["channel"], gs1["verdict"]) == ("gs1", "refused")


@pytest.mark.parametrize("channel", ["ebay", "", "Google"])
def test_unknown_channel_is_told_which_there_are(api: Api, channel: str):
    image_id = api.upload().json()["id"]

    answer = get_readiness(api, image_id, f"?channel={channel}")

    assert_faults(answer, channel="google, amazon, walmart, shopify, gs1")


def test_details_tell_the_verdicts_alone(api: Api):
    image_id = api.upload(make_gif()).json()["id"]

    told = api.client.get(f"{api.path}/{image_id}", headers=api.headers).json()

    assert told["readiness"]["gs1"] == "refused"
    assert list(told["readiness"]) == CHANNELS


def test_image_in_the_bin_has_no_readiness(api: Api):
    image_id = api.upload().json()["id"]
    api.client.post(f"{api.path}/{image_id}/discard", headers=api.headers)

    assert_problem(get_readiness(api, image_id), "not_found")


def test_check_answers_what_an_upload_would_and_keeps_nothing(api: Api):
    picture = make_jpeg(1200, 900)

    answer = check(api, picture, "studio/Front.JPG", title="Front", is_primary="true")

    told = answer.json()
    assert answer.status_code == 200
    assert told.keys() == {
        *("title", "is_primary", "priority", "file_name", "sha256", "measures", "channels")
    }
    assert (told["title"], told["is_primary"], told["file_name"]) == ("Front", True, "Front.JPG")
    assert (told["measures"]["format"], told["measures"]["width"]) == ("JPEG", 1200)
    assert [each["channel"] for each in told["channels"]] == CHANNELS
    assert None not in told["measures"].values()
    assert "not_measured" not in {each["verdict"] for each in told["channels"]}
    assert told["sha256"] == hashlib.sha256(picture).hexdigest()
    assert_nothing_stored()
    assert audit_objects() == Audit([], [], [])
    assert not UploadClaim.objects.exists()
    assert Product.objects.get(gtin="00012345678905").kept_images == 0


@pytest.mark.parametrize(
    ("image", "fields", "fault"),
    [
        (b"GIF89a", {}, "image"),
        (make_jpeg()[:-40], {}, "image"),
        (make_jpeg(), {"title": "x" * 256}, "title"),
        (make_jpeg(), {"is_primary": "perhaps"}, "is_primary"),
    ],
)
def test_check_refuses_what_an_upload_refuses(api: Api, image: bytes, fields: dict, fault: str):
    uploaded, checked = api.upload(image, **fields), check(api, image, **fields)

    assert checked.status_code == uploaded.status_code == 422
    assert checked.json()["errors"] == uploaded.json()["errors"]
    assert [error["field"] for error in checked.json()["errors"]] == [fault]
    assert_nothing_stored()


def test_check_refuses_what_there_is_no_room_for(api: Api, cast: Cast):
    cast.acme.max_images = 0
    cast.acme.save(update_fields=["max_images"])

    assert assert_problem(check(api, make_jpeg()), "conflict")["quota"] == "organization_images"


def test_second_check_of_a_caller_waits_until_the_first_is_done(api: Api, cast: Cast):
    credential = f"api_key:{cast.acme.api_keys.get().pk}"
    running = UploadClaim.objects.create(
        credential=credential, key="\u2713", claimed_at=timezone.now(), created=timezone.now()
    )

    refused = check(api, make_jpeg())
    other = check(Api(api.client, api.path, build_headers(cast, "csb editor")), make_jpeg())
    running.delete()
    again = check(api, make_jpeg())

    assert_problem(refused, "conflict")
    assert refused.headers["Retry-After"] == "1"
    assert (other.status_code, again.status_code) == (200, 200)


def test_check_that_died_blocks_its_caller_for_half_a_minute_alone(api: Api, cast: Cast):
    check(api, make_jpeg())
    died = timezone.now() - timedelta(seconds=31)
    credential = f"api_key:{cast.acme.api_keys.get().pk}"
    UploadClaim.objects.create(credential=credential, key="\u2713", claimed_at=died, created=died)

    assert check(api, make_jpeg()).status_code == 200
    assert not UploadClaim.objects.exists()


@pytest.mark.parametrize("operation", ["", "/check"], ids=["upload", "check"])
def test_picture_that_tells_a_place_is_refused_where_the_organization_chose_so(
    api: Api, cast: Cast, operation: str
):
    cast.acme.refuses_positions = True
    cast.acme.save(update_fields=["refuses_positions"])

    refused = api.upload(make_located_jpeg(), path=api.path + operation)
    assert_faults(refused, image="exiftool -gps:all=")
    assert_nothing_stored()

    taken = api.upload(make_jpeg(), path=api.path + operation)
    assert taken.status_code in {200, 201}


def test_picture_that_tells_a_place_is_kept_and_said_to(api: Api):
    image_id = api.upload(make_located_jpeg()).json()["id"]

    assert get_readiness(api, image_id).json()["measures"]["has_position"] is True
    product = Product.objects.get(gtin="00012345678905")
    assert product.tells_place

    api.client.post(f"{api.path}/{image_id}/discard", headers=api.headers)
    product.refresh_from_db()
    assert not product.tells_place

    api.client.post(f"{api.path}/{image_id}/restore", headers=api.headers)
    product.refresh_from_db()
    assert product.tells_place
    assert ProductImage.objects.get().has_position
