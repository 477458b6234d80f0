"""Strangers who begin a body or an answer and go no further: members are served beside them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests import local_http
from tests.sample_images import make_bmp
from tests.stack.slow_ends import STRANGERS, begin
from tests.stack.worlds import World, run_world

THREADS = 8
TOKEN_HEAD = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n"


@pytest.fixture(scope="module")
def small_world(
    seed: dict[str, Any], seeded_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A service of eight threads, so that it takes few strangers to hold them all."""
    folder, env = tmp_path_factory.mktemp("shares"), {"THREADS": str(THREADS)}
    with run_world(folder, env, seed, database=seeded_database) as world:
        yield world


def begin_token_requests(world: World, stack: ExitStack) -> None:
    for _ in range(STRANGERS):
        begin(world, stack, f"POST /oauth/token HTTP/1.1\r\n{TOKEN_HEAD}")


def begin_sign_ins(world: World, stack: ExitStack) -> None:
    for _ in range(STRANGERS):
        begin(world, stack, f"POST /accounts/login HTTP/1.1\r\n{TOKEN_HEAD}")


def begin_refused_uploads(world: World, stack: ExitStack) -> None:
    for _ in range(STRANGERS):
        begin(world, stack, f"POST {world.path} HTTP/1.1\r\n{TOKEN_HEAD}")


def begin_reading_a_picture(world: World, stack: ExitStack) -> None:
    picture = world.upload(make_bmp(2500, 2500)).json()["image_url"]
    for _ in range(STRANGERS):
        begin(world, stack, f"GET {urlsplit(picture).path} HTTP/1.1\r\n")


def begin_everything(world: World, stack: ExitStack) -> None:
    for each in (begin_reading_a_picture, begin_token_requests, begin_refused_uploads):
        each(world, stack)


@pytest.mark.parametrize(
    "attack",
    [
        begin_token_requests,
        begin_sign_ins,
        begin_refused_uploads,
        begin_reading_a_picture,
        begin_everything,
    ],
)
def test_members_are_served_beside_strangers_who_hold_all_they_can(
    small_world: World, attack: Callable[[World, ExitStack], None]
):
    with ExitStack() as stack:
        attack(small_world, stack)
        time.sleep(1)
        uploaded = small_world.upload(wait=5)
        listed = local_http.get(small_world.images_url, headers=small_world.headers, timeout=5)
        asked = local_http.post(
            f"{small_world.service.url}/oauth/token", data={"grant_type": "x"}, timeout=5
        )

    assert (uploaded.status_code, listed.status_code) == (201, 200)
    is_spent = attack is not begin_reading_a_picture
    assert asked.status_code == (503 if is_spent else 400)
    assert asked.headers.get("Retry-After") == ("5" if is_spent else None)
    assert_all_is_free_again(small_world, uploaded.json()["image_url"])


def assert_all_is_free_again(world: World, picture: str) -> None:
    """As soon as the strangers have gone."""
    end = time.monotonic() + 10
    while True:
        answers: list[httpx.Response] = [
            local_http.get(picture, timeout=5),
            local_http.post(f"{world.service.url}/oauth/token", data={"x": "y"}, timeout=5),
        ]
        statuses = [answer.status_code for answer in answers]
        if statuses == [200, 400] or time.monotonic() > end:
            break
        time.sleep(0.1)
    assert statuses == [200, 400]


def test_picture_is_refused_to_readers_beyond_the_share(small_world: World):
    picture = small_world.upload(make_bmp(2500, 2500)).json()["image_url"]
    with ExitStack() as stack:
        for _ in range(STRANGERS):
            begin(small_world, stack, f"GET {urlsplit(picture).path} HTTP/1.1\r\n")
        time.sleep(1)
        refused = local_http.get(picture, timeout=5)
        page = local_http.get(f"{small_world.service.url}/accounts/login", timeout=5)

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert refused.headers["Content-Type"] == "text/plain"
    assert page.status_code == 200
