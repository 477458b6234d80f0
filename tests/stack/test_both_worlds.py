"""An upload on SQLite and the local disk, and on PostgreSQL, S3 and Valkey: the same promises."""

from __future__ import annotations

import hashlib
import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from apps.dashboard.api.identifiers import decode_id
from tests import local_http
from tests.assertions import assert_faults
from tests.sample_images import (
    make_animated_webp,
    make_bmp,
    make_gif,
    make_jpeg,
    make_long_jpeg,
    make_png,
    make_svg,
)
from tests.stack.worlds import World

PICTURES = {
    "JPEG": (make_jpeg(900, 700), "image/jpeg", ".jpg"),
    "PNG": (make_png(), "image/png", ".png"),
    "GIF": (make_gif(), "image/gif", ".gif"),
    "WebP": (make_animated_webp(), "image/webp", ".webp"),
    "SVG": (make_svg(), "image/svg+xml", ".svg"),
    "BMP": (make_bmp(), "image/bmp", ".bmp"),
}


@pytest.mark.parametrize("kind", PICTURES)
def test_uploaded_picture_is_read_by_a_stranger_as_it_was_sent(world: World, kind: str):
    picture, content_type, extension = PICTURES[kind]

    uploaded = world.upload(picture, name="hero.dat", title=kind)

    assert uploaded.status_code == 201, uploaded.text
    image_url = uploaded.json()["image_url"]
    read = local_http.get(image_url)
    assert read.status_code == 200
    assert hashlib.sha256(read.content).digest() == hashlib.sha256(picture).digest()
    assert read.headers["Content-Type"] == content_type
    assert read.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "/products/00012345678905/hero-" in image_url
    assert image_url.endswith(extension)
    assert "?" not in image_url


def test_picture_on_the_local_disk_cannot_act_in_a_browser(disk_world: World):
    read = local_http.get(disk_world.upload(make_svg()).json()["image_url"])

    assert read.headers["X-Content-Type-Options"] == "nosniff"
    policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert read.headers["Content-Security-Policy"] == policy


def test_picture_of_20_mib_is_kept(world: World):
    picture = make_long_jpeg(20 << 20)

    image_url = world.upload(picture).json()["image_url"]

    assert len(picture) == 20_971_520
    assert (
        hashlib.sha256(local_http.get(image_url).content).digest()
        == hashlib.sha256(picture).digest()
    )


def test_second_primary_demotes_the_first(world: World):
    first = world.upload(is_primary="true").json()
    second = world.upload(is_primary="true").json()

    assert (first["is_primary"], second["is_primary"]) == (True, True)
    assert world.count_primaries() == 1


def test_refused_upload_leaves_nothing(world: World):
    picture = make_png(400, 400)
    world.sweep()

    assert_faults(world.upload(picture[:-200]), image="PNG")
    assert world.upload(picture, title="x" * 256).status_code == 422
    assert world.upload(picture[:400] + bytes(100) + picture[500:]).status_code == 422
    assert world.upload(bytes((20 << 20) + 1)).status_code == 422
    assert world.sweep() == {}


def test_32_primaries_at_once_end_with_one(world: World):
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda _: world.upload(is_primary="true"), range(32)))

    assert [answer.status_code for answer in answers] == [201] * 32
    assert world.count_primaries() == 1
    assert world.sweep() == {}


def test_heroes_that_go_to_the_bin_and_come_back_at_once_leave_one_at_most(world: World):
    images = [world.upload(is_primary="true").json()["id"] for _ in range(4)]
    ways = ("discard", "restore", "promote")

    def call(image_id: str, way: str) -> int:
        url = f"{world.images_url}/{image_id}"
        if way == "promote":
            change = {"is_primary": True}
            return local_http.patch(url, headers=world.headers, json=change).status_code
        return local_http.post(f"{url}/{way}", headers=world.headers).status_code

    turns = [(image_id, way) for image_id in images for way in ways] * 4
    with ThreadPoolExecutor(32) as pool:
        statuses = list(pool.map(call, *zip(*turns, strict=True)))

    # What is in the bin cannot be made the primary.
    assert set(statuses) <= {200, 204, 404}
    assert world.count_primaries() <= 1
    assert {call(image_id, "restore") for image_id in images} == {200}
    assert world.count_primaries() <= 1
    assert world.sweep() == {}


@pytest.mark.parametrize("path", ["/", "/accounts/login", "/dashboard/api/v1/none"])
def test_session_cookie_of_any_characters_is_nobodys(world: World, path: str):
    cookie = {"Cookie": r'sessionid="abcdefgh\000ijkl"'}

    odd, none = (
        local_http.get(f"{world.service.url}{path}", headers=headers) for headers in (cookie, {})
    )

    assert odd.status_code == none.status_code < 500
    assert local_http.get(world.images_url, headers=cookie).status_code == 401


def test_rendition_is_made_once_and_goes_with_its_picture(world: World):
    image_id = world.upload(make_jpeg(900, 700)).json()["id"]
    world.sweep()

    with world.sign_in("editor") as member:
        first, second = (member.get(f"/renditions/{image_id}/320") for _ in range(2))
        assert local_http.delete(f"{world.images_url}/{image_id}", headers=world.headers).is_success
        gone = member.get(f"/renditions/{image_id}/320")

    picture = Image.open(io.BytesIO(first.content), formats=["WEBP"])
    assert picture.size == (320, 249)
    assert second.content == first.content
    assert world.service.log_path.read_text().count(f"image {decode_id(image_id)} rendered") == 1
    assert gone.status_code == 404
    assert world.sweep() == {}


def test_readyz_tells_all_parts(world: World):
    assert local_http.get(f"{world.service.url}/healthz").status_code == 200
    ready = local_http.get(f"{world.service.url}/readyz")

    assert ready.status_code == 200
    assert ready.json() == {"database": True, "storage": True}
