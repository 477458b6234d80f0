"""A server measures what was uploaded by itself, within seconds, and after a `kill -9` too."""

from __future__ import annotations

import hashlib
import io
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
from PIL import Image

from apps.dashboard.api.identifiers import encode_id
from apps.products.readiness.verdict_bits import get_bit
from apps.products.readiness.verdicts import Verdict
from tests.sample_images import make_jpeg, make_svg
from tests.servers.processes import wait_until
from tests.stack.worlds import World, run_world

MEASURING = {"MEASURE_IMAGES": "true"}
TITLE = "To be measured"
# More than are judged while whoever chooses channels waits.
MANY = 6_000
FIRST_GTIN = 82_000_000_000_001
NUMBERS = (
    f"with recursive numbers(n) as (select {FIRST_GTIN} union all"
    f" select n + 1 from numbers where n < {FIRST_GTIN + MANY - 1})"
)
REFUSED = get_bit("amazon", Verdict.REFUSED)
NOW = "current_timestamp"
WAIT_SECONDS = 60


@pytest.fixture
def measuring_disk_world(
    seed: dict[str, Any], seeded_database: Path, tmp_path: Path
) -> Iterator[World]:
    with run_world(tmp_path, MEASURING, seed, database=seeded_database) as world:
        yield world


@pytest.fixture(params=["disk", "stack"])
def measuring_world(request: pytest.FixtureRequest) -> World:
    """Both worlds; those that other tests share measure nothing."""
    world: World = request.getfixturevalue(f"measuring_{request.param}_world")
    return world


def make_long() -> bytes:
    """Return a picture that takes a worker long enough to be found."""
    file = io.BytesIO()
    Image.new("CMYK", (7000, 7000), (9, 99, 9, 9)).save(file, "JPEG", progressive=True)
    return file.getvalue()


def list_measures(world: World, title: str = TITLE) -> list[tuple[object, ...]]:
    return world.select(
        "select image_format, is_blank, sha256, measure_due_at is null from products_productimage"
        f" where title = '{title}' and measured_at is not null order by image_format"
    )


def list_workers(world: World) -> list[psutil.Process]:
    return [
        process
        for process in world.service.process.children(recursive=True)
        if "render_worker" in " ".join(process.cmdline())
    ]


def test_uploads_are_measured_without_a_page(measuring_world: World):
    world = measuring_world
    for picture, name in ((make_jpeg(), "photo.jpg"), (make_svg(), "logo.svg")):
        assert world.upload(picture, name, title=TITLE).status_code == 201

    wait_until(lambda: [row[-1] for row in list_measures(world)] == [True, True], WAIT_SECONDS)

    sha256 = [hashlib.sha256(picture).hexdigest() for picture in (make_jpeg(), make_svg())]
    assert [tuple(row) for row in list_measures(world)] == [
        ("JPEG", False, sha256[0], True),
        ("SVG", True, sha256[1], True),
    ]


def test_killed_server_goes_on_where_it_was(
    measuring_disk_world: World, seed: dict[str, Any], tmp_path: Path
):
    world = measuring_disk_world
    assert world.upload(make_long(), title=TITLE).status_code == 201
    wait_until(lambda: bool(list_workers(world)), WAIT_SECONDS)
    [worker] = list_workers(world)
    wait_until(lambda: worker.nice() == 19, WAIT_SECONDS)
    world.service.kill()
    wait_until(lambda: not worker.is_running(), WAIT_SECONDS)
    assert list_measures(world) == []

    # As if the time of whoever was at it had passed.
    world.select("update products_productimage set measure_due_at = created")
    with run_world(tmp_path, MEASURING, seed) as again:
        wait_until(lambda: bool(list_measures(again)), WAIT_SECONDS)
        assert again.select("select measure_attempts from products_productimage") == [(2,)]
        assert again.sweep() == {}


def test_stop_does_not_wait_for_what_is_measured(measuring_disk_world: World):
    world = measuring_disk_world
    assert world.upload(make_long()).status_code == 201
    wait_until(lambda: bool(list_workers(world)), WAIT_SECONDS)
    [worker] = list_workers(world)
    started = time.monotonic()
    assert world.service.stop() == 0
    assert time.monotonic() - started < 10
    wait_until(lambda: not worker.is_running(), WAIT_SECONDS)


@contextmanager
def many_products(world: World) -> Iterator[uuid.UUID]:
    """Add an organization of the owner's, for a time: all that it has is what Amazon refuses."""
    organization = uuid.uuid4()
    key = f"'{organization if 'DATABASE_URL' in world.env else organization.hex}'"
    added = {
        "organizations_organization (id, name, created)": f"values ({key}, 'Many', {NOW})",
        "organizations_membership (organization_id, user_id, role)": f"select {key}, id, 'owner'"
        f" from auth_user where username = '{world.seed['users']['owner']['username']}'",
        "products_product (owner_id, gtin, name, created, has_primary, hero_verdicts)": f"{NUMBERS}"
        f" select {key}, cast(n as varchar(14)), 'Tea', {NOW}, n > 0, {REFUSED} from numbers",
    }
    for table, rows in added.items():
        world.select(f"insert into {table} {rows} returning 1")
    try:
        yield organization
    finally:
        for table, column in (
            ("products_product", "owner_id"),
            ("organizations_membership", "organization_id"),
            ("organizations_organization", "id"),
        ):
            world.select(f"delete from {table} where {column} = {key} returning 1")


@contextmanager
def one_product_held(world: World, organization: uuid.UUID) -> Iterator[None]:
    """As by an upload to it that takes long; SQLite's wait for each other anyway."""
    if "DATABASE_URL" not in world.env:
        yield
        return
    with psycopg.connect(world.env["DATABASE_URL"]) as connection:
        hold = "select 1 from products_product where owner_id = %s limit 1 for no key update"
        connection.execute(hold, [organization])
        yield
        connection.rollback()


def test_choice_of_channels_reaches_many_products_after_the_page(measuring_world: World):
    world = measuring_world
    with many_products(world) as organization, world.sign_in("owner") as browser:
        path = f"/organizations/{encode_id(organization)}/settings/channels"
        form = {"channels": ["amazon"], "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
        with one_product_held(world, organization):
            assert browser.post(path, data=form).status_code == 302
        not_ready = f"/organizations/{encode_id(organization)}/products?state=not_ready"
        wait_until(lambda: f"of {MANY:,}</p>" in browser.get(not_ready).text, WAIT_SECONDS)
        wait_until(lambda: "Checking" not in browser.get(path).text, WAIT_SECONDS)
