"""What people type leads on; a POST is never redirected."""

from __future__ import annotations

import pytest

LEADS = [
    ("/dashboard", "/"),
    ("/dashboard/", "/"),
    ("/docs", "/dashboard/api/v1/docs"),
    ("/docs/", "/dashboard/api/v1/docs"),
    ("/api", "/dashboard/api/v1/docs"),
    ("/swagger", "/dashboard/api/v1/docs"),
    ("/login", "/accounts/login"),
    ("/login/?next=/organizations", "/accounts/login?next=/organizations"),
    ("/accounts/login/", "/accounts/login"),
    ("/organizations/", "/organizations"),
    ("/admin", "/admin/"),
    ("/openapi.json", "/dashboard/api/v1/openapi.json"),
    ("/docs/errors/", "/docs/errors"),
    ("/changelog", "/docs/changelog"),
    ("/docs/versions/", "/docs/versions"),
]


@pytest.mark.parametrize(("typed", "meant"), LEADS)
def test_typed_address_leads_to_what_is_meant(client, typed, meant):
    for response in (client.get(typed), client.head(typed)):
        assert (response.status_code, response.headers["Location"]) == (302, meant)


@pytest.mark.parametrize(("typed", "meant"), LEADS)
def test_what_is_written_there_is_not_redirected(client, typed, meant):
    for method in (client.post, client.put, client.patch, client.delete):
        response = method(typed)
        assert response.status_code == 405
        assert "Location" not in response.headers


def test_query_leads_to_no_other_host(client):
    assert client.get("/docs?//evil.example").headers["Location"] == (
        "/dashboard/api/v1/docs?//evil.example"
    )
