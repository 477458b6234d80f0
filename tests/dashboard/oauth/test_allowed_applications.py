"""What a user has allowed, and how it ends."""

from __future__ import annotations

import pytest
from django.test import Client
from oauth2_provider.models import Grant

from tests.conftest import Api, Cast
from tests.dashboard.oauth.oauth_flow import Flow, upload

PAGE = "/accounts/applications"


def test_only_what_can_act_as_the_user_is_listed(flow: Flow, cast: Cast):
    assert "None can act as you now." in flow.browser.get(PAGE).content.decode()
    flow.get_tokens()
    flow.get_tokens()
    mo = Client()
    mo.force_login(cast.mo, backend="django.contrib.auth.backends.ModelBackend")

    assert flow.browser.get(PAGE).content.decode().count("<b>Shelf Planner</b>") == 1
    assert "Shelf Planner" not in mo.get(PAGE).content.decode()


def test_withdrawal_shuts_out_at_once_and_for_this_user_alone(flow: Flow, api: Api, cast: Cast):
    ed = flow.get_tokens()
    flow.answer()
    mo = Client()
    mo.force_login(cast.mo, backend="django.contrib.auth.backends.ModelBackend")
    of_mo = Flow(mo, flow.asked).get_tokens()

    response = flow.browser.post(PAGE, {"client_id": flow.asked["client_id"]}, follow=True)

    assert "None can act as you now." in response.content.decode()
    assert upload(api, ed["access_token"]) == 401
    assert flow.refresh(ed["refresh_token"]).status_code == 400
    assert not Grant.objects.exists()
    assert upload(api, of_mo["access_token"]) == 201


@pytest.mark.parametrize("client_id", ["", "unknown", "\0"])
def test_withdrawal_from_nobody_changes_nothing(flow: Flow, api: Api, client_id: str):
    token = flow.get_tokens()["access_token"]

    assert flow.browser.post(PAGE, {"client_id": client_id}).status_code == 302
    assert upload(api, token) == 201


def test_stranger_is_asked_to_sign_in(client, db):
    assert client.get(PAGE).url == f"/accounts/login?next={PAGE}"
