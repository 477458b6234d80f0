"""A bare multipart sink: parses the form, writes the file, syncs it; no auth, no check, no row.

A WSGI application, on the server that the service runs on.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from multipart import MultipartSegment, PushMultipartParser

FOLDER = Path(os.environ["SINK_FOLDER"])


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Keep the part ``image``; answer 201."""
    boundary = environ["CONTENT_TYPE"].partition("boundary=")[2]
    length = int(environ["CONTENT_LENGTH"])
    is_image = False
    with (
        (FOLDER / uuid.uuid4().hex).open("xb") as file,
        PushMultipartParser(boundary, content_length=length) as parser,
    ):
        while length > 0 and (chunk := environ["wsgi.input"].read(min(131_072, length))):
            length -= len(chunk)
            for event in parser.parse(chunk):
                if isinstance(event, MultipartSegment):
                    is_image = event.name == "image"
                elif event and is_image:
                    file.write(event)
        file.flush()
        os.fsync(file.fileno())
    start_response("201 Created", [("Content-Type", "application/json"), ("Content-Length", "2")])
    return [b"{}"]
