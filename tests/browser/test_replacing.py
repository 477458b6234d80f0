"""Another file in a picture's place: by mouse, by keyboard, by touch; and back."""

from __future__ import annotations

import base64

import pytest
from playwright.sync_api import Page, expect

from tests.browser.brand_manager import (
    DROP,
    expect_names,
    get_card,
    get_cards,
    tab_to,
    visit,
    wait_until,
)
from tests.sample_images import make_jpeg, make_png

NEW = {"name": "new.png", "mimeType": "image/png", "buffer": make_png(90, 60)}


def get_question(page: Page):
    return page.get_by_role("dialog", name="Replace")


def read_changes(page: Page) -> list[list[str]]:
    rows = get_question(page).locator("tbody tr")
    return rows.evaluate_all("rows => rows.map((row) => [...row.cells].map((c) => c.textContent))")


def drag(page: Page, target, *files: dict, kind: str = "drop") -> None:
    described = [
        {"name": f["name"], "type": f["mimeType"], "base64": base64.b64encode(f["buffer"]).decode()}
        for f in files
    ]
    transfer = page.evaluate_handle(DROP, [described])
    target.dispatch_event(kind, {"dataTransfer": transfer})


def replace_by_mouse(page: Page, caption: str, file: dict = NEW) -> None:
    with page.expect_file_chooser() as chosen:
        get_card(page, caption).get_by_role("button", name="Replace").click()
    chosen.value.set_files(file)
    get_question(page).get_by_role("button", name="Replace it").click()
    expect(get_question(page)).to_be_hidden()


def expect_pixels(page: Page, caption: str, pixels: str) -> None:
    expect(get_card(page, caption).locator(".details")).to_contain_text(pixels)


def test_hero_is_replaced_and_undone_by_mouse(three):
    page = three.page
    before = get_card(page, "Front").evaluate("card => ({...card.dataset})")
    with page.expect_file_chooser() as chosen:
        get_card(page, "Front").get_by_role("button", name="Replace").click()
    chosen.value.set_files(NEW)

    expect(get_question(page).get_by_role("heading")).to_have_text("Replace “Front”?")
    for name in ("now", "replace"):
        image = get_question(page).get_by_role("img", name=name)
        expect(image).not_to_have_js_property("naturalWidth", 0)
    wait_until(page, lambda: len(read_changes(page)) > 4)
    google = next(row for row in read_changes(page) if row[0] == "Google")
    assert google[1] == "Would refuse it"
    assert google[2].startswith("Would refuse it. 90 × 60 px; ")  # noqa: RUF001 (the sign)
    assert read_changes(page)[:4] == [
        ["File", "photo.jpg", "new.png"],
        ["Format", "JPEG", "PNG"],
        ["Pixels", "64 × 48", "90 × 60"],  # noqa: RUF001 (the sign)
        ["Size", "995 bytes", "3.4 KB"],
    ]
    get_question(page).get_by_role("button", name="Replace it").click()

    expect(page.locator("#notice")).to_contain_text("“Front” has another file now.")
    expect_names(page, "Front", "Side", "Back")
    expect_pixels(page, "Front", "90 × 60")  # noqa: RUF001 (the sign)
    after = get_card(page, "Front").evaluate("card => ({...card.dataset})")
    kept = ("id", "stable", "priority", "primary", "created")
    assert [after[name] for name in kept] == [before[name] for name in kept]
    assert after["url"] != before["url"]

    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#notice")).to_contain_text("its file of before again")
    expect_pixels(page, "Front", "64 × 48")  # noqa: RUF001 (the sign)
    assert get_card(page, "Front").get_attribute("data-url") == before["url"]
    three.check()


def test_file_dropped_on_a_card_replaces_and_elsewhere_is_added(three):
    page = three.page
    side = get_card(page, "Side")
    drag(page, side.locator("img"), NEW, kind="dragover")
    expect(side).to_contain_class("is-target")
    expect(page.locator(".drop-veil")).to_be_hidden()
    drag(page, page.locator("h1"), NEW, kind="dragover")
    expect(page.locator(".is-target")).to_have_count(0)
    expect(page.locator(".drop-veil")).to_be_visible()

    drag(page, side.locator("img"), NEW)
    get_question(page).get_by_role("button", name="Replace it").click()
    expect(page.locator("#notice")).to_contain_text("“Side” has another file now.")
    expect_names(page, "Front", "Side", "Back")
    expect_pixels(page, "Side", "90 × 60")  # noqa: RUF001 (the sign)

    # Not what is here already, which would be asked about.
    others = [{**NEW, "buffer": make_png(90, 61 + number)} for number in range(3)]
    drag(page, page.locator("h1"), others[0])
    expect(get_cards(page)).to_have_count(4)
    drag(page, get_card(page, "Back"), *others[1:])
    expect(get_cards(page)).to_have_count(6)
    three.check()


def test_file_that_the_picture_has_replaces_nothing(three):
    page = three.page
    same = {"name": "same.jpg", "mimeType": "image/jpeg", "buffer": make_jpeg()}
    drag(page, get_card(page, "Side"), same)

    expect(get_question(page).get_by_role("status")).to_contain_text("Nothing to replace")
    expect(get_question(page).get_by_role("button", name="Replace it")).to_be_hidden()
    get_question(page).get_by_role("button", name="Keep").click()
    drag(page, get_card(page, "Side"), {**same, "buffer": make_jpeg()[:-30]})
    expect(get_question(page).get_by_role("status")).to_contain_text("cut")
    three.check("422")


def test_change_by_another_is_told_and_nothing_is_replaced(three, change):
    page = three.page
    drag(page, get_card(page, "Side"), NEW)
    wait_until(page, lambda: len(read_changes(page)) > 4)
    change(get_card(page, "Side"), title="Left side")

    get_question(page).get_by_role("button", name="Replace it").click()

    expect(get_question(page).get_by_role("status")).to_contain_text("Somebody else changed")
    get_question(page).get_by_role("button", name="Keep").click()
    expect_pixels(page, "Left side", "64 × 48")  # noqa: RUF001 (the sign)
    three.check("412")


def test_version_is_restored_by_keyboard(three):
    page = three.page
    page.on("filechooser", lambda chooser: chooser.set_files(NEW))
    page.locator("h1").click()
    tab_to(page, '[data-name="Side"] [data-action="replace"]')
    page.keyboard.press("Enter")
    expect(get_question(page).get_by_role("button", name="Keep")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.get_by_role("button", name="Close", exact=True).press("Enter")
    expect(get_card(page, "Side").locator('[data-action="replace"]')).to_be_focused()

    tab_to(page, '[data-name="Side"] [data-action="details"]')
    page.keyboard.press("Enter")
    drawer = page.locator("#details")
    version = drawer.get_by_role("listitem")
    expect(version).to_contain_text("photo.jpg")
    expect(version).to_contain_text("JPEG, 64 × 48, 995 bytes")  # noqa: RUF001 (the sign)
    expect(version).to_contain_text("Added by")
    expect(version.locator("img")).not_to_have_js_property("naturalWidth", 0)
    tab_to(page, '[data-action="restore-version"]')
    page.keyboard.press("Enter")

    expect(drawer.get_by_role("status").last).to_have_text("“Side” has this file again.")
    expect(drawer.locator(".details")).to_contain_text("64 × 48")  # noqa: RUF001 (the sign)
    expect(drawer.get_by_role("listitem")).to_contain_text("new.png")
    page.keyboard.press("Escape")
    expect_pixels(page, "Side", "64 × 48")  # noqa: RUF001 (the sign)
    three.check()


@pytest.fixture
def phone(browser, service, sessions, product_path, upload, gtin):
    """The owner looks at one with two pictures, Front and Back, on a phone."""
    upload(gtin, make_jpeg(), title="Back")
    upload(gtin, make_jpeg(), title="Front", is_primary="true")
    options = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
    cookies = sessions["owner"]
    with visit(browser, service.url, product_path, storage_state=cookies, **options) as visited:
        expect_names(visited.page, "Front", "Back")
        yield visited


def test_picture_is_replaced_and_restored_by_touch(phone):
    page = phone.page
    drawer = page.locator("#details")
    get_card(page, "Back").get_by_role("button", name="Details").tap()
    with page.expect_file_chooser() as chosen:
        drawer.get_by_role("button", name="Replace").tap()
    chosen.value.set_files(NEW)
    get_question(page).get_by_role("button", name="Replace it").tap()
    expect(page.locator("#notice")).to_contain_text("“Back” has another file now.")
    page.get_by_role("button", name="Close", exact=True).tap()

    get_card(page, "Back").get_by_role("button", name="Details").tap()
    drawer.get_by_role("button", name="Restore this one").tap()

    expect(drawer.locator(".details")).to_contain_text("64 × 48")  # noqa: RUF001 (the sign)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    phone.check()


def test_deleted_picture_comes_back_from_the_bin_with_its_place_by_touch(phone):
    page = phone.page
    get_card(page, "Front").get_by_role("button", name="Delete").tap()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.reload()
    expect_names(page, "Back")
    address = page.url
    page.get_by_role("link", name="1 in the bin").tap()
    page.get_by_role("button", name="Restore").tap()
    expect(page.locator("#notice")).to_contain_text("is back among the pictures")
    page.goto(address)

    expect_names(page, "Front", "Back")
    expect(get_card(page, "Front")).to_have_attribute("data-primary", "")
    phone.check()


def test_addresses_are_copied_each_with_what_it_means(three):
    page = three.page
    card = get_card(page, "Front")
    stable, file = card.get_attribute("data-stable"), card.get_attribute("data-url")
    card.get_by_role("button", name="Copy the address").click()
    expect(page.locator("#notice")).to_contain_text("It stays when the picture is replaced")
    assert page.evaluate("navigator.clipboard.readText()") == stable

    card.get_by_role("button", name="Details").click()
    drawer = page.locator("#details")
    copied = []
    for heading in ("Address of the picture", "Address of the primary", "Address of exactly"):
        block = drawer.locator(".addresses").filter(has_text=heading)
        block.get_by_role("button").click()
        expect(block.get_by_role("button")).to_have_text("Copied")
        copied.append(page.evaluate("navigator.clipboard.readText()"))

    hero = f"/i/{page.url.split('/')[4]}/{page.url.rpartition('/')[2]}"
    assert copied == [stable, three.origin + hero, file]
    for address in copied:
        answer = page.request.get(address)
        assert (answer.status, answer.url) == (200, file)
    page.keyboard.press("Escape")
    get_card(page, "Side").get_by_role("button", name="Details").click()
    expect(drawer.get_by_text("Address of the primary")).to_be_hidden()
    three.check()
