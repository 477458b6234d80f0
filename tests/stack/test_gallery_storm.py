"""Replacements, promotions, discards and restores at once: one primary, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice

import httpx

from tests import local_http
from tests.sample_images import make_jpeg
from tests.stack.worlds import World

CLIENTS = 32
ROUNDS = 4


def replace(client: httpx.Client, url: str, size: int) -> httpx.Response:
    return client.put(f"{url}/file", files={"image": ("new.jpg", make_jpeg(size, 10))})


def promote(client: httpx.Client, url: str, size: int) -> httpx.Response:
    return client.patch(url, json={"is_primary": True})


def discard(client: httpx.Client, url: str, size: int) -> httpx.Response:
    return client.post(f"{url}/discard")


def restore(client: httpx.Client, url: str, size: int) -> httpx.Response:
    return client.post(f"{url}/restore")


def go_back(client: httpx.Client, url: str, size: int) -> httpx.Response:
    versions = client.get(f"{url}/versions").json().get("data", [])
    version_id = versions[-1]["id"] if versions else "none"
    return client.post(f"{url}/versions/{version_id}/restore")


CHANGES: tuple[Callable[[httpx.Client, str, int], httpx.Response], ...] = (
    *(replace, promote, discard, restore),
    *(replace, go_back, restore, replace),
)


def test_gallery_is_whole_after_32_changes_at_once(world: World):
    first_bytes = {size: make_jpeg(size, 20) for size in (11, 12, 13)}
    images = [world.upload(first_bytes[size], title=f"{size}").json() for size in first_bytes]
    addresses = [f"{world.images_url}/{image['id']}" for image in images]

    with (
        local_http.Client(headers=world.headers, timeout=60) as client,
        ThreadPoolExecutor(CLIENTS) as pool,
    ):
        changes = list(
            zip(islice(cycle(CHANGES), CLIENTS * ROUNDS), cycle(addresses), strict=False)
        )
        done = [
            pool.submit(change, client, url, size) for size, (change, url) in enumerate(changes, 20)
        ]
        # One in the bin, or a version that another has restored, is not found.
        assert {each.result().status_code for each in done} <= {200, 204, 404}
        replaced = [
            each for each, (change, _) in zip(done, changes, strict=True) if change is replace
        ]
        assert 200 in {each.result().status_code for each in replaced}
        for image, url in zip(images, addresses, strict=True):
            client.post(f"{url}/restore")
            now = client.get(url).json()
            kept = ("id", "title", "priority", "created")
            assert [now[name] for name in kept] == [image[name] for name in kept]
            files = [now, *client.get(f"{url}/versions").json()["data"]]
            assert all(len(local_http.get(f["image_url"]).content) == f["byte_size"] for f in files)

    assert world.count_primaries() <= 1
    assert world.sweep() == {}


def test_hero_replaced_ten_times_at_once_keeps_id_place_and_flag(world: World):
    hero = world.upload(title="Hero", is_primary="true").json()
    url = f"{world.images_url}/{hero['id']}"

    with (
        local_http.Client(headers=world.headers, timeout=60) as client,
        ThreadPoolExecutor(10) as pool,
    ):
        client.patch(url, json={"priority": 5})
        answers = list(pool.map(lambda size: replace(client, url, size), range(20, 30)))
        now = client.get(url).json()
        versions = client.get(f"{url}/versions").json()["data"]

    assert [answer.status_code for answer in answers] == [200] * 10
    kept = ("id", "title", "priority", "is_primary", "created")
    assert [now[name] for name in kept] == [hero["id"], "Hero", 5, True, hero["created"]]
    # The first, and each of the ten but the last
    answered = {answer.json()["image_url"] for answer in answers}
    was = {hero["image_url"], *answered}
    assert {now["image_url"], *(version["image_url"] for version in versions)} == was
    assert len(versions) == 10
    assert world.sweep() == {}
