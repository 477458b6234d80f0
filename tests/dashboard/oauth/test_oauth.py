"""The code flow with PKCE: what is granted after consent, and all that is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from oauth2_provider.models import AccessToken, Application, Grant, RefreshToken

from tests.dashboard.oauth.oauth_flow import (
    BOTH,
    CALLBACK,
    SECRET,
    VERIFIER,
    Flow,
    build_application,
    look,
    read_redirect,
    upload,
)
from tests.sample_images import make_jpeg

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


# Consent


def test_page_says_what_is_granted_to_whom_and_as_whom(flow):
    html = flow.ask().content.decode()

    assert 'Allow <span class="asks">Shelf Planner</span>?' in html
    assert "act as you, <b>ed</b>" in html
    assert "<b>Acme</b>" in html
    assert "Globex" not in html
    assert "<li>See the pictures of your products</li>" in html
    assert "<li>Add, change and delete pictures of your products</li>" in html
    assert "<b>shelf.example</b>" in html


def test_page_names_only_what_is_asked_and_without_a_scope_only_to_see(flow):
    for scope in ("images:read", None):
        html = flow.ask(scope=scope).content.decode()
        assert "<li>See the pictures" in html
        assert "<li>Add, change" not in html


def test_page_costs_few_queries(flow, django_assert_num_queries):
    # The application, the session, its user, the user's organizations.
    with django_assert_num_queries(4):
        flow.ask()


@pytest.mark.parametrize(
    ("redirect_uri", "source"),
    [
        (CALLBACK, "https://shelf.example"),
        ("http://127.0.0.1:8123/callback", "http://127.0.0.1:8123"),
        ("http://[::1]:8123/callback", "http:"),
    ],
)
def test_form_may_lead_to_this_application_alone(flow, redirect_uri, source):
    Application.objects.update(redirect_uris=redirect_uri)

    policy = flow.ask(redirect_uri=redirect_uri).headers["Content-Security-Policy"]

    assert f"form-action 'self' {source};" in policy
    assert "frame-ancestors 'none'" in policy


def test_stranger_signs_in_first_and_comes_back(flow, cast):
    cast.ed.set_password("horse-battery-staple")
    cast.ed.save()
    flow.browser = Client()

    to_login = flow.ask()
    assert to_login.url.startswith("/accounts/login?next=/oauth/authorize%3Fclient_id%3D")
    wanted = flow.browser.get(to_login.url).context["next"]
    data = {"username": "ed", "password": "horse-battery-staple", "next": wanted}
    back = flow.browser.post("/accounts/login", data)

    assert "Shelf Planner" in flow.browser.get(back.url).content.decode()


def test_denial_is_told_with_state_and_issuer_and_grants_nothing(flow):
    told = flow.answer(allow=False)

    assert told["error"] == "access_denied"
    assert told["state"] == "from-the-application"
    assert told["iss"] == "http://testserver"
    assert not Grant.objects.exists()


def test_consent_needs_its_csrf_token(flow, cast):
    flow.browser = Client(enforce_csrf_checks=True)
    flow.browser.force_login(cast.ed, backend="django.contrib.auth.backends.ModelBackend")
    page = flow.ask()
    address = page.request["PATH_INFO"] + "?" + page.request["QUERY_STRING"]

    assert flow.browser.post(address, {"allow": "yes"}).status_code == 403


@pytest.mark.parametrize("prompt", ["approval_prompt", "prompt"])
def test_consent_is_asked_for_each_time(flow, prompt):
    flow.get_tokens()

    assert flow.ask(**{prompt: "auto"}).status_code == 200


# Tokens


def test_tokens_act_as_their_user(flow, api):
    told = flow.answer()
    assert told.keys() == {"code", "state", "iss"}
    response = flow.exchange(told["code"])
    tokens = response.json()

    assert response.headers["Cache-Control"] == "no-store"
    assert tokens.keys() == {"access_token", "expires_in", "token_type", "scope", "refresh_token"}
    assert (tokens["expires_in"], tokens["token_type"]) == (3600, "Bearer")
    assert tokens["scope"] == BOTH
    assert AccessToken.objects.get().user.username == "ed"
    assert upload(api, tokens["access_token"]) == 201


def test_scope_to_read_reads_alone(flow, api):
    token = flow.get_tokens(scope="images:read")["access_token"]

    assert look(api, token) == 200
    assert upload(api, token) == 403


def test_raw_tokens_are_not_kept(flow):
    tokens = flow.get_tokens()

    assert AccessToken.objects.get().token == RefreshToken.objects.get().token == ""
    assert len(tokens["access_token"]) >= 30


def test_access_ends_after_an_hour_and_refreshing_after_thirty_idle_days(flow, api):
    with time_machine.travel(NOW, tick=False) as clock:
        tokens = flow.get_tokens()
        clock.shift(timedelta(minutes=59, seconds=59))
        assert upload(api, tokens["access_token"]) == 201
        clock.shift(timedelta(seconds=1))
        assert upload(api, tokens["access_token"]) == 401
        clock.shift(timedelta(days=30) - timedelta(seconds=1))
        tokens = flow.refresh(tokens["refresh_token"]).json()
        assert upload(api, tokens["access_token"]) == 201
        clock.shift(timedelta(days=30, hours=1))
        assert flow.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"


def test_refresh_token_is_good_once_and_its_replay_ends_the_family(flow, api):
    first = flow.get_tokens()
    second = flow.refresh(first["refresh_token"]).json()
    assert upload(api, first["access_token"]) == 401
    assert upload(api, second["access_token"]) == 201

    assert flow.refresh(first["refresh_token"]).json() == {"error": "invalid_grant"}

    assert upload(api, second["access_token"]) == 401
    assert flow.refresh(second["refresh_token"]).status_code == 400


def test_refreshing_is_no_way_around_the_rate_limit(flow, api):
    left = []
    with time_machine.travel(NOW, tick=False):
        tokens = flow.get_tokens()
        for _ in range(3):
            headers = {"Authorization": f"Bearer {tokens['access_token']}"}
            answer = api.client.get(api.path, headers=headers)
            left.append(int(answer.headers["RateLimit-Remaining"]))
            tokens = flow.refresh(tokens["refresh_token"]).json()

    assert left == [299, 298, 297]


def test_upload_is_known_again_after_a_refresh(flow, api):
    tokens, ids = flow.get_tokens(), set()
    for _ in range(2):
        headers = {"Authorization": f"Bearer {tokens['access_token']}", "Idempotency-Key": "once"}
        files = {"image": ("photo.jpg", make_jpeg())}
        ids.add(api.client.post(api.path, headers=headers, files=files).json()["id"])
        tokens = flow.refresh(tokens["refresh_token"]).json()

    assert len(ids) == 1


def test_refresh_can_ask_for_less_but_not_for_more(flow):
    tokens = flow.get_tokens(scope="images:read")

    response = flow.refresh(tokens["refresh_token"], scope=BOTH)

    assert response.json()["error"] == "invalid_scope"


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_revoking_either_token_ends_both(flow, api, kind):
    tokens = flow.get_tokens()

    response = flow.post("/oauth/revoke_token", token=tokens[kind], token_type_hint=kind)

    assert response.status_code == 200
    assert upload(api, tokens["access_token"]) == 401
    assert flow.refresh(tokens["refresh_token"]).status_code == 400


def test_revoking_what_is_unknown_is_fine_and_of_another_application_does_nothing(flow, api):
    tokens = flow.get_tokens()
    other = Flow(flow.browser, {**flow.asked, "client_id": build_application().client_id})

    for token in ("unknown", tokens["access_token"]):
        assert other.post("/oauth/revoke_token", token=token).status_code == 200

    assert upload(api, tokens["access_token"]) == 201


def test_expired_tokens_are_cleared_by_command(flow):
    with time_machine.travel(NOW, tick=False) as clock:
        flow.get_tokens()
        flow.answer()
        clock.shift(timedelta(days=31))
        call_command("cleartokens")

    for model in (AccessToken, RefreshToken, Grant):
        assert not model.objects.exists()


# Refused at the consent page, and told to the application


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge": "\0" * 43}, "invalid_request"),
        ({"scope": "images:read admin"}, "invalid_scope"),
        ({"scope": "openid"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "invalid_request"),
        ({"resource": "https://elsewhere.example/api"}, "invalid_target"),
        ({"resource": "http://testserver/dashboard/api/\0"}, "invalid_target"),
    ],
)
@pytest.mark.parametrize("is_signed_in", [True, False])
def test_faulty_request_goes_back_before_anybody_is_asked(flow, changes, error, is_signed_in):
    if not is_signed_in:
        flow.browser = Client()

    response = flow.ask(**changes)

    told = read_redirect(response)
    assert response.url.startswith(f"{CALLBACK}?")
    assert (told["error"], told["state"]) == (error, "from-the-application")
    assert told["iss"] == "http://testserver"


@pytest.mark.parametrize("resource", ["http://testserver/", "http://testserver/dashboard/api/v1"])
def test_our_own_resource_may_be_named(flow, api, resource):
    tokens = flow.get_tokens(resource=resource)

    assert AccessToken.objects.get().resource == [resource]
    assert upload(api, tokens["access_token"]) == 201


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "unknown"},
        {"client_id": None},
        {"client_id": "\0"},
        {"redirect_uri": "https://shelf.example/callback/"},
        {"redirect_uri": "https://shelf.example/callback?more=1"},
        {"redirect_uri": "https://SHELF.example/callback"},
        {"redirect_uri": "https://shelf.example:8443/callback"},
        {"redirect_uri": "http://shelf.example/callback"},
        {"redirect_uri": "https://evil.example/callback"},
        {"redirect_uri": "https://shelf.example/callback#code"},
        {"redirect_uri": "https://ed@shelf.example/callback"},
        {"redirect_uri": "https://[shelf/callback"},
        {"redirect_uri": "javascript:alert(1)"},
    ],
)
def test_request_of_nobody_known_gets_a_page_and_no_redirect(flow, changes):
    response = flow.ask(**changes)

    assert response.status_code == 400
    assert "Nothing was allowed." in response.content.decode()


def test_loopback_may_have_any_port_but_no_other_path(flow):
    Application.objects.update(redirect_uris="http://127.0.0.1/callback")

    assert flow.ask(redirect_uri="http://127.0.0.1:49152/callback").status_code == 200
    assert flow.ask(redirect_uri="http://127.0.0.1:49152/other").status_code == 400
    assert flow.ask(redirect_uri="http://localhost:49152/callback").status_code == 400


def test_plain_http_to_another_machine_is_refused_though_registered(flow):
    Application.objects.update(redirect_uris="http://shelf.example/callback")

    assert flow.ask(redirect_uri="http://shelf.example/callback").status_code == 400


def test_what_openid_would_add_is_not_stored(flow):
    flow.answer(nonce="n" * 5000, claims='{"id_token": {}}')

    grant = Grant.objects.get()
    assert (grant.nonce, grant.claims) == ("", "{}")


# Refused at the token endpoint


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": VERIFIER + "x"},
        {"code_verifier": ""},
        {"code": "unknown"},
        {"code": "\0"},
        {"redirect_uri": "https://shelf.example/other"},
    ],
)
def test_code_without_all_that_belongs_to_it_is_refused(flow, changes):
    code = flow.answer()["code"]

    response = flow.exchange(**{"code": code, **changes})

    assert response.status_code == 400
    assert response.json()["error"] in {"invalid_grant", "invalid_request"}
    assert not AccessToken.objects.exists()


def test_code_is_good_once_and_for_a_minute(flow):
    with time_machine.travel(NOW, tick=False) as clock:
        code = flow.answer()["code"]
        assert flow.exchange(code).status_code == 200
        assert flow.exchange(code).json() == {"error": "invalid_grant"}
        code = flow.answer()["code"]
        clock.shift(timedelta(seconds=61))
        assert flow.exchange(code).json() == {"error": "invalid_grant"}


@pytest.mark.parametrize(
    "fields",
    [
        {"grant_type": "client_credentials", "client_secret": SECRET},
        {"grant_type": "password", "username": "ed", "password": "x", "client_secret": SECRET},
        {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": "x"},
        {"grant_type": "implicit"},
        {},
    ],
)
@pytest.mark.parametrize("registered", ["authorization-code", "client-credentials", "password"])
def test_no_other_grant_exists_whatever_is_registered(flow, fields, registered):
    Application.objects.all().delete()
    application = build_application(
        client_type="confidential", client_secret=SECRET, authorization_grant_type=registered
    )
    flow.asked["client_id"] = application.client_id

    response = flow.post(**fields)

    assert response.status_code in {400, 401}
    assert response.json()["error"] in {"unsupported_grant_type", "invalid_request"}
    assert not AccessToken.objects.exists()


def test_confidential_application_needs_its_secret(flow, api):
    Application.objects.all().delete()
    application = build_application(client_type="confidential", client_secret=SECRET)
    flow.asked["client_id"] = application.client_id
    code = flow.answer()["code"]

    assert flow.exchange(code).json()["error"] == "invalid_client"
    assert flow.exchange(code, client_secret="wrong").json()["error"] == "invalid_client"
    tokens = flow.exchange(code, client_secret=SECRET).json()
    assert upload(api, tokens["access_token"]) == 201


def test_tokens_come_by_post_alone(db, client):
    assert client.get("/oauth/token").status_code == 405


def test_secret_is_kept_by_a_quick_hash(flow):
    application = build_application(client_type="confidential", client_secret=SECRET)

    assert application.client_secret.startswith("client_secret$1$")


def test_applications_are_managed_nowhere_else(flow):
    for path in ("/oauth/applications/", "/oauth/introspect/", "/oauth/register/"):
        assert flow.browser.get(path).status_code == 404
