"""The demo as a newcomer starts it, in a process of its own."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from apps.dashboard.management.commands import demo
from tests import local_http
from tests.servers.processes import HOST, accepts_connections, find_free_ports, stop_process
from tests.servers.service import BARE_ENVIRONMENT, REPOSITORY

PYTHON = [sys.executable, "manage.py"]


def build_environment(folder: Path, port: int) -> dict[str, str]:
    return {
        **BARE_ENVIRONMENT,
        "DJANGO_SECRET_KEY": "only-for-a-demo-that-a-test-starts-and-stops-again",
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "MEDIA_ROOT": str(folder / "media"),
        "PORT": str(port),
    }


@contextmanager
def run_demo(folder: Path, port: int, database: Path) -> Iterator[subprocess.Popen[str]]:
    environment = build_environment(folder, port)
    shutil.copy(database, folder)
    with subprocess.Popen(
        [*PYTHON, "demo", "--folder", str(folder)],
        cwd=REPOSITORY,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as demo:
        try:
            yield demo
        finally:
            stop_process(demo)


def read_until(demo: subprocess.Popen[str], last_words: str) -> str:
    assert demo.stdout is not None
    lines = []
    for line in demo.stdout:
        lines.append(line)
        if last_words in line:
            break
    return "".join(lines)


def test_three_pictures_are_uploaded_and_the_pasted_line_adds_a_fourth(
    migrated_database: Path, tmp_path: Path
) -> None:
    folder, elsewhere = tmp_path / "a folder", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    [port] = find_free_ports(1)
    with run_demo(folder, port, migrated_database) as running:
        printed = read_until(running, "Ctrl-C stops the demo.")
        assert printed.count("201 Created") == 3, printed
        assert printed.count('"is_primary": true') == 3
        assert "\x1b" not in printed
        for address in re.findall(r'"image_url": "([^"]+)"', printed):
            assert local_http.get(address).status_code == 200
        for page in (f"http://{HOST}:{port}/", f"http://{HOST}:{port}/dashboard/api/v1/docs"):
            assert page in printed
            assert local_http.get(page).status_code == 200
        [curl] = [line for line in printed.splitlines() if line.startswith("curl ")]
        answer = subprocess.check_output(shlex.split(curl), cwd=elsewhere, text=True)
        assert answer.startswith("HTTP/1.1 201 Created")
        assert '"title": "Back of package"' in answer
        running.send_signal(signal.SIGINT)
        assert (
            read_until(running, "never said").strip().endswith("its data stays for the next one.")
        )
        assert running.wait(10) == 0
    assert not accepts_connections(port)


def test_taken_port_is_said_so(tmp_path: Path) -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        refused = subprocess.run(
            [*PYTHON, "demo", "--folder", str(tmp_path)],
            cwd=REPOSITORY,
            env=build_environment(tmp_path, port),
            capture_output=True,
            text=True,
            check=False,
        )
    assert refused.returncode == 1
    assert refused.stderr == (
        f"CommandError: Port {port} of 127.0.0.1 cannot be used (Address already in use);"
        " set PORT to another, such as 8001.\n"
    )


@pytest.mark.parametrize("stop_signal", [signal.SIGTERM, signal.SIGHUP])
def test_demo_that_is_stopped_early_leaves_no_server_behind(
    migrated_database: Path, tmp_path: Path, stop_signal: signal.Signals
) -> None:
    [port] = find_free_ports(1)
    with run_demo(tmp_path, port, migrated_database) as running:
        read_until(running, "Starting the service")
        running.send_signal(stop_signal)
        printed = read_until(running, "never said")
        assert "Traceback" not in printed
        assert running.wait(10) == 0
    assert not accepts_connections(port)


def test_signal_at_the_moment_of_the_start_leaves_no_server_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    [settings.PORT] = find_free_ports(1)
    servers: list[subprocess.Popen[bytes]] = []

    class InterruptedStart(subprocess.Popen[bytes]):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            servers.append(self)
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(demo.subprocess, "Popen", InterruptedStart)
    before = {number: signal.getsignal(number) for number in demo.STOP_SIGNALS}
    try:
        call_command("demo", folder=tmp_path)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        monkeypatch.undo()

    [server] = servers
    try:
        assert server.returncode is not None
    finally:
        stop_process(server)
