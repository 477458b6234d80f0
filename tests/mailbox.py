"""A mail server on this machine, and what it was given."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller


class Mailbox:
    """The mails that came.

    With ``refused`` set, that is the answer to any recipient; none comes before ``may_answer``.
    """

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refused = ""
        self.may_answer = threading.Event()
        self.may_answer.set()

    async def handle_RCPT(self, *about: Any) -> str:  # noqa: N802 (aiosmtpd's name)
        *_, envelope, address, _options = about
        await asyncio.to_thread(self.may_answer.wait)
        if not self.refused:
            envelope.rcpt_tos.append(address)
        return self.refused or "250 OK"

    async def handle_DATA(self, *about: Any) -> str:  # noqa: N802 (aiosmtpd's name)
        self.mails.append(message_from_bytes(about[-1].content, policy=policy.default))
        return "250 OK"


@contextmanager
def run_mail_server(port: int) -> Iterator[Mailbox]:
    """Take mails on that port of this machine."""
    box = Mailbox()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield box
    finally:
        server.stop()


def find_closed_port() -> int:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port
