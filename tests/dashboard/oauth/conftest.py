"""An application on its way through OAuth."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.conftest import Cast
from tests.dashboard.oauth.oauth_flow import BOTH, CALLBACK, CHALLENGE, Flow, build_application


@pytest.fixture
def flow(cast: Cast) -> Flow:
    application = build_application()
    browser = Client(enforce_csrf_checks=False)
    browser.force_login(cast.ed, backend="django.contrib.auth.backends.ModelBackend")
    asked = {
        "client_id": application.client_id,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": BOTH,
        "state": "from-the-application",
        "code_challenge": CHALLENGE.decode(),
        "code_challenge_method": "S256",
    }
    return Flow(browser, asked)
