"""Uploads and deletions at once: never more is kept than may be, and it is counted right."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat

import httpx
import pytest

from tests import local_http
from tests.sample_images import make_jpeg
from tests.servers import run_manage
from tests.stack.worlds import GTIN, World

CLIENTS = 16
UPLOADS = 32
ROOM = 5
PICTURE = make_jpeg()
OF_SAMPLE = f"where id = (select owner_id from products_product where gtin = '{GTIN}')"


@pytest.fixture
def room(world: World) -> Iterator[World]:
    """The sample organization, whose own limits end with the test."""
    yield world
    limits = "max_product_images = null, max_images = null, max_bytes = null"
    world.select(f"update organizations_organization set {limits} {OF_SAMPLE} returning id")


def leave_room(world: World, quota: str) -> None:
    """Let the sample organization keep five pictures more than it does now."""
    own = {
        "product_images": "max_product_images = %s + (select kept_images from products_product"
        f" where gtin = '{GTIN}')" % ROOM,
        "organization_images": f"max_images = kept_images + {ROOM}",
        "organization_bytes": f"max_bytes = kept_bytes + {(ROOM + 1) * len(PICTURE) - 1}",
    }
    world.select(f"update organizations_organization set {own[quota]} {OF_SAMPLE} returning id")


def upload_at_once(world: World) -> list[httpx.Response]:
    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(world.upload, repeat(PICTURE, UPLOADS)))


@pytest.mark.parametrize("quota", ["product_images", "organization_images", "organization_bytes"])
def test_uploads_at_once_keep_exactly_what_there_is_room_for(room: World, quota: str):
    leave_room(room, quota)

    answers = upload_at_once(room)

    refused = [answer.json() for answer in answers if answer.status_code == 409]
    assert [answer.status_code for answer in answers].count(201) == ROOM
    assert len(refused) == UPLOADS - ROOM
    assert {problem["quota"] for problem in refused} == {quota}
    assert all(problem["actual"] > problem["limit"] for problem in refused)
    assert "miscounted" not in room.sweep()


def test_counts_are_the_truth_after_uploads_and_deletions_at_once(world: World):
    old = [answer.json()["id"] for answer in upload_at_once(world)]

    def delete(image_id: str) -> int:
        address = f"{world.images_url}/{image_id}"
        return local_http.delete(address, headers=world.headers, timeout=60).status_code

    with ThreadPoolExecutor(CLIENTS) as pool:
        deletions = [pool.submit(delete, image_id) for image_id in (*old, *old)]
        uploads = [pool.submit(world.upload, PICTURE, is_primary="true") for _ in range(UPLOADS)]

    assert sorted(each.result() for each in deletions) == [204] * UPLOADS + [404] * UPLOADS
    assert {each.result().status_code for each in uploads} == {201}
    assert "miscounted" not in world.sweep()


def test_wrong_counts_are_mended_beside_uploads(world: World):
    assert world.upload(PICTURE).status_code == 201  # so that no image at all is a wrong count
    world.select(
        "update organizations_organization set kept_images = kept_images - 7,"
        f" kept_bytes = kept_bytes + 7 {OF_SAMPLE} returning id"
    )
    world.select(f"update products_product set kept_images = 0 where gtin = '{GTIN}' returning id")

    with ThreadPoolExecutor(CLIENTS) as pool:
        uploads = [pool.submit(world.upload, PICTURE) for _ in range(UPLOADS)]
        recounted = run_manage(world.folder, world.env, "recount_images")

    assert {each.result().status_code for each in uploads} == {201}
    assert "counted again: 2" in recounted
    assert "miscounted" not in world.sweep()
