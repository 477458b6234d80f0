"""The bare sink as a WSGI application, on the server that the service runs on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from bench.sink import Sink


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Keep the part ``image``; answer 201."""
    left = int(environ["CONTENT_LENGTH"])
    with Sink(environ["CONTENT_TYPE"], left) as sink:
        while left > 0 and (chunk := environ["wsgi.input"].read(min(131_072, left))):
            left -= len(chunk)
            sink.receive(chunk)
    start_response("201 Created", [("Content-Type", "application/json"), ("Content-Length", "2")])
    return [b"{}"]
