"""One ``Idempotency-Key`` from many threads, or again after ``kill -9``: exactly one image."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx
import pytest

from tests import local_http
from tests.assertions import assert_faults, assert_problem
from tests.sample_images import make_jpeg, make_png
from tests.stack.test_crashes import APPLICATION
from tests.stack.worlds import World, run_world

THREADS = 16
# Where the first try dies, and whether the image is there by then.
CRASHES = {
    "before the object is put": False,
    "before the row's commit": False,
    "after the row's commit": True,
}


@pytest.fixture
def key() -> str:
    return str(uuid.uuid4())


def upload(world: World, key: str, picture: bytes) -> httpx.Response:
    """Upload with the key, which is the title too."""
    headers = {**world.headers, "Idempotency-Key": key}
    files = {"image": ("front.jpg", picture)}
    form = {"title": key, "is_primary": "true"}
    return local_http.post(world.images_url, headers=headers, files=files, data=form, timeout=60)


def upload_at_once(world: World, key: str, pictures: list[bytes]) -> list[httpx.Response]:
    start = Barrier(len(pictures))

    def upload_one(picture: bytes) -> httpx.Response:
        start.wait()
        return upload(world, key, picture)

    with ThreadPoolExecutor(len(pictures)) as pool:
        return list(pool.map(upload_one, pictures))


def is_replay(answer: httpx.Response) -> bool:
    return answer.headers.get("Idempotent-Replayed") == "true"


def count_images(world: World, key: str) -> int:
    [(images,)] = world.select(f"select count(*) from products_productimage where title = '{key}'")
    return images


@pytest.mark.parametrize("round_number", [1, 2, 3])
def test_same_key_from_16_threads_keeps_one_image(world: World, key: str, round_number: int):
    answers = upload_at_once(world, key, [make_jpeg()] * THREADS)

    created = [answer for answer in answers if answer.status_code == 201]
    for answer in answers:
        if answer not in created:
            assert_problem(answer, "conflict")
            assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert [is_replay(answer) for answer in created].count(False) == 1
    assert len({answer.content for answer in created}) == 1
    assert count_images(world, key) == 1

    again = upload(world, key, make_jpeg())
    assert (again.status_code, is_replay(again)) == (201, True)
    assert again.content == created[0].content


def test_same_key_for_two_pictures_at_once_keeps_one_of_them(world: World, key: str):
    answers = upload_at_once(world, key, [make_jpeg(), make_png()] * (THREADS // 2))

    new = [answer for answer in answers if answer.status_code == 201 and not is_replay(answer)]
    assert len(new) == 1
    assert {answer.status_code for answer in answers} <= {201, 409, 422}
    assert count_images(world, key) == 1
    loser = make_png() if answers.index(new[0]) % 2 == 0 else make_jpeg()
    assert_faults(upload(world, key, loser), **{"Idempotency-Key": "another request"})


@pytest.mark.parametrize("step", CRASHES)
def test_keyed_upload_that_was_killed_is_made_good_by_its_retry(world: World, key: str, step: str):
    env = {**world.env, "CRASH_AT": step}
    with run_world(world.folder, env, world.seed, application=APPLICATION) as crashing:
        with pytest.raises(httpx.TransportError):
            upload(crashing, key, make_jpeg())
        crashing.service.kill()
    assert count_images(world, key) == int(CRASHES[step])

    if not CRASHES[step]:
        assert_problem(upload(world, key, make_jpeg()), "conflict")
        age_claim(world, key)
    answer = upload(world, key, make_jpeg())

    assert (answer.status_code, is_replay(answer)) == (201, CRASHES[step])
    assert count_images(world, key) == 1
    assert is_replay(upload(world, key, make_jpeg()))
    world.sweep()  # what the crash left; fails if a row lacks its object, or an object its row


def age_claim(world: World, key: str) -> None:
    """Let the minute pass for which the first try holds the key."""
    changed = world.select(
        "update products_uploadclaim set claimed_at = '2020-01-01 00:00:00'"
        f" where key = '{key}' returning key"
    )
    assert changed == [(key,)]
