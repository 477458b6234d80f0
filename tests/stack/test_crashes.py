"""`kill -9` at each step of an upload, a replacement, a removal: all or nothing is done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import local_http
from tests.sample_images import make_jpeg, make_png
from tests.stack.worlds import World, run_world, select, sweep

APPLICATION = "tests.stack.crash_points:application"
COUNT_IMAGES = "select count(*) from products_productimage"
# What the sweep finds, names and temporary files, and what is there in the end of an upload.
STEPS = {
    "while the body arrives": (0, 1, 0),
    "before the name is written": (0, 1, 0),
    "before the object is put": (1, 1, 0),
    "after the object is put": (1, 0, 0),
    "inside the row's transaction": (1, 0, 0),
    "before the row's commit": (1, 0, 0),
    "after the row's commit": (0, 0, 1),
}
# Whether the name was committed, and whether the image is still there in the end.
REMOVAL_STEPS = {
    "inside the removal's transaction": (0, 1),
    "before the object is removed": (1, 0),
    "after the object is removed": (1, 0),
}
# What the sweep finds of a replacement, names and temporary files, and whether it was done.
REPLACEMENT_STEPS = {
    "while the body arrives": (0, 1, False),
    "before the object is put": (1, 1, False),
    "inside the replacement's transaction": (1, 0, False),
    "before the replacement's commit": (1, 0, False),
    "after the replacement's commit": (0, 0, True),
}
RESTORATION_STEPS = {
    "inside the restoration's transaction": False,
    "after the restoration's commit": True,
}
# The object is a copy here, so that the temporary file stays until that is sent.
TELLING_STEPS = {
    "before the object is put": (1, 1, 0),
    "after the object is put": (1, 1, 0),
    "before the row's commit": (1, 0, 0),
    "after the row's commit": (0, 0, 1),
}


def crash_upload(
    folder: Path, env: dict[str, str], seed: dict[str, Any], step: str, **options: Any
):
    """Upload to a service that kills itself at that step; nothing is answered."""
    with run_world(
        folder, {**env, "CRASH_AT": step}, seed, application=APPLICATION, **options
    ) as world:
        with pytest.raises(httpx.TransportError):
            world.upload(is_primary="true")
        world.service.kill()


def assert_swept(
    folder: Path, env: dict[str, str], images_before: int, expected: tuple[int, int, int]
) -> None:
    found = sweep(folder, env)
    [(images,)] = select(folder, env, COUNT_IMAGES)
    names, files = found.pop("removed_objects", 0), found.pop("removed_temporary_files", 0)
    assert (names, files, images - images_before) == expected
    assert found == {}


def crash(world: World, step: str, method: str, path: str, **sent: Any) -> None:
    """Send that to a service that kills itself at that step; nothing is answered."""
    env = {**world.env, "CRASH_AT": step}
    with run_world(world.folder, env, world.seed, application=APPLICATION) as crashing:
        with (
            pytest.raises(httpx.TransportError),
            local_http.Client(headers=world.headers) as client,
        ):
            client.request(method, f"{crashing.images_url}/{path}", **sent)
        crashing.service.kill()


@pytest.mark.parametrize("step", STEPS)
def test_upload_killed_on_the_disk_is_there_or_is_not(
    seed: dict[str, Any], seeded_database: Path, tmp_path: Path, step: str
):
    crash_upload(tmp_path, {}, seed, step, database=seeded_database)

    assert_swept(tmp_path, {}, 0, STEPS[step])
    assert list((tmp_path / "media" / ".incoming").glob("*")) == []
    kept = [path for path in (tmp_path / "media").rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in kept] == [make_jpeg()] * STEPS[step][2]


@pytest.mark.parametrize("step", TELLING_STEPS)
def test_upload_killed_on_the_stack_is_there_or_is_not(
    stack_world: World, tmp_path: Path, step: str
):
    [(before,)] = stack_world.select(COUNT_IMAGES)

    crash_upload(tmp_path, stack_world.env, stack_world.seed, step)

    assert_swept(tmp_path, stack_world.env, before, TELLING_STEPS[step])


@pytest.mark.parametrize("step", REMOVAL_STEPS)
def test_removal_killed_on_either_is_done_or_is_not(world: World, step: str):
    image_id = world.upload().json()["id"]
    [(before,)] = world.select(COUNT_IMAGES)
    names, images = REMOVAL_STEPS[step]

    crash(world, step, "DELETE", image_id)

    assert_swept(world.folder, world.env, before, (names, 0, images - 1))


def count_files(world: World, image_id: str) -> tuple[int, int]:
    """The bytes of the image's file, and how many versions it has; all are read."""
    url = f"{world.images_url}/{image_id}"
    with local_http.Client(headers=world.headers) as client:
        image = client.get(url).json()
        versions = client.get(f"{url}/versions").json()["data"]
    for file in (image, *versions):
        assert len(local_http.get(file["image_url"]).content) == file["byte_size"]
    return image["byte_size"], len(versions)


@pytest.mark.parametrize("step", REPLACEMENT_STEPS)
def test_replacement_killed_on_either_is_done_or_is_not(world: World, step: str):
    old, new = make_jpeg(), make_png()
    image_id = world.upload(old, is_primary="true").json()["id"]
    [(before,)] = world.select(COUNT_IMAGES)
    names, files, is_done = REPLACEMENT_STEPS[step]

    crash(world, step, "PUT", f"{image_id}/file", files={"image": ("new.png", new)})

    assert_swept(world.folder, world.env, before, (names, files, 0))
    assert count_files(world, image_id) == ((len(new), 1) if is_done else (len(old), 0))


@pytest.mark.parametrize("step", RESTORATION_STEPS)
def test_restoration_killed_on_either_is_done_or_is_not(world: World, step: str):
    old, new = make_jpeg(), make_png()
    image_id = world.upload(old).json()["id"]
    url = f"{world.images_url}/{image_id}/file"
    local_http.put(url, headers=world.headers, files={"image": new})
    [(before,)] = world.select(COUNT_IMAGES)

    crash(world, step, "POST", f"{image_id}/versions/{image_id}/restore")

    assert_swept(world.folder, world.env, before, (0, 0, 0))
    assert count_files(world, image_id) == (len(old if RESTORATION_STEPS[step] else new), 1)


def test_what_a_kill_left_an_hour_ago_is_gone_after_the_start(
    seed: dict[str, Any], seeded_database: Path, tmp_path: Path
):
    crash_upload(tmp_path, {}, seed, "after the object is put", database=seeded_database)
    assert len(list((tmp_path / "media").rglob("*.jpg"))) == 1
    with run_world(tmp_path, {}, seed) as world:
        assert world.select("select count(*) from products_unclaimedobject") == [(1,)]
    select(tmp_path, {}, "update products_unclaimedobject set created = '2020-01-01 00:00:00'")
    with run_world(tmp_path, {}, seed) as world:
        assert world.select("select count(*) from products_unclaimedobject") == [(0,)]
    assert list((tmp_path / "media").rglob("*.jpg")) == []
