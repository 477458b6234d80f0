"""The shell's tool, on the service in this process; `tests/stack` has it on a real server."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from apps.products.checksums import fill_in_checksums
from apps.products.models import Product, ProductImage
from tests.conftest import FOREIGN_GTIN, GTIN, Api, Cast, Service
from tests.sample_images import make_jpeg, make_png
from tools import deliver_pictures

PENCIL = "04006381333931"
Deliver = Callable[..., int]


def build_picture(number: int) -> bytes:
    """One whose bytes no other has."""
    return make_jpeg() + number.to_bytes(4)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "delivery"
    folder.mkdir()
    return folder


def write(folder: Path, *names: str) -> None:
    """Files of these names, each another picture."""
    start = sum(1 for _ in folder.rglob("*"))
    for number, name in enumerate(names, start):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(build_picture(number))


@pytest.fixture
def transport(service_here: Service) -> httpx.BaseTransport:
    return httpx.WSGITransport(app=service_here)


@pytest.fixture
def deliver(
    api: Api,
    cast: Cast,
    folder: Path,
    tmp_path: Path,
    transport: httpx.BaseTransport,
    monkeypatch: pytest.MonkeyPatch,
) -> Deliver:
    """Run it on the folder, in this thread, which alone sees the test's database."""
    Product.objects.create(gtin=PENCIL, name="Pencil", owner=cast.acme)
    monkeypatch.setenv("API_KEY", api.headers["X-API-Key"])
    monkeypatch.setenv("SERVER", "http://testserver")

    def run(*options: str, transport: httpx.BaseTransport = transport) -> int:
        report = ("--report", str(tmp_path / "report.csv"))
        arguments = [str(folder), "--parallel", "1", *report, *options]
        return deliver_pictures.main(arguments, transport)

    return run


def read_report(tmp_path: Path) -> dict[str, dict[str, str]]:
    with (tmp_path / "report.csv").open(encoding="utf-8-sig", newline="") as report:
        return {row["file"]: row for row in csv.DictReader(report)}


def read_results(tmp_path: Path) -> dict[str, str]:
    return {name: row["result"] for name, row in read_report(tmp_path).items()}


def list_titles(gtin: str) -> list[str]:
    images = ProductImage.objects.filter(product__gtin=gtin).in_gallery()  # type: ignore[attr-defined]  # of ImageSet
    return [f"{image.title}{' *' if image.is_primary else ''}" for image in images]


def test_dry_run_shows_everything_and_sends_nothing(
    deliver: Deliver, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    write(
        folder,
        f"a/{GTIN}_C1N1.jpg",
        "4006381333932.jpg",
        f"{FOREIGN_GTIN}.jpg",
        "20261125_101500.jpg",
    )
    write(folder, "front.tif", "notes.txt", ".DS_Store", ".hidden/4006381333931.jpg")
    (folder / "4006381333931.png").write_bytes(b"")

    assert deliver() == 1

    assert not ProductImage.objects.exists()
    assert read_results(tmp_path) == {
        f"a/{GTIN}_C1N1.jpg": "ready",
        "4006381333932.jpg": "check_digit",
        f"{FOREIGN_GTIN}.jpg": "not_found",
        "20261125_101500.jpg": "no_gtin",
        "front.tif": "not_taken",
        "notes.txt": "left_out",
        "4006381333931.png": "not_taken",
    }
    shown = capsys.readouterr().out
    assert f"{GTIN}  Coffee" in shown
    assert f"a/{GTIN}_C1N1.jpg  Front, in packaging → primary" in shown
    assert "the last digit of 04006381333932 should be 1: 04006381333931, Pencil" in shown
    assert "1 file: TIF is not taken; save it as JPEG" in shown
    assert "it has 0 bytes" in shown
    assert "Nothing was sent" in shown


def test_delivery_goes_on_where_nobody_reads_what_it_says(
    deliver: Deliver, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    write(folder, f"{GTIN}.jpg")
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe, monkeypatch.context() as patched:
        patched.setattr("sys.stdout", pipe)

        assert deliver("--send") == 0

    assert len(list_titles(GTIN)) == 1


def test_pictures_come_in_order_with_captions_and_hero_behind_what_was_there(
    api: Api, deliver: Deliver, folder: Path, tmp_path: Path
):
    api.upload(title="Before")
    write(folder, f"{GTIN}_back.jpg", f"{GTIN}_C1N1.jpg", f"{GTIN}-2.jpg", f"{PENCIL}/top.jpg")
    write(folder, f"{PENCIL}/left.jpg")

    assert deliver("--send") == 0

    assert list_titles(GTIN) == ["Front, in packaging *", "Before", "Back", ""]
    assert list_titles(PENCIL) == ["Left", "Top"]
    row = read_report(tmp_path)[f"{GTIN}_back.jpg"]
    image = ProductImage.objects.get(title="Back")
    assert row == {
        "file": f"{GTIN}_back.jpg",
        "GTIN": GTIN,
        "product": "Coffee",
        "result": "sent",
        "reason": "",
        "address": f"http://testserver{image.url}",
    }


@pytest.mark.parametrize("is_measured", [True, False])
def test_second_run_adds_nothing(deliver: Deliver, folder: Path, tmp_path: Path, is_measured: bool):
    write(folder, f"{GTIN}_C1N1.jpg", f"{GTIN}_C7N1.jpg", f"{PENCIL}.jpg")
    assert deliver("--send") == 0
    before = [*ProductImage.objects.order_by("pk").values()]
    if is_measured:
        fill_in_checksums()
        before = [*ProductImage.objects.order_by("pk").values()]

    assert deliver("--send") == 0

    assert [*ProductImage.objects.order_by("pk").values()] == before
    rows = read_report(tmp_path)
    assert {row["result"] for row in rows.values()} == {"already_here"}
    assert {row["address"] for row in rows.values()} == {
        f"http://testserver{image.url}" for image in ProductImage.objects.all()
    }


def test_rest_is_sent_and_takes_its_place(deliver: Deliver, folder: Path, tmp_path: Path):
    write(folder, f"{GTIN}_back.jpg")
    deliver("--send")
    fill_in_checksums()
    write(folder, f"{GTIN}_front.jpg", f"{GTIN}_left.jpg")

    assert deliver("--send") == 0

    assert list_titles(GTIN) == ["Front", "Back", "Left"]
    assert read_results(tmp_path) == {
        f"{GTIN}_back.jpg": "already_here",
        f"{GTIN}_front.jpg": "sent",
        f"{GTIN}_left.jpg": "sent",
    }


def test_front_replaces_a_primary_only_where_that_is_wanted(
    api: Api, deliver: Deliver, folder: Path
):
    api.upload(title="Before", is_primary="true")
    write(folder, f"{GTIN}_C1N1_s01.jpg")
    deliver("--send")
    assert list_titles(GTIN) == ["Before *", "Front, in packaging"]

    write(folder, f"{GTIN}_C1N1_s02.jpg")
    fill_in_checksums()
    deliver("--send", "--replace-primary")

    assert list_titles(GTIN) == ["Front, in packaging *", "Before", "Front, in packaging"]


def test_equal_files_and_those_in_the_bin_are_skipped(
    api: Api, deliver: Deliver, folder: Path, tmp_path: Path
):
    discarded = api.upload(make_png(), title="Front").json()
    fill_in_checksums()
    api.client.post(f"{api.path}/{discarded['id']}/discard", headers=api.headers)
    write(folder, f"{GTIN}_front.jpg", f"{PENCIL}.jpg")
    for name in (f"{GTIN}_back.jpg", f"{PENCIL}-2.jpg"):
        (folder / name).write_bytes(build_picture(0))
    (folder / f"{GTIN}_left.png").write_bytes(make_png())

    assert deliver("--send") == 0

    rows = read_report(tmp_path)
    assert rows[f"{GTIN}_back.jpg"]["result"] == "sent"
    assert rows[f"{GTIN}_front.jpg"]["reason"] == f"the same bytes as {GTIN}_back.jpg"
    assert rows[f"{GTIN}_front.jpg"]["address"] == rows[f"{GTIN}_back.jpg"]["address"] != ""
    assert rows[f"{PENCIL}-2.jpg"]["result"] == "sent"
    assert rows[f"{GTIN}_left.png"]["reason"] == "in the bin as “Front”"
    assert rows[f"{GTIN}_left.png"]["address"] == discarded["image_url"]


def test_picture_that_was_deleted_within_the_day_is_told_not_to_be_there(
    api: Api, deliver: Deliver, folder: Path, tmp_path: Path
):
    write(folder, f"{GTIN}.jpg")
    deliver("--send")
    [image] = api.get().json()["data"]
    api.client.delete(f"{api.path}/{image['id']}", headers=api.headers)

    assert deliver("--send") == 1

    row = read_report(tmp_path)[f"{GTIN}.jpg"]
    assert (row["result"], "deleted since" in row["reason"]) == ("refused", True)


def test_refused_picture_is_told_with_the_reason(deliver: Deliver, folder: Path, tmp_path: Path):
    write(folder, f"{GTIN}_front.jpg")
    (folder / f"{GTIN}_back.jpg").write_bytes(b"no picture")

    assert deliver("--send") == 1

    rows = read_report(tmp_path)
    assert rows[f"{GTIN}_front.jpg"]["result"] == "sent"
    assert rows[f"{GTIN}_back.jpg"]["result"] == "refused"
    assert "plain text" in rows[f"{GTIN}_back.jpg"]["reason"]


def test_links_are_followed_but_never_in_circles(deliver: Deliver, folder: Path, tmp_path: Path):
    write(folder, f"{GTIN}/front.jpg")
    (folder / GTIN / "up").symlink_to(folder, target_is_directory=True)
    (folder / GTIN / "self").symlink_to(folder / GTIN, target_is_directory=True)
    (folder / f"{PENCIL}.jpg").symlink_to(folder / "nowhere.jpg")
    elsewhere = tmp_path / "elsewhere"
    write(elsewhere, "back.jpg")
    (folder / PENCIL).symlink_to(elsewhere, target_is_directory=True)

    assert deliver() == 1

    assert read_results(tmp_path) == {
        f"{GTIN}/front.jpg": "ready",
        f"{PENCIL}/back.jpg": "ready",
        f"{PENCIL}.jpg": "unreadable",
    }


def test_cells_are_harmless_and_names_do_not_steer_the_terminal(
    deliver: Deliver, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    write(folder, "=1+1.jpg", "\x1b[2J.jpg")
    (folder / os.fsdecode(b"\xff.jpg")).write_bytes(make_jpeg())

    assert deliver() == 1

    assert read_results(tmp_path).keys() == {"'=1+1.jpg", "\x1b[2J.jpg", "\ufffd.jpg"}
    assert "\x1b" not in capsys.readouterr().out


class BusyTransport(httpx.BaseTransport):
    """A proxy that has too many requests, no service, and an answer that it loses."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self.inner = inner
        self.is_whole = True
        self.answers = [httpx.Response(429, headers={"Retry-After": "0"}), httpx.Response(502)]

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/images") and request.method == "POST":
            if self.answers:
                return self.answers.pop(0)
            if self.is_whole:
                self.is_whole = False
                self.inner.handle_request(request).read()
                raise httpx.ReadError("connection reset")
        return self.inner.handle_request(request)


def test_busy_proxies_and_lost_answers_are_waited_out(
    deliver: Deliver,
    folder: Path,
    tmp_path: Path,
    transport: httpx.BaseTransport,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(deliver_pictures, "PAUSES", (0,))
    write(folder, f"{GTIN}_front.jpg")

    assert deliver("--send", transport=BusyTransport(transport)) == 0

    assert list_titles(GTIN) == ["Front"]
    assert read_results(tmp_path) == {f"{GTIN}_front.jpg": "sent"}


class MeddlingTransport(httpx.BaseTransport):
    """Somebody writes on the file while it is compared."""

    def __init__(self, inner: httpx.BaseTransport, path: Path) -> None:
        self.inner, self.path = inner, path

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/known-files"):
            self.path.write_bytes(make_png())
        return self.inner.handle_request(request)


def test_file_that_changed_since_it_was_read_is_not_sent(
    deliver: Deliver, folder: Path, tmp_path: Path, transport: httpx.BaseTransport
):
    write(folder, f"{GTIN}.jpg")
    meddling = MeddlingTransport(transport, folder / f"{GTIN}.jpg")

    assert deliver("--send", transport=meddling) == 1

    assert read_report(tmp_path)[f"{GTIN}.jpg"]["reason"] == "it was changed meanwhile"
    assert not ProductImage.objects.exists()


@pytest.mark.parametrize("name", ["API_KEY", "SERVER"])
def test_without_key_or_address_it_does_not_begin(
    deliver: Deliver, monkeypatch: pytest.MonkeyPatch, name: str, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.delenv(name)

    assert deliver() == 2

    assert name in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("API_KEY", "csb_secret…", "API_KEY has characters that no key has"),
        ("API_KEY", "csb_secret\nX-Other: 1", "API_KEY has characters that no key has"),
        ("SERVER", "http://[::1", "SERVER is no address"),
    ],
)
def test_environment_that_cannot_be_is_told_without_the_key(
    deliver: Deliver,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str,
    told: str,
):
    monkeypatch.setenv(name, value)

    assert deliver("--send") == 2
    said = capsys.readouterr()
    assert told in said.err
    assert "secret" not in said.out + said.err


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (httpx.Response(200, text="<title>Shop</title>"), "is not this service"),
        (
            httpx.Response(308, headers={"Location": "https://testserver/"}),
            "The server leads to https://testserver/",
        ),
    ],
)
def test_another_server_is_told(
    deliver: Deliver, capsys: pytest.CaptureFixture[str], answer: httpx.Response, told: str
):
    assert deliver(transport=httpx.MockTransport(lambda request: answer)) == 2
    assert told in capsys.readouterr().err


def test_white_space_around_the_key_is_left_out(
    api: Api, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("API_KEY", api.headers["X-API-Key"] + "\r\n")

    assert deliver() == 0


@pytest.mark.parametrize("report", [".", "nowhere/report.csv"])
def test_report_that_cannot_be_written_is_told_before_anything_is_sent(
    deliver: Deliver, folder: Path, report: str, capsys: pytest.CaptureFixture[str]
):
    write(folder, f"{GTIN}_front.jpg")

    with pytest.raises(SystemExit) as stopped:
        deliver("--send", "--report", report)

    assert stopped.value.code == 2
    assert f"{report} cannot be written" in capsys.readouterr().err
    assert not ProductImage.objects.exists()


def test_bad_key_is_told(
    deliver: Deliver, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("API_KEY", "csb_short_00000000")

    assert deliver("--send") == 2

    assert "key" in capsys.readouterr().err


def test_organization_is_named_where_the_key_reaches_several(
    cast: Cast,
    deliver: Deliver,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    cast.globex.memberships.create(user=cast.ed, role="editor")
    monkeypatch.setenv("API_KEY", cast.issue(cast.ed, "csu"))
    write(folder, f"{FOREIGN_GTIN}.jpg")

    assert deliver() == 2
    assert "(Globex)" in capsys.readouterr().err
    assert deliver("--organization", "Globex") == 0
    assert "Soap" in capsys.readouterr().out


def test_more_than_two_thousand_pictures_are_not_begun(
    deliver: Deliver, folder: Path, capsys: pytest.CaptureFixture[str]
):
    for number in range(2_001):
        (folder / f"{number}.jpg").write_bytes(b"x")

    assert deliver() == 2

    assert "2,001 pictures; at most 2,000" in capsys.readouterr().err
