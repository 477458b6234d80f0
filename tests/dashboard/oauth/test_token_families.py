"""What ends with a code or a token that is used twice, and with a user who may not sign in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from oauth2_provider.models import AccessToken, RefreshToken

from tests.dashboard.oauth.oauth_flow import Flow, build_application, look, upload

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_two_refreshes_at_once_get_a_pair_each_of_one_family(flow, api):
    with time_machine.travel(NOW, tick=False) as clock:
        first = flow.get_tokens()
        clock.shift(SECOND)
        pairs = [flow.refresh(first["refresh_token"]) for _ in range(2)]

        assert [pair.status_code for pair in pairs] == [200, 200]
        tokens = [pair.json() for pair in pairs]
        assert tokens[0]["access_token"] != tokens[1]["access_token"]
        assert [look(api, pair["access_token"]) for pair in tokens] == [200, 200]
        clock.shift(SECOND)
        renewed = [flow.refresh(pair["refresh_token"]) for pair in tokens]
        assert [answer.status_code for answer in renewed] == [200, 200]
        clock.shift(SECOND)

        assert flow.refresh(first["refresh_token"]).json() == {"error": "invalid_grant"}
        assert [look(api, pair.json()["access_token"]) for pair in renewed] == [401, 401]
    assert RefreshToken.objects.values("token_family").distinct().count() == 1


def test_token_that_was_revoked_at_once_is_not_renewed(flow):
    with time_machine.travel(NOW, tick=False):
        tokens = flow.get_tokens()
        flow.post("/oauth/revoke_token", token=tokens["refresh_token"])

        assert flow.refresh(tokens["refresh_token"]).json() == {"error": "invalid_grant"}
    assert not AccessToken.objects.exists()


def test_code_that_is_used_again_ends_the_tokens_that_it_was_exchanged_for(flow, api):
    code = flow.answer()["code"]
    first = flow.exchange(code).json()
    second = flow.refresh(first["refresh_token"]).json()
    other = flow.get_tokens()

    assert flow.exchange(code).json() == {"error": "invalid_grant"}

    assert look(api, second["access_token"]) == 401
    assert flow.refresh(second["refresh_token"]).status_code == 400
    assert look(api, other["access_token"]) == 200


def test_code_of_another_application_ends_nothing(flow, api):
    code = flow.answer()["code"]
    tokens = flow.exchange(code).json()
    other = Flow(flow.browser, {**flow.asked, "client_id": build_application().client_id})

    assert other.exchange(code).status_code == 400
    assert look(api, tokens["access_token"]) == 200


def test_deactivated_user_gets_no_tokens(flow, cast):
    tokens = flow.get_tokens()
    code = flow.answer()["code"]
    cast.ed.is_active = False
    cast.ed.save()

    assert flow.exchange(code).json() == {"error": "invalid_grant"}
    assert flow.refresh(tokens["refresh_token"]).json() == {"error": "invalid_grant"}
    assert AccessToken.objects.count() == 1


@pytest.fixture
def signed_in(flow, cast):
    cast.ed.set_password("horse-battery-staple")
    cast.ed.save()
    browser = flow.browser = Client()
    browser.post("/accounts/login", {"username": "ed", "password": "horse-battery-staple"})
    return flow


def test_changed_password_says_that_applications_act_on_and_offers_to_shut_them_out(signed_in, api):
    tokens = [signed_in.get_tokens(), signed_in.get_tokens(client_id=signed_in.asked["client_id"])]
    form = signed_in.browser.get("/accounts/password_change").content.decode()
    new = "another-horse-another-staple"
    data = {"old_password": "horse-battery-staple", "new_password1": new, "new_password2": new}

    page = signed_in.browser.post("/accounts/password_change", data, follow=True).content.decode()

    assert "Applications that you have let in act as you on" in form
    assert "the applications that you have let in</a> still act" in page
    assert 'action="/accounts/applications"' in page
    assert upload(api, tokens[0]["access_token"]) == 201

    signed_in.browser.post("/accounts/applications", {"all": "yes"})

    assert [look(api, pair["access_token"]) for pair in tokens] == [401, 401]
    assert signed_in.refresh(tokens[0]["refresh_token"]).status_code == 400
