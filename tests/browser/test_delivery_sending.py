"""How a delivery is sent: what it waits for, what it goes on with, and what it reports."""

from __future__ import annotations

import csv
import re

import pytest
from playwright.sync_api import Page, expect

from tests import local_http
from tests.browser.brand_manager import (
    choose,
    list_warnings_of_reload,
    look_at,
    sign_in_again,
)
from tests.sample_images import make_jpeg
from tests.servers import run_manage

END = '#sending [data-part="reason"]'
VIEWS = ("C1N1", "C7N1", "C2N1", "C8N1")


@pytest.fixture
def folder(tmp_path, gtin):
    """Four views of a product."""
    delivery = tmp_path / "delivery"
    delivery.mkdir()
    for view in VIEWS:
        (delivery / f"{gtin}_{view}.jpg").write_bytes(make_jpeg() + view.encode())
    return delivery


@pytest.fixture
def list_captions(service, seed):
    """The captions of a product's pictures in their order."""
    url = f"{service.url}/dashboard/api/v1/trade-items/{seed['organization_id']}"
    headers = {"X-API-Key": seed["api_keys"]["editor"]}

    def read(gtin):
        answer = local_http.get(f"{url}/{gtin}/images", headers=headers)
        return [image["title"].partition(",")[0] for image in answer.json()["data"]]

    return read


def drop_and_send(page: Page, folder) -> None:
    look_at(page, folder)
    page.locator('[data-action="send"]:enabled').click()


def test_pictures_land_behind_those_that_are_there(deliver, folder, gtin, upload, list_captions):
    upload(gtin, make_jpeg(), title="Second")
    upload(gtin, make_jpeg(), title="First")

    drop_and_send(deliver.page, folder)

    expect(deliver.page.locator(END)).to_have_text("4 arrived.")
    assert list_captions(gtin) == ["Front", "First", "Second", "Back", "Left", "Right"]
    deliver.check()


def test_same_delivery_adds_nothing_before_its_pictures_are_measured(
    deliver, folder, gtin, list_captions
):
    page = deliver.page
    drop_and_send(page, folder)
    expect(page.locator(END)).to_have_text("4 arrived.")
    page.route("**/known-files", lambda route: route.fulfill(json={"data": [{"images": []}] * 4}))
    page.get_by_role("button", name="Start over").click()
    drop_and_send(page, folder)

    expect(page.locator(END)).to_have_text("4 here already.")
    assert list_captions(gtin) == ["Front", "Back", "Left", "Right"]
    deliver.check("422")


def test_rest_is_sent_after_a_reload(deliver, folder, gtin, list_captions):
    page = deliver.page
    page.route("**/images", lambda route: route.abort())
    page.route("**/images", lambda route: route.continue_(), times=2)
    drop_and_send(page, folder)
    expect(page.locator("#sent-files")).to_have_js_property("value", 2)
    page.unroute("**/images")
    assert list_warnings_of_reload(page) == ["beforeunload"]

    expect(page.locator("#unfinished")).to_contain_text(
        "2 of 4 pictures arrived. Drop the folder again: only the rest is sent."
    )
    look_at(page, folder)
    send = page.locator('[data-action="send"]:enabled')
    expect(send).to_have_text("Send 2 pictures to 1 product")
    send.click()
    expect(page.locator(END)).to_have_text("2 arrived.")
    assert list_captions(gtin) == ["Front", "Back", "Left", "Right"]
    deliver.check("ERR_FAILED")


def test_sending_goes_on_after_signing_in_again(deliver, folder, gtin, seed, list_captions):
    page = deliver.page
    look_at(page, folder)
    expect(page.locator('[data-action="send"]')).to_be_enabled()
    page.context.clear_cookies(name="sessionid")
    page.locator('[data-action="send"]').click()
    expect(page.get_by_role("alert")).to_contain_text("What is left waits here.")
    sign_in_again(page, seed["users"]["owner"])

    expect(page.locator(END)).to_have_text("4 arrived.")
    assert list_captions(gtin) == ["Front", "Back", "Left", "Right"]
    deliver.check("401")


def test_sending_waits_as_long_as_it_is_told(deliver, folder):
    page = deliver.page
    busy = {"retry_after_seconds": 2, "detail": "Too many."}
    page.route("**/images", lambda route: route.fulfill(status=429, json=busy), times=1)
    drop_and_send(page, folder)

    expect(page.locator(END)).to_contain_text("requests are used up")
    expect(page.locator(END)).to_have_text("4 arrived.")
    deliver.check("429")


def test_sending_leaves_sixty_requests_of_a_minute_to_clicks(deliver, gtin):
    page = deliver.page
    told = {"ratelimit-remaining": "60", "ratelimit-reset": "60"}

    def tell_budget(route):
        answer = route.fetch()
        route.fulfill(response=answer, headers={**answer.headers, **told})

    # Each answer tells it, for the fourth picture goes as soon as any of three is answered.
    page.route("**/images", tell_budget)
    # Playwright fetches no file from the disk.
    choose(page, *((f"{gtin}_{view}.jpg", make_jpeg() + view.encode()) for view in VIEWS))
    page.locator('[data-action="send"]:enabled').click()

    expect(page.locator(END)).to_contain_text("Leaves the rest of this minute")
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(END)).to_have_text("4 arrived.")
    deliver.check()


def test_report_tells_of_every_file_and_its_cells_are_harmless(
    deliver, service, folder, gtin, upload, tmp_path
):
    here = upload(gtin, make_jpeg() + b"here", title="Side")
    run_manage(service.log_path.parent, {}, "fill_in_checksums")
    (folder / f"{gtin}_left.jpg").write_bytes(make_jpeg() + b"here")
    (folder / f"{gtin}_again.jpg").write_bytes(make_jpeg() + b"C1N1")
    (folder / "camera.jpg").write_bytes(make_jpeg())
    (folder / "=1+1.tif").write_bytes(b"II*\0")
    (folder / f"{gtin}_list.jpg").write_bytes(b"no picture")
    page = deliver.page
    folder.rename(tmp_path / "=delivery")
    drop_and_send(page, tmp_path / "=delivery")
    expect(page.locator(END)).to_have_text("4 arrived, 1 refused.")
    with page.expect_download() as download:
        page.locator("#sending").get_by_role("button", name="Download the report").click()

    with download.value.path().open(encoding="utf-8-sig", newline="") as sheet:
        rows = {row["file"]: row for row in csv.DictReader(sheet)}
    told = {
        name.removeprefix("'=delivery/").removeprefix(f"{gtin}_"): list(row.values())[3:]
        for name, row in rows.items()
    }
    front = rows[f"'=delivery/{gtin}_C1N1.jpg"]["address"]
    assert front.startswith(f"{deliver.origin}/media/products/{gtin}/")
    assert len(told) == 9
    assert told["C1N1.jpg"] == ["added", "", front]
    assert told["again.jpg"] == ["twice in the delivery", f"The same as {gtin}_C1N1.jpg", front]
    assert told["left.jpg"] == ["already here", "Already here as “Side”", here["image_url"]]
    assert told["camera.jpg"] == ["not sent", "No GTIN in the name", ""]
    assert told["=1+1.tif"] == ["not taken", "TIFF: save it as JPEG", ""]
    [result, reason, address] = told["list.jpg"]
    assert (result, address) == ("refused", "")
    assert "not a picture" in reason
    deliver.check("422")


def test_full_organization_is_waited_for_and_the_refused_are_taken_up_again(
    deliver, folder, gtin, next_gtin, list_captions
):
    for view in VIEWS:
        (folder / f"{next_gtin}_{view}.jpg").write_bytes(make_jpeg() + view.encode())
    page = deliver.page
    full = {"retryable": False, "detail": "The organization keeps as many images as it may."}
    page.route("**/images", lambda route: route.fulfill(status=409, json=full))
    drop_and_send(page, folder)
    expect(page.locator(END)).to_have_text(f"{full['detail']} What is left waits here.")
    page.unroute("**/images")
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(END)).to_contain_text("refused.")
    page.get_by_role("button", name="Try the refused again").click()
    expect(page.locator("#sum")).to_be_focused()
    page.locator('[data-action="send"]:enabled').click()

    expect(page.locator(END)).to_have_text(re.compile("^[5-7] arrived.$"))
    assert list_captions(gtin) == list_captions(next_gtin) == ["Front", "Back", "Left", "Right"]
    deliver.check("409")


def test_second_tab_sends_when_the_first_one_has_done(deliver, folder, gtin, list_captions):
    page = deliver.page
    page.route("**/images", lambda route: route.abort())
    drop_and_send(page, folder)
    expect(page.locator(END)).to_contain_text("It goes on by itself")
    with page.context.new_page() as second:
        second.goto(page.url)
        drop_and_send(second, folder)
        expect(second.locator("#notice")).to_contain_text("Another tab sends pictures")
        page.unroute("**/images")
        page.evaluate("dispatchEvent(new Event('online'))")
        expect(page.locator(END)).to_have_text("4 arrived.")
        second.locator('[data-action="send"]').click()
        expect(second.locator(END)).to_have_text("4 arrived.")

    assert list_captions(gtin) == ["Front", "Back", "Left", "Right"]
    deliver.check("ERR_FAILED")


def test_every_tenth_is_said(deliver, folder):
    page = deliver.page
    page.evaluate(
        """() => {
          const whisper = document.getElementById("whisper");
          window.said = [];
          new MutationObserver(() => said.push(whisper.textContent)).observe(whisper, { childList: true });
        }"""
    )
    drop_and_send(page, folder)

    expect(page.locator(END)).to_have_text("4 arrived.")
    assert page.evaluate("said.at(-1)") == "100 %: 4 of 4 pictures."
    deliver.check()
