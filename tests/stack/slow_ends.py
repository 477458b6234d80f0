"""What takes half a minute of waiting, done in threads while other tests run."""

from __future__ import annotations

import json
import pickle
import signal
import socket
import time
import traceback
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests import local_http
from tests.sample_images import make_bmp
from tests.servers.processes import wait_until
from tests.stack.slow_uploads import SlowUpload
from tests.stack.worlds import World

WAIT_SECONDS = 150
STRANGERS = 16


def tell(folder: Path, name: str, wait: Callable[[], Any]) -> None:
    """Wait for that end, and leave what it was for whichever process asks."""
    try:
        told = pickle.dumps((None, wait()))
    except Exception:  # noqa: BLE001 (told where it is asked for)
        told = pickle.dumps((traceback.format_exc(), None))
    unfinished = folder / f"{name}.unfinished"
    unfinished.write_bytes(told)
    unfinished.rename(folder / name)


def get_told(folder: Path, name: str, wait_seconds: float = WAIT_SECONDS) -> Any:
    """What `tell` left, or will; fails with what was raised there."""
    wait_until((folder / name).exists, wait_seconds)
    fault, result = pickle.loads((folder / name).read_bytes())
    assert fault is None, fault
    return result


@dataclass(frozen=True)
class Stop:
    """How a server ended that got SIGTERM while one upload moved on and one had stalled."""

    moving_status: int
    moving_image_url: str
    exit_code: int
    seconds: float


def stop_beside_a_stalled_upload(world: World) -> Stop:
    """Finish the moving upload three seconds after the SIGTERM, the stalled one never."""
    with SlowUpload(world) as stalled, SlowUpload(world) as moving:
        stalled.send(500)
        moving.send(500)
        started = time.monotonic()
        world.service.process.send_signal(signal.SIGTERM)
        for _ in range(10):
            time.sleep(0.3)
            moving.send(10)
        status, body = moving.finish()
        exit_code = world.service.stop()
        seconds = time.monotonic() - started
    return Stop(status, json.loads(body)["image_url"], exit_code, seconds)


def wait_for_the_header_timeout(world: World) -> float:
    """Send half a header, and return after how many seconds the server closed the connection."""
    address = urlsplit(world.service.url)
    started = time.monotonic()
    with socket.create_connection((address.hostname, address.port), timeout=40) as half_sent:
        half_sent.sendall(b"POST /healthz HTTP/1.1\r\nHost: localhost\r\nX-Half")
        while half_sent.recv(4096):
            pass
    return time.monotonic() - started


@dataclass(frozen=True)
class Hang:
    """What was answered while the storage took connections and answered nothing."""

    upload: httpx.Response
    upload_seconds: float
    ready: httpx.Response
    ready_seconds: float
    other_status: int
    counts: list[tuple[int, int]]


def upload_while_the_storage_hangs(world: World) -> Hang:
    """Upload as a client with a minute's patience, and look at the rest meanwhile."""
    started = time.monotonic()
    upload = world.upload(wait=120)
    seconds = time.monotonic() - started
    started = time.monotonic()
    ready = local_http.get(f"{world.service.url}/readyz", timeout=60)
    ready_seconds = time.monotonic() - started
    unknown = world.images_url.replace("00012345678905", "04006381333931")
    other = local_http.post(unknown, headers=world.headers, files={"image": b""})
    counts = world.select(
        "select (select count(*) from products_productimage),"
        " (select count(*) from products_unclaimedobject)"
    )
    return Hang(upload, seconds, ready, ready_seconds, other.status_code, counts)


@dataclass(frozen=True)
class Stalls:
    """What came of clients that stall, in a service whose eight threads have shares."""

    served_seconds: float
    dripping: bytes
    busy_is_alive: bool
    log: str


def wait_for_stalls_to_end(world: World) -> Stalls:
    """Begin bodies and answers, do nothing more, and ask until others get their turn again."""
    image = world.upload(make_bmp(2500, 2500)).json()
    picture, token = image["image_url"], f"{world.service.url}/oauth/token"
    form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3000\r\n"
    change = f"X-API-Key: {world.headers['X-API-Key']}\r\nContent-Type: application/json\r\n"
    with ExitStack() as stack:
        for _ in range(STRANGERS):
            begin(world, stack, f"GET {urlsplit(picture).path} HTTP/1.1\r\n")
            begin(world, stack, f"POST /oauth/token HTTP/1.1\r\n{form}")
        dripping = begin(
            world,
            stack,
            f"PATCH {world.path}/{image['id']} HTTP/1.1\r\n{change}Content-Length: 3000\r\n",
        )
        busy = stack.enter_context(local_http.Client())
        started = time.monotonic()
        time.sleep(1)  # whoever asks at once may take a place before they do
        assert _ask(picture, token) == {503}
        is_alive, answer = True, b""
        while not answer or 503 in _ask(picture, token):
            assert time.monotonic() - started < WAIT_SECONDS
            is_alive = is_alive and busy.get(f"{world.service.url}/healthz").is_success
            answer = answer or drip(dripping)
            time.sleep(0.5)
        seconds = time.monotonic() - started
    return Stalls(seconds, answer, is_alive, world.service.log_path.read_text())


def begin(world: World, stack: ExitStack, head: str) -> socket.socket:
    """Send a head and nothing after it, read nothing, and keep the connection."""
    address = urlsplit(world.service.url)
    client = stack.enter_context(socket.socket())
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect((address.hostname, address.port))
    client.sendall(f"{head}Host: {address.netloc}\r\n\r\n".encode())
    return client


def drip(client: socket.socket) -> bytes:
    """Send a few bytes more, and return the answer, which is JSON, where there is one."""
    client.settimeout(0.01)
    try:
        client.sendall(b" " * 10)
        answer = client.recv(4096)
    except TimeoutError:
        return b""
    client.settimeout(10)
    while not answer.endswith(b"}") and (more := client.recv(4096)):  # its head may come alone
        answer += more
    return answer


def _ask(picture: str, token: str) -> set[int]:
    return {local_http.get(picture).status_code, local_http.post(token).status_code}
