"""What else is asked of the service: lists, pages, thumbnails, changes, deletions."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

import httpx

from bench.load import Target
from bench.pictures import make_jpeg
from bench.rounds import HEAD, print_row, run_rounds
from tests import local_http

COUNT = 48
Request = tuple[str, str, bytes, dict[str, str]]


def print_operations(target: Target, session: str, rounds: int) -> None:
    """A line each; the session's cookie opens the pages."""
    form = make_jpeg("", 525, 1)
    gallery = urlsplit(target.url).path
    page = gallery.replace("/dashboard/api/v1/trade-items/", "/organizations/")
    page = page.replace("/12345678905/images", "/products/00012345678905")
    cookie = {"Cookie": f"sessionid={session}"}
    with local_http.Client(timeout=30, headers=target.headers) as client:

        def upload() -> str:
            answer = client.post(target.url, files={"image": (form.name, form.data)})
            return str(answer.raise_for_status().json()["id"])

        image = upload()
        thumbnail = f"/renditions/{image}/320"
        _await_thumbnail(client, target.url.replace(gallery, thumbnail), cookie)
        requests: dict[str, Request] = {
            "list of one": ("GET", gallery, b"", target.headers),
            "one image": ("GET", f"{gallery}/{image}", b"", target.headers),
            "PATCH": (
                *("PATCH", f"{gallery}/{image}", b'{"title": "Back"}'),
                target.headers | {"Content-Type": "application/json"},
            ),
            "product page": ("GET", page, b"", cookie),
            "thumbnail": ("GET", thumbnail, b"", cookie),
        }
        print(f"\nOther requests, 4 at once\n{HEAD}")
        for name, request in requests.items():
            _print(name, target, lambda t, r=request: [_build(t, r)] * COUNT, 200, rounds)

        def build_deletions(target: Target) -> Sequence[bytes]:
            return [
                _build(target, ("DELETE", f"{gallery}/{upload()}", b"", target.headers))
                for _ in range(COUNT)
            ]

        _print("DELETE", target, build_deletions, 204, rounds)


def _print(
    name: str,
    target: Target,
    build: Callable[[Target], Sequence[bytes]],
    status: int,
    rounds: int,
) -> None:
    print_row(name, target.name, run_rounds([target], build, 4, rounds, status))


def _build(target: Target, request: Request) -> bytes:
    method, path, body, headers = request
    return target.build_request(method, body, headers, path)


def _await_thumbnail(client: httpx.Client, url: str, cookie: dict[str, str]) -> None:
    give_up_at = time.monotonic() + 60
    while client.get(url, headers=cookie).status_code != httpx.codes.OK:
        if time.monotonic() > give_up_at:
            raise RuntimeError("the thumbnail does not come")
        time.sleep(0.2)
