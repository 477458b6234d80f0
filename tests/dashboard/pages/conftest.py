"""Mail, as the pages send it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.mailbox import Mailbox, find_closed_port, run_mail_server


@pytest.fixture
def mail_port(settings) -> int:
    """Where mails go; nobody is there yet."""
    settings.MAIL_SERVER = {"EMAIL_HOST": "127.0.0.1"}
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", find_closed_port()
    settings.DEFAULT_FROM_EMAIL = "Closient <no-reply@acme.test>"
    return settings.EMAIL_PORT


@pytest.fixture
def mailbox(mail_port: int) -> Iterator[Mailbox]:
    with run_mail_server(mail_port) as box:
        yield box
