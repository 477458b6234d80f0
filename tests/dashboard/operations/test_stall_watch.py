"""Only a client's connection over which nothing moves is ended."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from apps.dashboard.operations.stall_watch import end_stalled

NOW = 1000.0


@pytest.fixture
def listening(settings) -> Iterator[socket.socket]:
    """What the service would listen on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.PORT = server.getsockname()[1]
        yield server


@pytest.fixture
def connect(listening: socket.socket):
    """The server's end of a new connection, and the client's."""
    with ExitStack() as stack:

        def make() -> tuple[socket.socket, socket.socket]:
            client = stack.enter_context(socket.create_connection(listening.getsockname()))
            return stack.enter_context(listening.accept()[0]), client

        yield make


def is_ended(client: socket.socket) -> bool:
    client.settimeout(0.2)
    try:
        return client.recv(1) == b""
    except TimeoutError:
        return False


def test_connection_is_ended_after_half_a_minute_in_which_next_to_nothing_moved(connect):
    connections = [connect() for _ in range(4)]
    _, (reading, dripping), (_, receiving), (sending, _) = connections
    seen = end_stalled({}, NOW)
    assert len(seen) == 4

    dripping.sendall(b"x" * 255)
    receiving.sendall(b"x" * 256)
    sending.sendall(b"x" * 256)
    assert len(reading.recv(999)) == 255
    seen = end_stalled(seen, NOW + 29)
    assert not any(is_ended(client) for _, client in connections[:3])
    seen = end_stalled(seen, NOW + 30)

    assert [is_ended(client) for _, client in connections[:3]] == [True, True, False]
    end_stalled(seen, NOW + 59)
    assert is_ended(receiving)


def test_others_than_clients_are_left_alone(connect, listening: socket.socket, settings):
    _, client = connect()
    settings.PORT = client.getsockname()[1] + 1

    seen = end_stalled(end_stalled({}, NOW), NOW + 60)

    assert seen == {}
    assert not is_ended(client)
    assert listening.fileno() > 0
