"""Sixty refusals a minute from one address, and what is good is never held up by what was good."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from oauth2_provider.models import AccessToken, RefreshToken

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def guess(flow, number: int):
    return flow.exchange(f"guess-{number}")


def test_address_that_guesses_waits_until_the_minute_is_over(flow, django_assert_num_queries):
    with time_machine.travel(NOON, tick=False) as clock:
        code = flow.answer()["code"]
        assert {guess(flow, number).status_code for number in range(60)} == {400}
        with django_assert_num_queries(0):
            refused = flow.exchange(code)
        assert refused.status_code == 429
        assert refused.headers["Retry-After"] == "60"
        assert refused.headers["Cache-Control"] == "no-store"
        assert refused.json() == {
            "error": "temporarily_unavailable",
            "error_description": "Too many requests were refused; wait for 60 seconds.",
        }
        assert AccessToken.objects.count() == 0
        clock.shift(60)
        assert guess(flow, 61).status_code == 400


def test_tokens_that_are_granted_are_not_counted(flow):
    with time_machine.travel(NOON, tick=False):
        refresh_token = flow.get_tokens()["refresh_token"]
        assert {guess(flow, number).status_code for number in range(59)} == {400}
        for _ in range(3):
            renewed = flow.refresh(refresh_token)
            assert renewed.status_code == 200
            refresh_token = renewed.json()["refresh_token"]
        assert RefreshToken.objects.filter(revoked=None).count() == 1
        assert [guess(flow, number).status_code for number in (60, 61)] == [400, 429]


@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/revoke_token"])
def test_secrets_are_not_guessed_by_either_way(flow, path):
    with time_machine.travel(NOON, tick=False):
        flow.asked["client_id"] = "unknown"
        for _ in range(60):
            assert flow.post(path, token="x").status_code in {400, 401}
        assert flow.post(path, token="x").status_code == 429
