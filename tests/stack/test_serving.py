"""The production server: slow clients, chunked bodies, kept connections, and how it stops."""

from __future__ import annotations

import http.client
import json
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from tests import local_http
from tests.assertions import assert_problem
from tests.sample_images import make_jpeg, make_long_jpeg
from tests.servers.processes import accepts_connections, wait_until
from tests.stack.clients import BOUNDARY, Sending, send_with_curl
from tests.stack.conftest import RunWorld
from tests.stack.slow_uploads import SlowUpload
from tests.stack.worlds import World


def test_curl_uploads_a_chunked_body(world: World, tmp_path: Path):
    (tmp_path / "photo.jpg").write_bytes(make_jpeg(800, 600))
    command = ["curl", "-sS", "-H", "Transfer-Encoding: chunked", world.images_url]
    command += ["-H", f"X-API-Key: {world.headers['X-API-Key']}"]
    command += ["-F", f"image=@{tmp_path / 'photo.jpg'}", "-F", "title=Front"]

    answer = json.loads(subprocess.check_output(command))

    assert answer["title"] == "Front"
    assert local_http.get(answer["image_url"]).content == make_jpeg(800, 600)


def test_httpx_uploads_from_a_generator(world: World):
    body = Sending(world.images_url, 0).body.replace(b"\r\n\r\n", b"\r\n\r\n" + make_jpeg(), 1)

    def send_in_pieces() -> Iterator[bytes]:
        for start in range(0, len(body), 1000):
            yield body[start : start + 1000]

    headers = {**world.headers, "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    answer = local_http.post(world.images_url, headers=headers, content=send_in_pieces())

    assert answer.status_code == 201, answer.text
    assert answer.request.headers["Transfer-Encoding"] == "chunked"
    assert local_http.get(answer.json()["image_url"]).content == make_jpeg()


def test_too_long_chunked_body_is_refused_while_it_arrives(world: World, tmp_path: Path):
    picture = tmp_path / f"{24 << 20}.jpg"
    picture.write_bytes(make_long_jpeg(24 << 20))
    sending = Sending(world.images_url, 24 << 20, world.headers)

    seen = send_with_curl(sending, 3, tmp_path, "-H", "Transfer-Encoding: chunked")

    assert seen == ["413 payload_too_large"] * 3


def test_two_requests_go_over_one_connection(disk_world: World):
    connection = http.client.HTTPConnection(urlsplit(disk_world.service.url).netloc, timeout=10)
    sending = Sending(disk_world.images_url, 2000, disk_world.headers)
    statuses, sockets = [], []
    for _ in range(2):
        connection.request("POST", disk_world.path, sending.body, sending.body_headers)
        answer = connection.getresponse()
        statuses.append(answer.status)
        answer.read()
        sockets.append(connection.sock)
    connection.close()

    assert statuses == [422, 422]
    assert sockets[0] is not None
    assert sockets[0] is sockets[1]


def test_refused_body_does_not_spoil_its_connection(disk_world: World):
    connection = http.client.HTTPConnection(urlsplit(disk_world.service.url).netloc, timeout=10)
    body = Sending(disk_world.images_url, 3_000_000)
    connection.request("POST", disk_world.path, body.body, body.body_headers)
    refused = connection.getresponse()
    assert (refused.status, b"unauthorized" in refused.read()) == (401, True)
    connection.request("GET", "/healthz")
    alive = connection.getresponse()

    assert (alive.status, alive.read()) == (200, b"ok\n")
    connection.close()


def test_others_are_answered_beside_32_trickling_uploads(disk_world: World):
    with ExitStack() as stack:
        trickles = [stack.enter_context(SlowUpload(disk_world)) for _ in range(32)]
        done = threading.Event()

        def trickle() -> None:
            while not done.wait(0.2):
                for upload in trickles:
                    upload.send(3)

        thread = threading.Thread(target=trickle)
        thread.start()
        try:
            time.sleep(0.5)
            waits = []
            for _ in range(3):
                started = time.monotonic()
                assert disk_world.upload().status_code == 201
                waits.append(time.monotonic() - started)
        finally:
            done.set()
            thread.join()
        assert max(waits) < 1
        assert [upload.finish()[0] for upload in trickles] == [201] * 32


def test_upload_whose_client_goes_away_leaves_nothing(disk_world: World):
    disk_world.sweep()
    with SlowUpload(disk_world, make_jpeg() + bytes(1 << 20)) as upload:
        upload.send(upload.left - 200_000)
        wait_until(lambda: len(disk_world.list_incoming()) == 1)
    wait_until(lambda: not disk_world.list_incoming())

    assert disk_world.sweep() == {}


def test_unknown_path_beside_an_unread_body_is_a_problem(disk_world: World):
    url = f"{disk_world.service.url}/dashboard/api/v1/nothing"

    answer = local_http.post(url, headers=disk_world.headers, files={"image": bytes(3_000_000)})

    assert_problem(answer, "not_found")


def test_upload_that_still_arrives_is_not_served(disk_world: World):
    with SlowUpload(disk_world, make_jpeg() + bytes(1 << 20)) as upload:
        upload.send(upload.left - 200_000)
        wait_until(lambda: len(disk_world.list_incoming()) == 1)
        [incoming] = disk_world.list_incoming()
        media = f"{disk_world.service.url}/media"
        command = ["curl", "-sS", "--path-as-is", "-o", "/dev/null", "-w", "%{http_code} "]
        command += [f"{media}/.incoming/{incoming.name}"]
        command += ["-o", "/dev/null", f"{media}/products/../.incoming/{incoming.name}"]
        command += ["-o", "/dev/null", f"{media}/products/%2e%2e/.incoming/{incoming.name}"]

        assert subprocess.check_output(command, text=True) == "404 404 404 "
        assert upload.finish()[0] == 201


def test_worker_finishes_its_upload_and_ends_where_the_server_was_killed(run_disk_world: RunWorld):
    with run_disk_world() as world:
        [worker] = world.service.process.children()
        port = urlsplit(world.service.url).port or 0
        with SlowUpload(world) as upload:
            upload.send(100)
            world.service.process.kill()
            wait_until(lambda: not accepts_connections(port))
            status, _ = upload.finish()

        assert status == 201
        worker.wait(10)
