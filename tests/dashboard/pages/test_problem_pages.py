from html import unescape

import pytest

from apps.dashboard.pages.problem_pages import PROBLEM_PAGES
from apps.problems import Problem

CODES = {
    "bad_request": (400, "Bad Request", False),
    "unauthorized": (401, "Unauthorized", False),
    "forbidden": (403, "Forbidden", False),
    "not_found": (404, "Not Found", False),
    "method_not_allowed": (405, "Method Not Allowed", False),
    "conflict": (409, "Conflict", True),
    "precondition_failed": (412, "Precondition Failed", False),
    "payload_too_large": (413, "Payload Too Large", False),
    "unsupported_media_type": (415, "Unsupported Media Type", False),
    "validation_error": (422, "Validation Error", False),
    "rate_limited": (429, "Too Many Requests", True),
    "internal_error": (500, "Internal Server Error", True),
    "service_unavailable": (503, "Service Unavailable", True),
}


def list_error_codes(problem: type[Problem] = Problem) -> set[str]:
    codes = {problem.error_code}
    for kind in problem.__subclasses__():
        codes |= list_error_codes(kind)
    return codes


def test_every_error_code_has_a_page_and_vice_versa():
    assert set(PROBLEM_PAGES) == list_error_codes() == set(CODES)


@pytest.mark.parametrize("error_code", CODES)
def test_page_tells_status_title_cause_and_remedy(client, error_code):
    status, title, retryable = CODES[error_code]
    response = client.get(f"/docs/errors/{error_code}")
    html = unescape(response.content.decode())
    assert response.status_code == 200
    assert f">{status}</span>" in html
    assert f"<h1>{title}</h1>" in html
    assert ("Retry later" in html) is retryable
    assert f'"type": "https://closient.com/docs/errors/{error_code}"' in html
    for cause in PROBLEM_PAGES[error_code].causes:
        assert unescape(cause.what) in html
        assert unescape(cause.remedy) in html


def test_index_links_every_page_in_order_of_status(client):
    html = client.get("/docs/errors").content.decode()
    places = [html.index(f'href="/docs/errors/{code}"') for code in CODES]
    assert places == sorted(places)


def test_unknown_error_code_is_a_friendly_404(client):
    response = client.get("/docs/errors/teapot")
    assert response.status_code == 404
    assert "There is nothing at this address" in response.content.decode()


def test_limits_of_images_are_told(client):
    assert "20 MiB" in client.get("/docs/errors/payload_too_large").content.decode()
    html = client.get("/docs/errors/validation_error").content.decode()
    assert "64 MP" in html
    assert "256 MP" in html
