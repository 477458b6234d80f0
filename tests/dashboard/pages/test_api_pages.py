import re

import pytest

from tests.dashboard.operations.test_security_headers import PAGE_POLICY

PAGES = [
    "/",
    "/dashboard/api/v1/docs",
    "/docs/errors",
    "/docs/errors/validation_error",
    "/nothing/here",
]
DOCS_POLICY = PAGE_POLICY.replace("img-src 'self'", "img-src 'self' data:")


@pytest.mark.parametrize("path", PAGES)
def test_page_has_nothing_inline_and_nothing_from_elsewhere(client, path):
    response = client.get(path)
    html = response.content.decode()
    assert response.headers["Content-Security-Policy"] in {PAGE_POLICY, DOCS_POLICY}
    assert not re.search(r"<style|<script(?![^>]* src=)| style=| on\w+=", html)
    assert not re.search(r'(?:src|<link[^>]* href)="(?!/static/)', html)


@pytest.mark.parametrize("path", PAGES)
def test_page_has_one_heading_of_the_first_rank_and_its_landmarks(client, path):
    html = client.get(path).content.decode()
    for part in (
        "<h1",
        "<main",
        '<nav class="nav" aria-label="Main"',
        "<title>",
        '<html lang="en"',
    ):
        assert html.count(part) == 1


def test_docs_tell_the_limits_and_link_every_problem(client):
    html = client.get("/dashboard/api/v1/docs").content.decode()
    for limit in ("20 MiB", "64 MP", "256 MP", "JPEG, PNG, GIF, WebP, BMP, SVG"):
        assert limit in html
    assert html.count('href="/docs/errors/') == 13


def test_docs_show_requests_to_their_own_origin(client):
    response = client.get("/dashboard/api/v1/docs", headers={"Host": "localhost:8123"})
    assert "API=http://localhost:8123/dashboard/api/v1\n" in response.content.decode()


def test_docs_give_a_csrf_token_to_those_who_are_signed_in(client):
    client.get("/dashboard/api/v1/docs")
    assert client.cookies["csrftoken"].value


def test_docs_need_no_credential_and_take_no_post(client):
    assert client.get("/dashboard/api/v1/docs").status_code == 200
    assert client.post("/dashboard/api/v1/docs").status_code == 405


def test_api_catalog_is_a_linkset_of_document_docs_and_status(client):
    response = client.get("/.well-known/api-catalog")
    assert response.headers["Content-Type"].split(";")[0] == "application/linkset+json"
    assert response.json() == {
        "linkset": [
            {
                "anchor": "http://testserver/dashboard/api/v1/",
                "service-desc": [
                    {
                        "href": "http://testserver/dashboard/api/v1/openapi.json",
                        "type": "application/json",
                    }
                ],
                "service-doc": [
                    {"href": "http://testserver/dashboard/api/v1/docs", "type": "text/html"}
                ],
                "status": [{"href": "http://testserver/healthz", "type": "text/plain"}],
            }
        ]
    }


def test_head_of_api_catalog_names_itself(client):
    response = client.head("/.well-known/api-catalog")
    assert response.headers["Link"] == '</.well-known/api-catalog>; rel="api-catalog"'
    assert response.content == b""
