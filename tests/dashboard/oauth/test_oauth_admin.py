"""Who runs the service registers the applications."""

from __future__ import annotations

import pytest
from oauth2_provider.models import Application

from tests.dashboard.oauth.oauth_flow import CALLBACK


@pytest.fixture
def operator(cast, client):
    cast.olga.is_staff = cast.olga.is_superuser = True
    cast.olga.save()
    client.force_login(cast.olga, backend="django.contrib.auth.backends.ModelBackend")
    return client


def register(operator, redirect_uris, **changes):
    path = "/admin/oauth2_provider/application/add/"
    form = operator.get(path).context["adminform"].form
    data = {name: form[name].value() for name in ("client_id", "client_secret")}
    data |= {"name": "Shelf", "client_type": "public", "redirect_uris": redirect_uris}
    data |= changes
    return operator.post(path, data)


def test_operator_registers_for_codes_alone(operator):
    assert register(operator, f"{CALLBACK} http://127.0.0.1/callback").status_code == 302

    application = Application.objects.get()
    assert application.authorization_grant_type == "authorization-code"
    assert not application.skip_authorization
    path = f"/admin/oauth2_provider/application/{application.pk}/change/"
    assert operator.get(path).status_code == 200
    assert operator.get("/admin/oauth2_provider/application/?q=Shelf").status_code == 200


@pytest.mark.parametrize(
    "uri",
    ["http://shelf.example/callback", "com.example.app:/callback", "https://a.example/#x", ""],
)
def test_operator_is_told_which_redirects_are_not_taken(operator, uri):
    response = register(operator, f"{CALLBACK} {uri}" if uri else "")

    assert response.status_code == 200
    assert "redirect_uris" in response.context["adminform"].form.errors
    assert not Application.objects.exists()


def test_secret_that_somebody_thought_up_is_not_taken(operator):
    response = register(operator, CALLBACK, client_secret="secret")

    assert "client_secret" in response.context["adminform"].form.errors
