"""The bare sink as an ASGI application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from bench.sink import Sink


async def application(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """Keep the part ``image``; answer 201."""
    headers = dict(scope["headers"])
    more = True
    with Sink(headers[b"content-type"].decode(), int(headers[b"content-length"])) as sink:
        while more:
            message = await receive()
            more = message.get("more_body", False)
            if message["body"]:
                sink.receive(message["body"])
    head = [(b"content-type", b"application/json"), (b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 201, "headers": head})
    await send({"type": "http.response.body", "body": b"{}"})
