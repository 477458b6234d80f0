"""Clients that begin a body and stop: others are answered, for a connection is given to nobody."""

from __future__ import annotations

import socket
import time
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import pytest

from tests import local_http
from tests.stack.worlds import World

POOLED_CONNECTIONS = 16
UNKNOWN_BODY = "A" * 32
UNKNOWN_KEY = f"csb_{UNKNOWN_BODY}_{zlib.crc32(UNKNOWN_BODY.encode()):08x}"


@contextmanager
def stalled_request(
    world: World, method: str, path: str, headers: dict[str, str]
) -> Iterator[None]:
    """Send a head and one byte of the body, and keep the connection."""
    address = urlsplit(world.service.url)
    with socket.create_connection((address.hostname, address.port), timeout=30) as client:
        head = {"Host": address.netloc, "Content-Length": "20000", **headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        client.sendall(f"{method} {path} HTTP/1.1\r\n{lines}\r\n{{".encode())
        yield


@pytest.mark.parametrize("who", ["stranger", "reader", "editor who changes"])
def test_others_are_answered_beside_as_many_stalled_requests_as_there_are_connections(
    stack_world: World, who: str
):
    method, path = "POST", stack_world.path
    headers = {"Content-Type": "multipart/form-data; boundary=x", "X-API-Key": UNKNOWN_KEY}
    if who == "reader":
        headers["X-API-Key"] = stack_world.seed["api_keys"]["readonly"]
    if who == "editor who changes":
        method, path = "PATCH", f"{path}/{stack_world.upload().json()['id']}"
        headers = {"Content-Type": "application/json", **stack_world.headers}
    with ExitStack() as stack:
        for _ in range(POOLED_CONNECTIONS):
            stack.enter_context(stalled_request(stack_world, method, path, headers))
        time.sleep(1)
        started = time.monotonic()
        listed = local_http.get(stack_world.images_url, headers=stack_world.headers, timeout=30)
        seconds = time.monotonic() - started

    assert (listed.status_code, seconds < 2) == (200, True)
