"""Who finds the share spent is told so at once, and nobody is woken by it."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import ExitStack
from threading import BoundedSemaphore

import pytest
from django.http import FileResponse
from django.test import Client, RequestFactory

from apps.dashboard.operations.thread_shares import BODIES, FILES, MEDIA, StreamedAnswersMiddleware
from apps.products.models import ProductImage
from tests.conftest import Api

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def spend() -> Iterator[object]:
    with ExitStack() as stack:

        def take_all(share: BoundedSemaphore) -> None:
            while share.acquire(blocking=False):
                stack.callback(share.release)

        yield take_all


@pytest.mark.parametrize("path", ["/oauth/token", "/accounts/login", "/admin/login/"])
def test_stranger_beyond_the_share_is_told_to_come_again(
    client: Client, db: None, spend, caplog: pytest.LogCaptureFixture, path: str
):
    spend(BODIES)

    refused = client.post(path, "grant_type=x", content_type=FORM)

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert [line for line in caplog.records if line.levelno >= logging.ERROR] == []
    assert client.get("/accounts/login").status_code == 200


def test_member_needs_no_share(cast, client: Client, spend):
    client.force_login(cast.ed)
    spend(BODIES)

    assert client.post("/accounts/logout").status_code == 302


def test_picture_gives_its_place_back(api: Api, client: Client):
    api.upload()
    path = f"/media/{ProductImage.objects.get().object_name}"
    places = 0
    while MEDIA.acquire(blocking=False):
        places += 1
    for _ in range(places):
        MEDIA.release()

    for _ in range(places + 1):
        assert len(b"".join(client.get(path))) > 0  # the test client closes it


def test_picture_beyond_the_share_is_told_to_come_again(api: Api, client: Client, spend):
    api.upload()
    spend(MEDIA)

    refused = client.get(f"/media/{ProductImage.objects.get().object_name}")

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")


@pytest.mark.parametrize(("size", "status"), [(65_535, 200), (65_536, 503)])
def test_small_file_of_a_page_needs_no_place(
    rf: RequestFactory, db: None, spend, size: int, status: int
):
    spend(FILES)
    file = FileResponse(io.BytesIO(b"*" * size), content_type="text/css")

    answer = StreamedAnswersMiddleware(lambda request: file)(rf.get("/static/page.css"))

    assert (answer.status_code, answer.streaming) == (status, False)
    if status == 200:
        assert answer.content == b"*" * size
        assert (answer["Content-Type"], answer["Content-Length"]) == ("text/css", str(size))
