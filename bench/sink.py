"""A bare multipart sink: parses the form, writes the file, syncs it; no auth, no check, no row."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

from multipart import MultipartSegment, PushMultipartParser

FOLDER = Path(os.environ["SINK_FOLDER"])


class Sink:
    """Keeps the part ``image`` of a form of ``length`` bytes, on the disk once it is left."""

    def __init__(self, content_type: str, length: int) -> None:
        boundary = content_type.partition("boundary=")[2]
        self._parser = PushMultipartParser(boundary, content_length=length)
        self._is_image = False

    def __enter__(self) -> Sink:
        self._file = (FOLDER / uuid.uuid4().hex).open("xb")
        return self

    def __exit__(self, *_: object) -> None:
        with self._file, self._parser:
            self._file.flush()
            os.fsync(self._file.fileno())

    def receive(self, chunk: bytes) -> None:
        """Take the next bytes."""
        for event in self._parser.parse(chunk):
            if isinstance(event, MultipartSegment):
                self._is_image = event.name == "image"
            elif event and self._is_image:
                self._file.write(event)
