"""The bare multipart sink as an ASGI application."""

from __future__ import annotations

import os
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from multipart import MultipartSegment, PushMultipartParser

FOLDER = Path(os.environ["SINK_FOLDER"])


async def application(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """Keep the part ``image``; answer 201."""
    headers = dict(scope["headers"])
    boundary = headers[b"content-type"].decode().partition("boundary=")[2]
    is_image, more = False, True
    with (
        (FOLDER / uuid.uuid4().hex).open("xb") as file,
        PushMultipartParser(boundary, content_length=int(headers[b"content-length"])) as parser,
    ):
        while more:
            message = await receive()
            more = message.get("more_body", False)
            for event in parser.parse(message["body"]) if message["body"] else ():
                if isinstance(event, MultipartSegment):
                    is_image = event.name == "image"
                elif event and is_image:
                    file.write(event)
        file.flush()
        os.fsync(file.fileno())
    head = [(b"content-type", b"application/json"), (b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 201, "headers": head})
    await send({"type": "http.response.body", "body": b"{}"})
