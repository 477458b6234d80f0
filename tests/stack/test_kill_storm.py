"""`kill -9` of a worker somewhere in a storm of uploads: what was answered is kept, whole."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest
from blake3 import blake3

from tests import local_http
from tests.sample_images import make_jpeg
from tests.stack.worlds import World, run_world, select, sweep

# As `manage.py serve` runs it, without the second that the sweep before it takes.
APPLICATION = "closient.wsgi:application"
CLIENTS = 16
UPLOADS = 200
WAIT_SECONDS = 20


@pytest.fixture(scope="module")
def disk_folder(seeded_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One SQLite database and one disk, which all the kills on it share."""
    folder = tmp_path_factory.mktemp("storm")
    (folder / "db.sqlite3").write_bytes(seeded_database.read_bytes())
    return folder


def upload_until_killed(world: World, title: str, chance: random.Random) -> dict[str, str]:
    """The addresses that were answered with 201, each with the BLAKE3 of what was sent."""
    kept: dict[str, str] = {}
    enough, is_time = chance.randrange(1, UPLOADS), Event()
    sizes = [chance.randrange(100_000) for _ in range(UPLOADS)]
    pictures = [make_jpeg() + chance.randbytes(4) + bytes(size) for size in sizes]

    def upload(picture: bytes) -> None:
        # Closed or refused; a timeout would be a fault.
        with suppress(httpx.NetworkError, httpx.RemoteProtocolError):
            answer = client.post(world.images_url, files={"image": picture}, data=form)
            if answer.status_code != 201:
                assert answer.headers["Content-Type"] == "application/problem+json"
                return
            kept[answer.json()["image_url"]] = blake3(picture).hexdigest()
            if len(kept) >= enough:
                is_time.set()

    form = {"is_primary": "true", "title": title}
    with (
        local_http.Client(headers=world.headers, timeout=WAIT_SECONDS) as client,
        ThreadPoolExecutor(CLIENTS) as pool,
    ):
        uploads = [pool.submit(upload, picture) for picture in pictures]
        assert is_time.wait(60)
        time.sleep(chance.random() / 50)
        chance.choice(world.service.process.children()).kill()
        for each in uploads:
            each.result()
    return kept


def assert_all_kept(
    world: World, title: str, kept: dict[str, str], read: Callable[[str], bytes]
) -> None:
    """The server has stopped; rows and objects match, and what was answered is among them."""
    assert sweep(world.folder, world.env).keys() <= {"removed_objects", "removed_temporary_files"}
    rows = dict(
        select(
            world.folder,
            world.env,
            f"select object_name, blake3 from products_productimage where title = '{title}'",
        )
    )
    answered = {url[url.index("products/") :]: digest for url, digest in kept.items()}
    assert answered.items() <= rows.items()
    assert len(rows) <= len(answered) + CLIENTS  # an answer of each may have been on its way
    assert {name: blake3(read(name)).hexdigest() for name in rows} == rows
    two_primaries = (
        "select product_id from products_productimage where is_primary"
        " group by product_id having count(*) > 1"
    )
    assert select(world.folder, world.env, two_primaries) == []
    assert world.list_incoming() == []


def test_uploads_answered_before_a_kill_are_kept_on_the_disk(
    seed: dict[str, Any], disk_folder: Path, storm: int
):
    title = f"storm {storm}"
    with run_world(disk_folder, {}, seed, application=APPLICATION) as world:
        kept = upload_until_killed(world, title, random.Random(storm))

    assert_all_kept(world, title, kept, lambda name: (disk_folder / "media" / name).read_bytes())


def test_uploads_answered_before_a_kill_of_one_worker_are_kept_on_the_stack(
    stack_env: dict[str, str], stack_seed: dict[str, Any], tmp_path: Path
):
    bucket = f"{stack_env['AWS_S3_ENDPOINT_URL']}/{stack_env['AWS_STORAGE_BUCKET_NAME']}"
    env = {**stack_env, "WORKERS": "2"}
    with run_world(tmp_path, env, stack_seed) as world:
        kept = upload_until_killed(world, "storm", random.Random(1))

    with local_http.Client() as stranger:
        assert_all_kept(world, "storm", kept, lambda name: stranger.get(f"{bucket}/{name}").content)


def test_killed_worker_is_replaced_while_the_other_serves(
    stack_env: dict[str, str], stack_seed: dict[str, Any], tmp_path: Path
):
    with run_world(tmp_path, {**stack_env, "WORKERS": "2"}, stack_seed) as world:
        give_up_at = time.monotonic() + WAIT_SECONDS
        while "Started worker-2" not in world.service.log_path.read_text():
            assert time.monotonic() < give_up_at
        first, second = world.service.process.children()
        first.kill()
        first.wait(WAIT_SECONDS)  # a connection that reaches it while it dies is closed
        statuses = []
        while first in (workers := world.service.process.children()) or len(workers) < 2:
            assert time.monotonic() < give_up_at
            statuses.append(world.upload().status_code)
            time.sleep(0.05)  # the new worker starts beside it

        assert second in workers
        assert statuses == [201] * len(statuses)
        assert world.upload().status_code == 201
