"""Consent in a real browser: the policy of the page lets the answer through, and nothing else."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from apps.dashboard.samples.sample_data import CLIENT_ID
from tests.browser.test_docs_page import visit

CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(b"v" * 43).digest()).rstrip(b"=").decode()


@contextmanager
def open_consent(browser, service, seed, callback: str, **options) -> Iterator[Page]:
    asked = {
        "client_id": CLIENT_ID,
        "redirect_uri": callback,
        "response_type": "code",
        "scope": "images:read images:write",
        "state": "s",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    with visit(browser, service.url, f"/oauth/authorize?{urlencode(asked)}", **options) as visited:
        page = visited.page
        user = seed["users"]["editor"]
        page.get_by_label("Username").fill(user["username"])
        page.get_by_label("Password").fill(user["password"])
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Allow Sample application?")).to_be_visible()
        page.wait_for_load_state()  # its style may come after its words
        yield page
        assert visited.complaints == []


class Application(BaseHTTPRequestHandler):
    """The loopback end of an application."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def callback() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Application) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/callback"
        server.shutdown()
        thread.join(10)


@pytest.mark.parametrize(
    ("button", "told"), [("^Allow$", "code="), ("^Don.t allow$", "error=access_denied")]
)
def test_answer_reaches_the_application(browser, service, seed, callback, button, told):
    with open_consent(browser, service, seed, callback) as page:
        page.get_by_role("button", name=re.compile(button)).click()
        page.wait_for_url(f"{callback}*")

        assert told in page.url
        assert page.text_content("body") == "ok"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_fits_a_phone(browser, service, seed, scheme):
    phone = {"viewport": {"width": 360, "height": 740}, "color_scheme": scheme}
    with open_consent(browser, service, seed, "http://127.0.0.1:9/callback", **phone) as page:
        width = page.evaluate("document.documentElement.scrollWidth")

        assert width == 360
        for button in page.get_by_role("button").all():
            assert button.bounding_box()["height"] >= 44


def test_signing_out_is_a_click_away(browser, service, seed):
    with open_consent(browser, service, seed, "http://127.0.0.1:9/callback") as page:
        page.goto("/docs/errors")
        page.get_by_role("button", name="Sign out").click()

        expect(page.get_by_role("navigation").get_by_role("link", name="Sign in")).to_be_visible()
