"""What only half a minute of waiting shows; it was begun beside the other tests."""

from __future__ import annotations

import pytest

from tests.assertions import assert_problem
from tests.stack.slow_ends import Hang, Stop

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
