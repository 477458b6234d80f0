"""manage.py serve: what keeps it from starting is said in one line."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.servers.processes import HOST, find_free_ports
from tests.servers.service import try_manage


def run_manage(folder: Path, *arguments: str, **environment: str):
    env = {
        "DJANGO_SECRET_KEY": "secret",
        "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
        "MEDIA_ROOT": str(folder / "media"),
    }
    return try_manage({**env, **environment}, *arguments)


def test_port_of_another_is_not_shared(tmp_path: Path):
    with socket.socket() as taken:
        # As granian listens, so that the kernel would deal requests out to both.
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind((HOST, 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused = run_manage(tmp_path, "serve", PORT=port)

    assert refused.returncode == 1
    assert refused.stderr == (
        f"CommandError: Port {port} of 127.0.0.1 cannot be used (Address already in use);"
        " set PORT to another, such as 8001.\n"
    )


def test_host_that_is_none_is_told(tmp_path: Path):
    refused = run_manage(tmp_path, "serve", HOST="no.such.host.invalid")

    assert refused.returncode == 1
    assert refused.stderr.startswith("CommandError: Port 8000 of no.such.host.invalid cannot be")
    assert "set HOST to an address of this machine" in refused.stderr


def test_host_is_taken_in_the_brackets_of_an_address(tmp_path: Path):
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as taken:
        port = str(taken.getsockname()[1])
        refused = run_manage(tmp_path, "serve", HOST="[::1]", PORT=port)

    assert refused.stderr.startswith(
        f"CommandError: Port {port} of ::1 cannot be used (Address already in use)"
    )


def test_pages_without_their_static_files_are_not_served(tmp_path: Path):
    [port] = find_free_ports(1)

    refused = run_manage(tmp_path, "serve", PORT=str(port), STATIC_ROOT=str(tmp_path / "static"))

    assert refused.returncode == 1
    assert refused.stderr == (
        f"CommandError: There are no static files in {tmp_path}/static:"
        " run manage.py collectstatic first, or set STATIC_ROOT to where they are.\n"
    )


@pytest.mark.parametrize("release", ["none", "older"])
def test_database_of_an_older_release_is_not_served(tmp_path: Path, release: str):
    [port] = find_free_ports(1)
    if release == "older":
        migrated = run_manage(tmp_path, "migrate", "products", "0001", "-v0")
        assert migrated.returncode == 0

    refused = run_manage(tmp_path, "serve", PORT=str(port))

    assert refused.returncode == 1
    last = refused.stderr.splitlines()[-1]
    assert last.startswith("CommandError: The database lacks ")
    assert last.endswith(" migrations: run manage.py migrate first.")
