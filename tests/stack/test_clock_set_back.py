"""The machine's clock goes back by an hour or two days while the service runs."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from tests import local_http
from tests.assertions import assert_problem
from tests.sample_images import make_jpeg
from tests.servers import run_manage
from tests.servers.processes import wait_until
from tests.stack.slow_uploads import SlowUpload
from tests.stack.test_crashes import APPLICATION
from tests.stack.test_idempotent_storm import is_replay, upload
from tests.stack.worlds import World, run_world

HOUR = 3600
# A bucket takes nothing from a clock that is so wrong: what stores a picture is tried on the disk.
DISK = pytest.mark.parametrize("running", ["disk"], indirect=True)
STACK = pytest.mark.parametrize("running", ["stack"], indirect=True)
BOTH = pytest.mark.parametrize("running", ["disk", "stack"], indirect=True)
BACK = pytest.mark.parametrize("back", [HOUR, 48 * HOUR], ids=["an hour", "two days"])


NOTHING_SWEPT = {
    "removed_objects": 0,
    "removed_upload_claims": 0,
    "removed_temporary_files": 0,
    "removed_from_bin": 0,
    "removed_versions": 0,
}


class Clock:
    """The clock of a service and its commands, which can be set."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"
        self._file.write_text("0")
        self.env = {
            "CLOCK_FILE": str(self._file),
            "PYTHONPATH": str(Path(__file__).parent / "moved_clock"),
        }

    def set_off(self, seconds: float, world: World) -> None:
        """Let it be off by that much; returns when the service thinks so."""
        temporary = self._file.with_suffix(".new")
        temporary.write_text(str(seconds))
        temporary.replace(self._file)
        wait_until(lambda: abs(get_time(world) - time.time() - seconds) <= 30, 20)


def get_time(world: World) -> float:
    """What time the service thinks it is."""
    told = local_http.get(world.images_url).json()["timestamp"]
    return datetime.fromisoformat(told).timestamp()


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Clock:
    return Clock(tmp_path_factory.mktemp("clock"))


@pytest.fixture(scope="module")
def running(
    request: pytest.FixtureRequest, clock: Clock, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A service of the world of that name, with that clock."""
    folder, env, database = tmp_path_factory.mktemp(request.param), clock.env, None
    seed = request.getfixturevalue("seed" if request.param == "disk" else "stack_seed")
    if request.param == "disk":
        database = request.getfixturevalue("seeded_database")
    else:
        env = {**request.getfixturevalue("stack_env"), **clock.env}
    with run_world(folder, env, seed, database=database) as world:
        yield world


@pytest.fixture
def clocked(running: World, clock: Clock) -> World:
    clock.set_off(0, running)
    return running


def sweep_hourly(world: World) -> dict[str, int]:
    """Sweep as a timer does, what is older than an hour; returns how much there was."""
    report: dict[str, int] = json.loads(
        run_manage(world.folder, world.env, "sweep_unclaimed_objects", "--json")
    )
    return report


def crash_upload(world: World, key: str, step: str) -> None:
    """Upload to another process of the service, which kills itself at that step."""
    env = {**world.env, "CRASH_AT": step}
    with run_world(world.folder, env, world.seed, application=APPLICATION) as crashing:
        with pytest.raises(httpx.TransportError):
            upload(crashing, key, make_jpeg())
        crashing.service.kill()


@DISK
@BACK
def test_upload_under_way_is_kept(clocked: World, clock: Clock, back: int):
    clocked.sweep()
    with SlowUpload(clocked) as begun:
        begun.send(1000)
        clock.set_off(-back, clocked)
        assert sweep_hourly(clocked) == NOTHING_SWEPT
        status, _ = begun.finish()

    assert status == 201
    assert clocked.upload().status_code == 201
    assert clocked.sweep() == {}


@DISK
@BACK
def test_object_of_a_crash_is_left_alone_until_the_clock_has_caught_up(
    clocked: World, clock: Clock, back: int
):
    clocked.sweep()
    crash_upload(clocked, str(uuid.uuid4()), "after the object is put")
    removed = []
    for offset in (-back, 0, HOUR + 60):
        clock.set_off(offset, clocked)
        removed.append(sweep_hourly(clocked)["removed_objects"])

    assert removed == [0, 0, 1]
    assert clocked.sweep().keys() <= {"removed_temporary_files"}


@DISK
def test_object_of_a_crash_is_swept_at_once_when_a_clock_that_was_behind_is_set_right(
    clocked: World, clock: Clock
):
    clocked.sweep()
    clock.set_off(-HOUR - 60, clocked)
    crash_upload(clocked, str(uuid.uuid4()), "after the object is put")
    clock.set_off(0, clocked)

    assert sweep_hourly(clocked)["removed_objects"] == 1


@DISK
@BACK
def test_key_of_a_crash_is_free_and_an_answered_one_is_told_again(
    clocked: World, clock: Clock, back: int
):
    crashed, answered = str(uuid.uuid4()), str(uuid.uuid4())
    crash_upload(clocked, crashed, "before the row's commit")
    first = upload(clocked, answered, make_jpeg())
    clock.set_off(-back, clocked)

    retried = upload(clocked, crashed, make_jpeg())
    again = upload(clocked, answered, make_jpeg())

    assert (retried.status_code, is_replay(retried)) == (201, False)
    assert (again.status_code, is_replay(again)) == (201, True)
    assert again.json() == first.json()


@BOTH
@BACK
def test_nobody_is_refused_for_longer_than_a_window(clocked: World, clock: Clock, back: int):
    headers = {"X-API-Key": clocked.seed["api_keys"]["readonly"]}
    limit = "update organizations_apikey set rate_limit_per_minute = {}"
    limit += " where name = 'Sample: readonly' returning id"
    clocked.select(limit.format(5))
    for offset in (0, -back, 0):
        clock.set_off(offset, clocked)
        answers = [local_http.get(clocked.images_url, headers=headers) for _ in range(15)]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert len(refused) >= 5  # the fifteen lie in two minutes at most
        assert all(1 <= int(answer.headers["Retry-After"]) <= 60 for answer in refused)
    clocked.select(limit.format(0))


@DISK
def test_pictures_are_listed_by_the_clock_of_their_upload(clocked: World, clock: Clock):
    product = clocked.images_url.replace("00012345678905", "00000096385074")
    files = {"image": ("photo.jpg", make_jpeg())}
    first = local_http.post(product, headers=clocked.headers, files=files)
    clock.set_off(-HOUR, clocked)
    second = local_http.post(product, headers=clocked.headers, files=files)

    listed = local_http.get(product, headers=clocked.headers).json()["data"]
    assert [image["id"] for image in listed] == [first.json()["id"], second.json()["id"]]


@STACK
@BACK
def test_bucket_that_refuses_the_clock_takes_pictures_once_it_is_right(
    clocked: World, clock: Clock, back: int
):
    clock.set_off(-back, clocked)
    assert_problem(clocked.upload(), "service_unavailable")
    ready = local_http.get(f"{clocked.service.url}/readyz")
    assert (ready.status_code, ready.json()) == (503, {"database": True, "storage": False})

    clock.set_off(0, clocked)
    assert clocked.upload().status_code == 201
    assert clocked.sweep().keys() <= {"removed_objects"}
