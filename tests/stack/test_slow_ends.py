"""What only half a minute of waiting shows; it was begun beside the other tests."""

from __future__ import annotations

import pytest

from tests.assertions import assert_problem
from tests.stack.slow_ends import Hang, Stalls, Stop

pytestmark = pytest.mark.last


def test_half_a_header_is_given_up_after_15_seconds(header_timeout: float):
    assert 14 < header_timeout < 20


def test_stop_lets_a_moving_upload_finish_and_cuts_a_stalled_one(stop: Stop):
    assert stop.moving_status == 201
    assert stop.exit_code == 0
    assert 3 < stop.seconds < 35


def test_storage_that_hangs_is_given_up_while_a_client_still_waits(hang: Hang):
    assert_problem(hang.upload, "service_unavailable")
    assert 15 < hang.upload_seconds < 30
    assert (hang.ready.status_code, hang.ready.json()) == (
        503,
        {"database": True, "storage": False},
    )
    assert hang.ready_seconds < 5
    assert hang.other_status == 404
    assert hang.counts == [(0, 1)]


def test_clients_that_stall_are_ended_and_others_served_again(stalls: Stalls):
    assert 25 < stalls.served_seconds < 70
    assert "a connection that has stalled was ended" in stalls.log


def test_small_body_that_drips_is_given_up_beside_connections_that_work(stalls: Stalls):
    assert stalls.dripping.startswith(b"HTTP/1.1 400 ")
    assert b"The body took longer than 30 seconds to come." in stalls.dripping
    assert stalls.busy_is_alive
