"""`make stack`, as its target starts it: on one node, stopped, then again on two behind nginx."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from apps.dashboard.samples.sample_uploads import FOURTH_UPLOAD, UPLOADS
from tests import local_http
from tests.sample_images import make_jpeg
from tests.servers.processes import accepts_connections, find_free_ports, stop_process
from tests.servers.service import REPOSITORY


@contextmanager
def run_stack(folder: Path, **environment: str) -> Iterator[str]:
    """Start it, yield what it printed until it was ready, and stop it as Ctrl-C does."""
    stack = subprocess.Popen(
        [sys.executable, "-m", "tests.servers.stack", "--folder", str(folder)],
        cwd=REPOSITORY,
        env={"PATH": os.environ["PATH"], **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    lines: list[str] = []
    with stack:
        assert stack.stdout is not None
        for line in stack.stdout:
            lines.append(line)
            if "Ctrl-C stops them all." in line:
                break
        try:
            assert stack.poll() is None, "".join(lines)
            yield "".join(lines)
        finally:
            stop_process(stack, signal.SIGINT, stop_seconds=60)
        assert stack.stdout.read().strip().endswith("its data stays for the next one.")
    assert stack.returncode == 0


def upload_with_printed_line(printed: str) -> str:
    """Paste the line; the address of the picture."""
    [curl] = [line for line in printed.splitlines() if line.startswith("curl -sS -i")]
    answer = subprocess.check_output(shlex.split(curl), text=True)
    assert answer.startswith("HTTP/1.1 201 Created"), answer
    image_url: str = json.loads(answer.partition("\n\n")[2])["image_url"]
    return image_url


def assert_stopped(printed: str) -> None:
    ports = {int(port) for port in re.findall(r"127\.0\.0\.1:(\d+)", printed)}
    assert len(ports) >= 4
    assert not any(accepts_connections(port) for port in ports)


def test_what_one_node_stored_is_there_again_on_two(tmp_path: Path):
    (tmp_path / "demo").mkdir()
    for upload in (*UPLOADS, FOURTH_UPLOAD):  # drawing them takes seconds, and test_demo does
        (tmp_path / "demo" / upload.file_name).write_bytes(make_jpeg())
    [port] = find_free_ports(1)

    with run_stack(tmp_path, PORT=str(port)) as printed:
        assert printed.count("201 Created") == 3, printed
        image_url = upload_with_printed_line(printed)
        assert local_http.get(image_url).status_code == 200
        api = local_http.get(f"http://127.0.0.1:{port}/dashboard/api/v1/openapi.json").json()
        assert api["servers"][0] == {"url": f"http://127.0.0.1:{port}"}
        metrics = [line for line in printed.splitlines() if line.startswith("Metrics")]
        told = subprocess.check_output(["curl", "-sS", *shlex.split(metrics[0])[2:]], text=True)
        assert 'closient_uploads_total{format="JPEG",outcome="ok"} 4.0' in told
    assert_stopped(printed)

    with run_stack(tmp_path, PORT=str(port), NODES="2", WORKERS="1") as printed:
        assert len(re.findall(r"^Node \d", printed, re.MULTILINE)) == 2
        again = upload_with_printed_line(printed)
        for url in (image_url, again):
            picture = local_http.get(url).content
            assert hashlib.sha256(picture).digest() == hashlib.sha256(make_jpeg()).digest()
        assert local_http.get(f"http://127.0.0.1:{port}/readyz").json() == {
            "database": True,
            "storage": True,
        }
    assert_stopped(printed)
