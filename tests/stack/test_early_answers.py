"""What head and path tell is seen by every client, though it sends 19 MB that nobody wants."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import local_http
from tests.servers import run_nginx
from tests.stack.clients import CLIENTS, Sending
from tests.stack.worlds import World

TRIES = 3
SIZE = 19_000_000


@pytest.fixture(scope="module")
def hops(disk_world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The service's address itself, and that of nginx in front of it."""
    url = disk_world.service.url
    with ExitStack() as stack:
        yield {
            "directly": url,
            "through nginx": stack.enter_context(
                run_nginx(tmp_path_factory.mktemp("nginx"), url, request_buffering=False)
            ),
            "through buffering nginx": stack.enter_context(
                run_nginx(tmp_path_factory.mktemp("nginx"), url, request_buffering=True)
            ),
        }


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("hop", ["directly", "through nginx", "through buffering nginx"])
def test_refusal_is_seen_by_who_sends_19_mb(
    disk_world: World, hops: dict[str, str], hop: str, client: str, tmp_path: Path
):
    keys = disk_world.seed["api_keys"]
    editor, readonly = {"X-API-Key": keys["editor"]}, {"X-API-Key": keys["readonly"]}
    url = hops[hop] + disk_world.path
    unknown = url.replace("00012345678905", "04006381333931")
    sendings = {
        "401 unauthorized": Sending(url, SIZE),
        "404 not_found": Sending(unknown, SIZE, editor),
        "403 forbidden": Sending(url, SIZE, readonly),
        "413 payload_too_large": Sending(url, 21 << 20, editor),
        "415 unsupported_media_type": Sending(url, SIZE, {**editor, "Content-Type": "image/jpeg"}),
    }

    seen = {
        expected: CLIENTS[client](sending, TRIES, tmp_path)
        for expected, sending in sendings.items()
    }

    assert seen == {expected: [expected] * TRIES for expected in sendings}
    started = time.monotonic()
    assert local_http.get(f"{disk_world.service.url}/healthz").status_code == 200
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("client", CLIENTS)
def test_zeros_in_a_picture_are_refused_after_the_form(
    disk_world: World, client: str, tmp_path: Path
):
    sending = Sending(disk_world.images_url, SIZE, disk_world.headers)

    assert CLIENTS[client](sending, 1, tmp_path) == ["422 validation_error"]
