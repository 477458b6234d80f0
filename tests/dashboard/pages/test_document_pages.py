"""The changelog and the promise of versions are pages, too."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("path", "title", "text"),
    [
        ("/docs/changelog", "<h1>Changelog</h1>", "<h2>[1.0.0]</h2>"),
        ("/docs/versions", "<h1>Versions</h1>", "<strong>A patch</strong> mends a fault."),
    ],
)
def test_document_is_a_page(client, path, title, text):
    response = client.get(path)
    html = response.content.decode()

    assert response.status_code == 200
    assert title in html
    assert text in html


def test_every_page_leads_there(client):
    html = client.get("/docs/errors").content.decode()

    assert 'href="/docs/changelog"' in html
    assert 'href="/docs/versions"' in html


def test_docs_say_what_to_know_before_the_first_upload(client):
    html = client.get("/dashboard/api/v1/docs").content.decode()

    for told in ("organization's id stands above its products", "no CORS", "up to a year"):
        assert told in html
