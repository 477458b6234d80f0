"""The documents by which OAuth clients find their way."""

from __future__ import annotations

import pytest

SCOPES = ["images:read", "images:write"]


def test_authorization_server_tells_what_it_takes(client):
    response = client.get("/.well-known/oauth-authorization-server")

    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.json() == {
        "issuer": "http://testserver",
        "authorization_endpoint": "http://testserver/oauth/authorize",
        "token_endpoint": "http://testserver/oauth/token",
        "revocation_endpoint": "http://testserver/oauth/revoke_token",
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "scopes_supported": SCOPES,
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": AUTH_METHODS,
        "revocation_endpoint_auth_methods_supported": AUTH_METHODS,
        "authorization_response_iss_parameter_supported": True,
        "client_id_metadata_document_supported": False,
    }


AUTH_METHODS = ["client_secret_basic", "client_secret_post", "none"]


@pytest.mark.parametrize("path", ["", "/dashboard/api/v1"])
def test_resource_names_itself_and_its_authorization_server(client, path):
    response = client.get(f"/.well-known/oauth-protected-resource{path}")

    assert response.status_code == 200
    assert response.json() == {
        "resource": f"http://testserver{path}",
        "authorization_servers": ["http://testserver"],
        "scopes_supported": SCOPES,
        "bearer_methods_supported": ["header"],
        "resource_name": "Closient Brand Dashboard API",
        "resource_documentation": "http://testserver/dashboard/api/v1/docs",
    }


@pytest.mark.parametrize("path", ["/", "/elsewhere", "/dashboard/api/v1/"])
def test_no_other_resource_is_spoken_for(client, path):
    assert client.get(f"/.well-known/oauth-protected-resource{path}").status_code == 404


def test_public_address_goes_before_the_host_of_the_request(client, settings):
    settings.API_SERVER_URL = "https://dashboard.example.com"
    settings.OAUTH2_PROVIDER = {
        **settings.OAUTH2_PROVIDER,
        "OIDC_ISS_ENDPOINT": "https://dashboard.example.com",
    }

    server = client.get("/.well-known/oauth-authorization-server").json()
    resource = client.get("/.well-known/oauth-protected-resource/dashboard/api/v1").json()

    assert server["issuer"] == "https://dashboard.example.com"
    assert server["token_endpoint"] == "https://dashboard.example.com/oauth/token"
    assert resource["resource"] == "https://dashboard.example.com/dashboard/api/v1"
    assert resource["authorization_servers"] == ["https://dashboard.example.com"]


def test_discovery_asks_nothing_of_the_database(client, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        client.get("/.well-known/oauth-authorization-server")
        client.get("/.well-known/oauth-protected-resource")
