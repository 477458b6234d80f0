"""The demo's uploads, sent over HTTP as any client would send them."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from apps.dashboard.api.middleware import API_PREFIX
from apps.dashboard.samples import sample_pictures

TIMEOUT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class SampleUpload:
    """A picture of a product, and what the form says of it."""

    gtin: str
    file_name: str
    draw: Callable[[], bytes]
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server answered, and how long that took."""

    status: int
    reason: str
    body: bytes
    milliseconds: float

    def lay_out(self) -> str:
        """The body, as people read it."""
        try:
            return json.dumps(json.loads(self.body), indent=2, ensure_ascii=False)
        except ValueError:
            return self.body.decode(errors="replace")


FRONT: dict[str, str] = {"title": "Front of package", "is_primary": "true"}
UPLOADS = (
    SampleUpload("00012345678905", "coffee-front.jpg", sample_pictures.draw_coffee_front, FRONT),
    SampleUpload("00000096385074", "chocolate.png", sample_pictures.draw_chocolate_front, FRONT),
    SampleUpload("09506000134352", "honey.webp", sample_pictures.draw_honey_front, FRONT),
)
FOURTH_UPLOAD = SampleUpload(
    "00012345678905",
    "coffee-back.jpg",
    sample_pictures.draw_coffee_back,
    {"title": "Back of package"},
)


def build_upload_url(base_url: str, organization_id: str, gtin: str) -> str:
    """Where the images of a product are."""
    return f"{base_url}{API_PREFIX}v1/trade-items/{organization_id}/{gtin}/images"


def send_upload(url: str, raw_key: str, picture: Path, fields: dict[str, str]) -> Answer:
    """Post the form; raises OSError or HTTPException when there is no answer."""
    boundary = secrets.token_hex(16)
    headers = {
        "X-API-Key": raw_key,
        "Content-Type": f"multipart/form-data; boundary={boundary}",
    }
    return _request(url, "POST", body=_build_form(boundary, picture, fields), headers=headers)


def is_healthy(base_url: str) -> bool:
    """Whether the server answers."""
    try:
        return _request(f"{base_url}/healthz", "GET").status == 200
    except OSError:
        return False


def _build_form(boundary: str, picture: Path, fields: dict[str, str]) -> bytes:
    # RFC 7578; neither the names nor the titles have a character that needs escaping.
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="image"; filename="{picture.name}"'
    )
    before = f"{''.join(parts)}{head}\r\n\r\n".encode()
    return b"".join((before, picture.read_bytes(), f"\r\n--{boundary}--\r\n".encode()))


def _request(url: str, method: str, **message: Any) -> Answer:
    address = urlsplit(url)
    started = time.perf_counter()
    with closing(HTTPConnection(address.netloc, timeout=TIMEOUT_SECONDS)) as connection:
        connection.request(method, address.path, **message)
        response = connection.getresponse()
        body = response.read()
    milliseconds = (time.perf_counter() - started) * 1000
    return Answer(response.status, response.reason, body, milliseconds)
