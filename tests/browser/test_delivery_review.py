"""What is looked at before a delivery is sent, and what somebody decides there."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests import local_http
from tests.browser.brand_manager import (
    drop_from_disk,
    sign_in_again,
    tab_to,
)
from tests.browser.test_accessibility import check_page
from tests.sample_images import make_jpeg
from tests.servers import run_manage


@pytest.fixture
def folder(tmp_path):
    """A folder that `drop` fills and drops."""
    return tmp_path / "delivery"


def drop(page: Page, folder, **files: bytes) -> None:
    """Drop a folder with these files; in their names "__" is a dot."""
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_bytes(content)
    drop_from_disk(page, folder)


def get_send(page: Page):
    return page.locator('[data-action="send"]')


def get_row(page: Page, name: str):
    return page.locator(".file", has=page.get_by_text(name, exact=True))


def test_files_without_gtin_get_a_product_together_by_keyboard(deliver, folder, gtin):
    page = deliver.page
    drop(page, folder, **{f"{view}__jpg": make_jpeg() + view.encode() for view in ("a", "b", "c")})
    expect(get_send(page)).to_have_text("Nothing to send")
    get_row(page, "b.jpg").get_by_role("checkbox").check()
    get_row(page, "c.jpg").get_by_role("checkbox").check()
    page.locator("#sum").focus()
    tab_to(page, '[data-group-action="choose"]')
    page.keyboard.press("Enter")
    page.keyboard.type(gtin)
    choice = page.get_by_role("dialog").locator(".choices button")
    expect(choice).to_have_count(1)
    tab_to(page, ".choices button")
    page.keyboard.press("Enter")
    expect(get_send(page)).to_have_text("Send 2 pictures to 1 product")
    expect(page.locator("#sum")).to_be_focused()
    expect(page.locator("#sum")).to_have_text("1 needs a look")
    expect(page.locator(f'.group[data-key="{gtin}"] .file')).to_have_count(2)
    deliver.check()


def test_states_can_be_shown_alone(deliver, folder, gtin):
    page = deliver.page
    files = {f"{gtin}_C1N1__jpg": make_jpeg(), "a__jpg": make_jpeg() + b"a", "b__tif": b"II*\0"}
    drop(page, folder, **files, notes__txt=b"Dear all")
    expect(page.locator("#not-taken summary")).to_have_text(
        ["1 TIFF file: save it as JPEG", "1 TXT file: no picture that is taken"]
    )
    page.get_by_role("button", name="No GTIN 1").click()
    expect(page.locator(".file:visible")).to_have_count(1)
    expect(get_row(page, "a.jpg")).to_be_visible()
    get_row(page, "a.jpg").get_by_role("button", name="Skip").click()
    expect(page.locator(".file:visible")).to_have_count(0)
    page.get_by_role("button", name="Skipped 1").click()
    get_row(page, "a.jpg").get_by_role("button", name="Send it: ").click()
    page.get_by_role("button", name="All 2").click()
    expect(page.locator(".file:visible")).to_have_count(2)
    check_page(page)
    deliver.check()


def test_front_becomes_primary_where_there_is_another_only_when_that_is_ticked(
    deliver, folder, gtin, upload
):
    upload(gtin, make_jpeg(), title="Old front", is_primary="true")
    page = deliver.page
    drop(page, folder, **{f"{gtin}_C1N1__jpg": make_jpeg() + b"new"})
    expect(get_send(page)).to_have_text("Send 1 picture to 1 product")
    expect(page.locator(".file.is-hero")).to_have_count(0)
    page.get_by_label("Let front pictures become primary").check()
    expect(page.locator(".file.is-hero")).to_have_count(1)
    expect(page.locator(".file-place")).to_have_text("Place 2")
    deliver.check()


def test_equal_files_are_found_behind_more_bytes_than_one_worker_reads(deliver, folder, gtin):
    large = make_jpeg() + bytes(19_000_000)
    files = {f"{gtin}_{number}__jpg": large + bytes((number,)) for number in (1, 2, 3, 4)}
    page = deliver.page
    drop(page, folder, **files, **{f"{gtin}_5__jpg": files[f"{gtin}_1__jpg"]})
    expect(page.locator('.file[data-state="twice"] .file-state')).to_have_text(
        f"The same as {gtin}_1.jpg", timeout=60_000
    )
    expect(get_send(page)).to_have_text("Send 4 pictures to 1 product")
    deliver.check()


def test_picture_in_the_bin_is_sent_again_only_when_that_is_ticked(
    deliver, service, folder, gtin, upload, seed
):
    picture = make_jpeg() + b"binned"
    image = upload(gtin, picture, title="Old front")
    run_manage(service.log_path.parent, {}, "fill_in_checksums")
    url = f"{service.url}/dashboard/api/v1/trade-items/{seed['organization_id']}/{gtin}/images"
    headers = {"X-API-Key": seed["api_keys"]["editor"]}
    assert local_http.post(f"{url}/{image['id']}/discard", headers=headers).is_success
    page = deliver.page
    drop(page, folder, **{f"{gtin}_C1N1__jpg": picture})
    expect(page.locator(".file-state")).to_have_text("In the bin as “Old front”")
    expect(get_send(page)).to_have_text("Nothing to send")
    page.get_by_label("Send it again").check()
    expect(get_send(page)).to_have_text("Send 1 picture to 1 product")
    deliver.check()


def test_more_can_be_dropped_and_the_same_counts_once_unless_it_has_changed(deliver, folder, gtin):
    page = deliver.page
    drop(page, folder, **{f"{gtin}_C1N1__jpg": make_jpeg()})
    expect(get_send(page)).to_have_text("Send 1 picture to 1 product")
    drop(page, folder, **{f"{gtin}_C7N1__jpg": make_jpeg() + b"back"})
    expect(get_send(page)).to_have_text("Send 2 pictures to 1 product")
    drop(page, folder)
    expect(page.locator("#notice")).to_have_text("These are in the list already.")
    # A file that has changed on the disk can no longer be read as it was.
    drop(page, folder, **{f"{gtin}_C7N1__jpg": make_jpeg() + b"better", "b__tif": b"II*\0"})
    expect(page.locator("#notice")).to_have_text(
        "In the place of others with the same names: 1 file."
    )
    expect(page.locator('#review[aria-busy="false"]')).to_be_visible()
    expect(get_send(page)).to_have_text("Send 2 pictures to 1 product")
    get_send(page).click()
    expect(page.locator('#sending [data-part="reason"]')).to_have_text("2 arrived.")
    expect(page.locator(".file-place")).to_have_text(["Place 1", "Place 2"])
    drop(page, folder, **{f"{gtin}_C2N1__jpg": make_jpeg() + b"left"})
    expect(page.locator(".file-place")).to_have_text(["Place 1", "Place 2", "Place 3"])
    page.get_by_role("button", name="Start over").click()
    expect(page.locator("#review")).to_be_hidden()
    expect(page.locator(".file")).to_have_count(0)
    deliver.check()


def test_review_goes_on_after_signing_in_again(deliver, folder, gtin, seed):
    page = deliver.page
    page.context.clear_cookies(name="sessionid")
    drop(page, folder, **{f"{gtin}_C1N1__jpg": make_jpeg()})
    expect(page.get_by_role("alert")).to_contain_text("What you dropped waits here.")
    sign_in_again(page, seed["users"]["owner"])
    expect(get_send(page)).to_have_text("Send 1 picture to 1 product")
    deliver.check("401")
