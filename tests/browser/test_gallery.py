import pytest
from playwright.sync_api import expect

from tests import local_http
from tests.browser.brand_manager import (
    expect_names,
    get_card,
    get_cards,
    list_names,
    wait_for_saving,
)
from tests.sample_images import make_png

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


def test_deletion_is_undone_or_carried_out_after_ten_seconds(three):
    page = three.page
    page.clock.install()
    page.reload()
    get_card(page, "Side").get_by_role("button", name="Delete").click()
    page.clock.run_for(5000)
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    undo.press("Enter")
    page.clock.run_for(9000)
    expect(get_card(page, "Side").get_by_role("button", name="Delete")).to_be_focused()
    get_card(page, "Back").get_by_role("button", name="Delete").click()
    with page.expect_response(lambda answer: answer.request.method == "DELETE") as deleted:
        page.clock.run_for(10_000)
    assert deleted.value.status == 204
    expect(get_cards(page)).to_have_count(2)
    page.reload()
    expect_names(page, "Front", "Side")
    three.check()


def test_deletion_is_carried_out_when_the_page_is_left(three):
    page = three.page
    get_card(page, "Side").get_by_role("button", name="Delete").click()
    page.get_by_role("link", name="Products of").click()
    page.wait_for_url("**/products")
    page.go_back()
    page.reload()
    expect_names(page, "Front", "Back")
    three.check()


def test_address_is_copied(three):
    page = three.page
    get_card(page, "Front").get_by_role("button", name="Copy the address").click()
    wait_for_saving(page, "The address is copied.")
    address = page.evaluate("navigator.clipboard.readText()")
    assert local_http.get(address).headers["Content-Type"] == "image/jpeg"
    three.check()


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_nothing_moves_while_the_pictures_come(three, upload, gtin, width):
    page = three.page
    upload(gtin, make_png(), title="Top")
    page.set_viewport_size({"width": width, "height": 900})
    slow = page.context.new_cdp_session(page)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": 10})
    page.reload()
    expect(get_card(page, "Front").locator("img")).not_to_have_js_property("naturalWidth", 0)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    front, neighbour = (get_cards(page).nth(number).bounding_box() for number in (0, 1))
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
    """Delete the picture, and wait for the answer; the page's clock is ours."""
    card.get_by_role("button", name="Delete").click()
    return finish_deletion(card.page)


def finish_deletion(page):
    with page.expect_response(lambda answer: answer.request.method == "DELETE") as deleted:
        page.clock.run_for(10_000)
    return deleted.value.status


def test_former_primary_is_deleted_though_another_took_its_place(three):
    page = three.page
    page.clock.install()
    page.reload()
    get_card(page, "Front").get_by_role("button", name="Delete").click()
    get_card(page, "Side").get_by_role("button", name="Make primary").click()
    expect(get_card(page, "Side")).to_contain_text("Primary picture")
    assert finish_deletion(page) == 204
    expect_names(page, "Side", "Back")
    three.check()


def test_deletion_that_is_undone_shows_what_changed_meanwhile(three):
    page = three.page
    get_card(page, "Front").get_by_role("button", name="Delete").click()
    get_card(page, "Side").get_by_role("button", name="Make primary").click()
    expect(get_card(page, "Side")).to_contain_text("Primary picture")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".is-hero")).to_have_count(1)
    expect(get_card(page, "Front").get_by_role("button", name="Delete")).to_be_focused()
    three.check()


def test_picture_that_somebody_changed_is_shown_instead_of_deleted(three, change):
    page = three.page
    page.clock.install()
    page.reload()
    get_card(page, "Side").get_by_role("button", name="Delete").click()
    change(get_card(page, "Side"), title="Theirs")
    assert finish_deletion(page) == 412
    changed = get_card(page, "Theirs")
    expect(changed.locator(".card-note")).to_contain_text("Somebody else changed this picture")
    expect(changed.get_by_role("button", name="Undo")).to_have_count(0)
    assert delete(changed) == 204
    expect_names(page, "Front", "Back")
    three.check("412")


def test_broken_server_is_no_end_of_the_session(three):
    page = three.page
    body = "<h1>Bad gateway</h1>"
    page.route(page.url, lambda route: route.fulfill(status=502, body=body))
    get_card(page, "Back").get_by_role("button", name="Make primary").click()
    wait_for_saving(page, "The server answered 502; what you see may be out of date.")
    expect(page.locator("#signed-out")).to_be_hidden()
    page.unroute_all()
    three.check("502")


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
    for part in (page.locator("#notice"), card.locator(".undo"), card.locator(".undo b")):
        assert part.evaluate("(part) => part.scrollWidth <= part.clientWidth")
    undo = card.get_by_role("button", name="Undo").bounding_box()
    box = card.bounding_box()
    assert undo["y"] + undo["height"] <= box["y"] + box["height"]
    page.get_by_role("button", name="Undo").click()
    three.check()
