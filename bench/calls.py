"""Counts the calls of Python that an upload takes: they don't depend on the machine.

Run as a program beside a service's environment, whose database is migrated; prints one JSON object:
for each picture the calls between the server's call of the application and the request's end.
"""

from __future__ import annotations

import io
import json
import sys
from collections import Counter
from types import FrameType

from closient.wsgi import application  # before all that needs Django's settings

# isort: split
from bench.pictures import BOUNDARY, Picture, make_jpeg, make_pictures
from bench.seeding import SCRIPT

WARM_UPS = 5


def main() -> None:
    """Print the calls for each picture; with ``--by-function`` whose they are, too."""
    path, key = seed()
    pictures = [make_jpeg("JPEG 200 kB", 525, 1)] if "--quick" in sys.argv else make_pictures()
    by_function: Counter[str] = Counter()
    counts = {p.label: count_calls(p, path, key, by_function) for p in pictures}
    if "--by-function" in sys.argv:
        for name, count in by_function.most_common(100):
            sys.stderr.write(f"{count:6} {name}\n")
    sys.stdout.write(json.dumps(counts) + "\n")


def seed() -> tuple[str, str]:
    """The path to post to, and the raw key."""
    names: dict[str, object] = {"print": lambda *_: None}
    exec(SCRIPT, names)
    return (
        f"/dashboard/api/v1/trade-items/{names['encode_id'](names['org'].id)}/12345678905/images",
        names["key"],
    )


def count_calls(picture: Picture, path: str, key: str, by_function: Counter[str]) -> int:
    """Upload the picture a few times, then once more while calls are counted."""
    form = picture.build_form()
    for _ in range(WARM_UPS):
        upload(form, path, key)
    count = 0

    def see(frame: FrameType, event: str, _: object) -> None:
        nonlocal count
        if event == "call":
            count += 1
            by_function[f"{frame.f_code.co_filename}:{frame.f_code.co_name}"] += 1

    sys.setprofile(see)
    try:
        upload(form, path, key)
    finally:
        sys.setprofile(None)
    return count


def upload(form: bytes, path: str, key: str) -> None:
    """Call the application as a server does."""
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost",
        "HTTP_X_API_KEY": key,
        "CONTENT_TYPE": f"multipart/form-data; boundary={BOUNDARY}",
        "CONTENT_LENGTH": str(len(form)),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(form),
        "wsgi.errors": sys.stderr,
    }
    statuses: list[str] = []
    answer = application(environ, lambda status, _headers: statuses.append(status))
    body = b"".join(answer)
    answer.close()
    if not statuses[0].startswith("201"):
        raise RuntimeError(body.decode())


if __name__ == "__main__":
    main()
