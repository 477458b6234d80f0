"""Prints, for each request of a table, its status and what was imported or opened to refuse it."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

from closient.wsgi import application

IMAGES = "/dashboard/api/v1/trade-items/JkTkuc2cM6bR26MZ9vzshP/00012345678905/images"
KEY = {"HTTP_X_API_KEY": "csb_00000000000000000000000000000000_7b8f0e5f"}
FORM = {"CONTENT_TYPE": "application/x-www-form-urlencoded"}
REQUESTS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("GET", "/healthz", {}),
    ("GET", "/readyz", {}),
    ("GET", "/nothing", {}),
    ("GET", "/static/nothing.css", {}),
    ("GET", "/accounts/login", {}),
    ("GET", "/accounts/login", {"HTTP_HOST": "evil.example"}),
    ("POST", "/accounts/login", FORM),
    ("GET", "/oauth/authorize", {}),
    ("POST", "/oauth/token", FORM),
    ("POST", "/docs/errors", {}),
    ("GET", "/metrics", {}),
    ("GET", "/dashboard/api/v1/nothing", {}),
    ("PUT", IMAGES, {}),
    ("POST", IMAGES, {}),
    ("POST", IMAGES, {"HTTP_AUTHORIZATION": "Bearer unknown"}),
    ("POST", IMAGES, {"HTTP_X_API_KEY": "csb_wrong"}),
    ("GET", IMAGES, {"HTTP_HOST": "evil.example"}),
    ("GET", IMAGES, {"HTTP_COOKIE": "sessionid=unknown"}),
)

seen: list[str] = []


def note_lookup(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook: what is imported, and which files and folders are opened by their names."""
    if event in ("import", "open", "os.listdir", "os.scandir") and isinstance(arguments[0], str):
        seen.append(f"{event} {arguments[0]}")


def ask(method: str, path: str, more: dict[str, str]) -> str:
    """The status of the answer, which is read to its end."""
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "HTTP_HOST": "localhost",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": "http",
        **more,
    }
    started = []
    response = application(environ, lambda status, headers: started.append(status))
    list(response)
    response.close()
    return started[0]


if __name__ == "__main__":
    sys.addaudithook(note_lookup)
    told = []
    for method, path, more in REQUESTS:
        seen.clear()
        told.append([method, path, ask(method, path, more), *dict.fromkeys(seen)])
    sys.stdout.write(json.dumps(told))
