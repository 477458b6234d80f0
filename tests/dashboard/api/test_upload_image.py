"""POST …/images: what is kept, and what is answered."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from blake3 import blake3
from django.core.files.storage import default_storage

from apps.dashboard.api.identifiers import encode_id
from apps.products.models import ProductImage, UnclaimedObject
from tests.assertions import assert_faults, assert_nothing_stored, assert_problem, list_media
from tests.conftest import Api, Cast
from tests.sample_images import make_jpeg, make_png


def test_upload_is_answered_with_the_image(api: Api):
    response = api.upload(title="Front of package", is_primary="true")

    assert response.status_code == 201
    assert response.headers["Content-Type"].startswith("application/json")
    image = ProductImage.objects.get()
    assert response.json() == {
        "id": encode_id(image.id),
        "title": "Front of package",
        "is_primary": True,
        "priority": 0,
        "image_url": f"http://testserver/media/{image.object_name}",
        "created": image.created.strftime("%Y-%m-%dT%H:%M:%S.")
        + f"{image.created.microsecond // 1000:03d}Z",
    }


def test_upload_keeps_the_bytes_as_sent(api: Api, cast: Cast):
    jpeg = make_jpeg(width=64, height=48)

    api.upload(jpeg)

    image = ProductImage.objects.get()
    with default_storage.open(image.object_name) as stored:
        assert stored.read() == jpeg
    assert (image.image_format, image.width, image.height) == ("JPEG", 64, 48)
    assert image.byte_size == len(jpeg)
    assert (image.blake3, image.sha256) == (blake3(jpeg).hexdigest(), None)
    assert image.uploaded_by == cast.ed
    assert (image.title, image.is_primary, image.priority) == ("", False, 0)


def test_upload_leaves_nothing_but_row_and_object(api: Api):
    api.upload()

    assert not UnclaimedObject.objects.exists()
    assert len(list_media()) == 1


@pytest.mark.parametrize(
    ("sent_name", "slug"),
    [
        ("Café Crème (front).JPG", "cafe-creme-front"),
        ("日本.png", "image"),
        ("../../etc/passwd", "passwd"),
        ("..", "image"),
        (r"C:\photos\pack shot.jpeg", "pack-shot"),
        (".jpg", "jpg"),
        ("a" * 80 + ".jpg", "a" * 50),
        ("photo.svg", "photo"),
    ],
)
def test_object_name_is_made_of_gtin_slug_and_id(api: Api, sent_name: str, slug: str):
    api.upload(name=sent_name)

    image = ProductImage.objects.get()
    assert image.object_name == f"products/00012345678905/{slug}-{image.id}.jpg"


def test_second_primary_demotes_the_first(api: Api):
    first = api.upload(is_primary="true").json()
    second = api.upload(is_primary="true").json()
    third = api.upload().json()

    primaries = ProductImage.objects.filter(is_primary=True)
    assert [encode_id(image.id) for image in primaries] == [second["id"]]
    assert first["is_primary"] is True
    assert third["is_primary"] is False


def test_first_upload_is_not_promoted_unasked(api: Api):
    assert api.upload().json()["is_primary"] is False


@pytest.mark.parametrize("word", ["true", "True", "1", "on", "yes", "t", "y"])
def test_true_words_make_a_primary(api: Api, word: str):
    assert api.upload(is_primary=word).json()["is_primary"] is True


@pytest.mark.parametrize("word", ["false", "0", "off", "no", "f", "n", "", " "])
def test_false_words_and_blank_make_no_primary(api: Api, word: str):
    assert api.upload(is_primary=word).json()["is_primary"] is False


@pytest.mark.parametrize("gtin", ["12345678905", "012345678905", "0012345678905", "00012345678905"])
def test_every_length_of_a_gtin_finds_its_product(api: Api, gtin: str):
    assert api.upload(path=api.path.replace("00012345678905", gtin)).status_code == 201


def test_canonical_uuid_finds_the_organization(api: Api, cast: Cast):
    path = api.path.replace(encode_id(cast.acme.id), str(cast.acme.id).upper())

    assert api.upload(path=path).status_code == 201


def test_all_faults_of_the_path_are_named_at_once(api: Api):
    response = api.upload(path="/dashboard/api/v1/trade-items/nobody/1234567/images")

    assert_faults(response, organization_id="22 characters", gtin="8 to 14 digits")
    assert_nothing_stored()


@pytest.mark.parametrize(
    "gtin", ["1234567", "123456789012345", "١٢٣٤٥٦٧٨٩٠١٢٣٤", "12345678x", "12345678%0A", "-2345678"]
)
def test_malformed_gtin_is_refused(api: Api, gtin: str):
    response = api.upload(path=api.path.replace("00012345678905", gtin))

    assert_faults(response, gtin="8 to 14 digits")
    assert_nothing_stored()


def test_wrong_check_digit_is_told_in_the_404(api: Api):
    response = api.upload(path=api.path.replace("00012345678905", "12345678901"))

    problem = assert_problem(response, "not_found")
    assert "The check digit of 00012345678901 should be 5." in problem["detail"]
    assert_nothing_stored()


@pytest.mark.parametrize(
    "organization_id", ["z" * 22, "keATfB8VP2gSjcnTbsMNQL", "6e9c1a5e-7a43-4a39-9a43-5f1a52f3b6f1"]
)
def test_unknown_organization_is_not_found(api: Api, cast: Cast, organization_id: str):
    path = api.path.replace(encode_id(cast.acme.id), organization_id)

    assert_problem(api.upload(path=path), "not_found")
    assert_nothing_stored()


def test_all_reasons_of_a_404_read_the_same(api: Api, cast: Cast):
    """Not a member, unknown organization, product of nobody, of another, unknown: nothing is told."""
    foreign = api.path.replace(encode_id(cast.acme.id), encode_id(cast.globex.id))
    paths = {
        "foreign product of ours": api.path.replace("00012345678905", "09506000134352"),
        "ownerless product": api.path.replace("00012345678905", "00000096385074"),
        "unknown product": api.path.replace("00012345678905", "04006381333931"),
        "not a member": foreign.replace("00012345678905", "09506000134352"),
        "unknown organization": api.path.replace(encode_id(cast.acme.id), "z" * 22),
    }
    details = set()
    for path in paths.values():
        problem = assert_problem(api.upload(path=path), "not_found")
        details.add(re.sub(r"\d{14}", "GTIN", problem["detail"]))

    assert details == {
        "No product with GTIN GTIN was found in an organization of yours with this id."
    }
    assert_nothing_stored()


def test_faults_of_picture_and_title_are_named_together(api: Api):
    response = api.upload(b"%PDF-1.7 no picture", title="x" * 256, is_primary="maybe")

    assert_faults(response, image="PDF", title="256 characters; at most 255", is_primary="'maybe'")
    assert_nothing_stored()


def test_title_of_255_characters_is_kept(api: Api):
    title = "ü" * 255

    assert api.upload(title=title).json()["title"] == title


@pytest.mark.parametrize("title", ["a\x00b", "a\nb", "a\x7fb", "a\x9fb"])
def test_control_character_in_title_is_refused(api: Api, title: str):
    assert_faults(api.upload(title=title), title="control characters")
    assert_nothing_stored()


def test_limits_of_pixels_are_told_with_the_actual_number(api: Api):
    header = make_png(width=1, height=1)
    huge = header[:16] + (9000).to_bytes(4) + (9000).to_bytes(4)

    problem = assert_problem(api.upload(huge + header[24:]), "validation_error")

    assert (problem["limit"], problem["actual"]) == (64_000_000, 81_000_000)
    assert_nothing_stored()


def test_created_is_in_utc_and_ends_in_z(api: Api):
    created = api.upload().json()["created"]

    assert created.endswith("Z")
    assert datetime.fromisoformat(created).utcoffset().total_seconds() == 0


def test_sane_request_id_is_taken_over(api: Api):
    response = api.client.get("/dashboard/api/v1/none", headers={"X-Request-ID": "abc-123_45.6:7"})

    assert response.headers["X-Request-ID"] == "abc-123_45.6:7"
    assert response.json()["request_id"] == "abc-123_45.6:7"


@pytest.mark.parametrize("sent", ["short", "x" * 129, "with space in it", "new%0Aline;"])
def test_odd_request_id_is_replaced(api: Api, sent: str):
    response = api.client.get("/healthz", headers={"X-Request-ID": sent})

    assert re.fullmatch(r"[0-9a-f]{32}", response.headers["X-Request-ID"])


def test_api_server_url_begins_every_image_url(api: Api, settings):
    settings.API_SERVER_URL = "https://images.example"

    url = api.upload().json()["image_url"]

    assert url.startswith("https://images.example/media/products/00012345678905/photo-")
