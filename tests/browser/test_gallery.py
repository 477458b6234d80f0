import pytest
from playwright.sync_api import expect

from tests import local_http
from tests.browser.brand_manager import (
    expect_names,
    get_card,
    list_names,
    tab_to,
    visit,
    wait_for_saving,
)
from tests.sample_images import make_png

SLOW_MS = 60_000  # a quarter of the speed of a machine that is slow itself
# All at once: a card may be drawn anew between two looks.
MEASURE_CARDS = """
[...document.querySelectorAll(".image-card")].map((card) => card.getBoundingClientRect().toJSON())
"""
SUM_LAYOUT_SHIFTS = """
() => new Promise((resolve) => {
  let sum = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((shift) => { sum += shift.value; }))
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(sum), 200);
})
"""


def test_change_after_the_end_of_the_session_is_told(three):
    page = three.page
    page.context.clear_cookies(name="sessionid")
    get_card(page, "Back").get_by_role("button", name="Make primary").click()
    expect(page.get_by_role("alert")).to_contain_text("You are no longer signed in.")
    assert list_names(page) == ["Front", "Side", "Back"]
    three.check("401")


def test_deleted_picture_is_in_the_bin_at_once_and_comes_back_with_its_place(three):
    page = three.page
    assert delete(get_card(page, "Side")) == 204
    page.reload()
    expect_names(page, "Front", "Back")
    delete(get_card(page, "Front"))
    expect_names(page, "Back")
    wait_for_saving(page, "“Front” is in the bin.")
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    undo.press("Enter")
    expect_names(page, "Front", "Back")
    expect(get_card(page, "Front").get_by_role("button", name="Delete")).to_be_focused()
    expect(get_card(page, "Front")).to_contain_text("Primary picture")
    page.get_by_role("link", name="1 in the bin").click()
    page.get_by_role("button", name="Restore Side").click()
    wait_for_saving(page, "“Side” is back among the pictures of")
    page.get_by_role("link", name="Test Blend").click()
    expect_names(page, "Front", "Side", "Back")
    three.check()


def test_undo_stays_until_it_is_closed(three):
    page = three.page
    page.clock.install()
    page.reload()
    delete(get_card(page, "Side"))
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.clock.run_for(60_000)
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.locator("#notice")).to_be_empty()
    page.clock.run_for(1000)
    focused = page.evaluate("document.activeElement.closest('.image-card').dataset.name")
    assert focused == "Back"
    expect_names(page, "Front", "Back")
    three.check()


def test_picture_is_deleted_for_good_from_the_bin_by_keyboard(three):
    page = three.page
    delete(get_card(page, "Side"))
    address = page.goto(get_bin(page)).url
    tab_to(page, '[data-action="delete"]')
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Side")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    wait_for_saving(page, "“Side” is gone for good.")
    assert page.goto(address).ok
    expect(page.get_by_role("heading", name="The bin is empty")).to_be_visible()
    three.check()


def test_deletion_and_way_back_by_touch(browser, service, sessions, upload, gtin, product_path):
    upload(gtin, make_png(), title="Front")
    options = {"storage_state": sessions["owner"], "has_touch": True, "is_mobile": True}
    options["viewport"] = {"width": 360, "height": 740}
    with visit(browser, service.url, product_path, **options) as visited:
        page = visited.page
        get_card(page, "Front").get_by_role("button", name="Delete").tap()
        page.get_by_role("button", name="Undo").tap()
        expect_names(page, "Front")
        get_card(page, "Front").get_by_role("button", name="Delete").tap()
        page.get_by_role("link", name="1 in the bin").tap()
        page.get_by_role("button", name="Restore").tap()
        wait_for_saving(page, "“Front” is back")
        visited.check("503")  # renditions are made at the first look


def test_address_is_copied(three):
    page = three.page
    get_card(page, "Front").get_by_role("button", name="Copy the address").click()
    wait_for_saving(page, "The address is copied.")
    address = page.evaluate("navigator.clipboard.readText()")
    led = local_http.get(address, follow_redirects=True)
    assert led.headers["Content-Type"] == "image/jpeg"
    three.check()


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_nothing_moves_while_the_pictures_come(three, upload, gtin, width):
    page = three.page
    upload(gtin, make_png(), title="Top")
    page.set_viewport_size({"width": width, "height": 900})
    slow = page.context.new_cdp_session(page)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.reload(timeout=SLOW_MS)
    picture = get_card(page, "Front").locator("img")
    expect(picture).not_to_have_js_property("naturalWidth", 0, timeout=SLOW_MS)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    front, neighbour, *_ = page.evaluate(MEASURE_CARDS)
    assert (neighbour["x"] >= front["x"] + front["width"]) == (width == 1440)
    assert page.evaluate(SUM_LAYOUT_SHIFTS) == 0
    three.check("503")  # renditions are made at the first look


def test_picture_with_a_caption_becomes_the_hero_at_once(three):
    page = three.page
    get_card(page, "Back").get_by_role("button", name="Make primary").click()
    expect(get_card(page, "Back")).to_contain_text("Primary picture")
    expect(page.locator(".is-hero")).to_have_count(1)
    three.check()


def delete(card):
    """Delete the picture, and wait for the answer."""
    page = card.page
    with page.expect_response(lambda answer: answer.url.endswith("/discard")) as discarded:
        card.get_by_role("button", name="Delete").click()
    return discarded.value.status


def get_bin(page):
    return page.get_by_role("link", name="1 in the bin").get_attribute("href")


def test_former_primary_is_deleted_at_once_though_another_took_its_place(three):
    page = three.page
    get_card(page, "Side").get_by_role("button", name="Make primary").click()
    assert delete(get_card(page, "Front")) == 204
    expect_names(page, "Side", "Back")
    expect(get_card(page, "Side")).to_contain_text("Primary picture")
    three.check()


def test_undone_deletion_leaves_another_primary_in_its_place(three):
    page = three.page
    delete(get_card(page, "Front"))
    get_card(page, "Side").get_by_role("button", name="Make primary").click()
    expect(get_card(page, "Side")).to_contain_text("Primary picture")
    page.goto(get_bin(page))
    page.get_by_role("button", name="Restore Front").click()
    wait_for_saving(page, "is back")
    page.go_back()
    page.reload()
    expect_names(page, "Side", "Front", "Back")
    expect(page.locator(".is-hero")).to_have_count(1)
    three.check()


def test_picture_that_somebody_changed_is_shown_instead_of_deleted(three, change):
    page = three.page
    change(get_card(page, "Side"), title="Theirs")
    assert delete(get_card(page, "Side")) == 412
    changed = get_card(page, "Theirs")
    expect(changed.locator(".card-note")).to_contain_text("Somebody else changed this picture")
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    assert delete(changed) == 204
    expect_names(page, "Front", "Back")
    three.check("412")


def test_broken_server_is_no_end_of_the_session(three):
    page = three.page
    body = "<h1>Bad gateway</h1>"
    page.route(page.url, lambda route: route.fulfill(status=502, body=body))
    get_card(page, "Back").get_by_role("button", name="Make primary").click()
    wait_for_saving(page, "The server answered 502. What you see may be out of date.")
    expect(page.locator("#signed-out")).to_be_hidden()
    page.unroute_all()
    three.check("502")


def test_lost_connection_takes_no_undo_away(three):
    page = three.page
    get_card(page, "Side").get_by_role("button", name="Delete").click()
    undo = page.get_by_role("button", name="Undo")
    undo.wait_for()
    page.context.set_offline(True)
    for _ in range(2):
        page.evaluate("dispatchEvent(new Event('focus'))")
        wait_for_saving(
            page, "in the bin. The connection was lost. What you see may be out of date."
        )
    page.context.set_offline(False)
    expect(page.locator("#notice")).not_to_contain_text("lost")  # after seven seconds
    undo.click()
    wait_for_saving(page, "is back")
    three.check("ERR_INTERNET_DISCONNECTED")


def test_long_caption_stays_within_its_card_and_the_window(three, change):
    page = three.page
    caption = "W" * 255
    change(get_card(page, "Side"), title=caption)
    page.set_viewport_size({"width": 360, "height": 800})
    page.reload()
    card = get_card(page, caption)
    expect(card.locator(".caption")).to_have_attribute("dir", "auto")
    card.get_by_role("button", name="later").click()
    wait_for_saving(page, "is at place 2 of 2 now.")
    card.get_by_role("button", name="Delete").click()
    undo = page.get_by_role("button", name="Undo")
    undo.wait_for()
    assert page.locator("#notice").evaluate("(part) => part.scrollWidth <= part.clientWidth")
    box = undo.bounding_box()
    assert box["y"] + box["height"] <= 800
    undo.click()
    three.check()
