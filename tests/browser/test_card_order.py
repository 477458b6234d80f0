import pytest
from playwright.sync_api import expect

from tests.browser.brand_manager import (
    choose,
    expect_names,
    get_card,
    get_cards,
    list_names,
    list_warnings_of_reload,
    wait_for_measures,
    wait_for_saving,
    wait_until,
)
from tests.sample_images import make_jpeg, make_png

FRESH = ["A", "B", "C", "D", "E"]


def test_cards_are_put_in_order_with_buttons(three):
    page = three.page
    later = get_card(page, "Side").get_by_role("button", name="later")
    later.press("Enter")
    wait_for_saving(page, "Side is at place 2 of 2 now.")
    expect(later).to_be_focused()
    page.reload()
    expect_names(page, "Front", "Back", "Side")
    three.check()


def test_cards_are_put_in_order_by_dragging(three):
    page = three.page
    target = {"x": 10, "y": 60}
    get_card(page, "Back").drag_to(get_card(page, "Side"), target_position=target)
    wait_for_saving(page, "Back is at place 1 of 2 now.")
    page.reload()
    expect_names(page, "Front", "Back", "Side")
    three.check()


@pytest.fixture
def fresh(product, upload, gtin):
    """The owner looks at five pictures that were never put in order, none of them primary."""
    for title in reversed(FRESH):
        upload(gtin, make_jpeg(), title=title)
    product.page.reload()
    expect_names(product.page, *FRESH)
    wait_for_measures(product.page)
    return product


def test_moves_in_a_row_are_one_request_each_and_leaving_before_is_warned_of(fresh):
    page = fresh.page
    sent = []

    def hold(route):
        sent.append(route)

    page.route("**/images/order", hold)
    later = get_card(page, "A").get_by_role("button", name="later")
    later.click()
    wait_until(page, lambda: len(sent) == 1)
    later.click()
    later.click()
    expect_names(page, "B", "C", "D", "A", "E")
    assert len(sent) == 1
    assert list_warnings_of_reload(page) == ["beforeunload"]
    page.unroute_all(behavior="ignoreErrors")
    expect_names(page, *FRESH)
    fresh.check()


def test_caption_is_saved_right_after_a_move(fresh):
    page = fresh.page
    get_card(page, "C").get_by_role("button", name="later").click()
    caption = get_card(page, "C").locator(".caption")
    caption.fill("Moved")
    caption.press("Enter")
    expect_names(page, "A", "B", "D", "Moved", "E")
    page.reload()
    expect_names(page, "A", "B", "D", "Moved", "E")
    fresh.check()


def test_move_that_failed_is_taken_back_and_told(three):
    page = three.page
    page.context.set_offline(True)
    later = get_card(page, "Side").get_by_role("button", name="later")
    later.click()
    why = "Nothing was changed. The connection was lost. What you see may be out of date."
    wait_for_saving(page, why)
    expect_names(page, "Front", "Side", "Back")
    expect(later).to_be_focused()
    page.context.set_offline(False)
    later.click()
    wait_for_saving(page, "Side is at place 2 of 2 now.")
    three.check("ERR_INTERNET_DISCONNECTED")


def drag_over(page, name, other):
    """Take the card and hold it before the other one; return where the mouse is then."""
    start, end = (get_card(page, each).locator(".picture").bounding_box() for each in (name, other))
    page.mouse.move(start["x"] + 60, start["y"] + 60)
    page.mouse.down()
    over = end["x"] + 20, end["y"] + 60
    page.mouse.move(*over, steps=6)
    return over


@pytest.mark.parametrize("way", ["Escape", "outside"])
def test_card_that_is_not_dropped_in_the_gallery_goes_back(fresh, way):
    page = fresh.page
    changes = []
    page.on("request", lambda sent: sent.method in {"GET", "HEAD"} or changes.append(sent))
    drag_over(page, "D", "A")
    expect_names(page, "D", "A", "B", "C", "E")
    if way == "Escape":
        page.keyboard.press("Escape")
    else:
        page.mouse.move(20, 20, steps=3)
    page.mouse.up()
    expect_names(page, *FRESH)
    assert changes == []
    fresh.check()


def test_picture_that_comes_meanwhile_does_not_disturb_dragging(fresh, upload, gtin):
    page = fresh.page
    over = drag_over(page, "D", "A")
    upload(gtin, make_png(), title="New")
    with page.expect_response(page.url):
        page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_timeout(300)
    assert list_names(page) == ["D", "A", "B", "C", "E"]
    page.mouse.move(*over)
    page.mouse.up()
    expect_names(page, "D", "A", "B", "C", "E", "New")
    fresh.check()


def test_part_of_a_caption_is_selected_with_the_mouse(fresh):
    page = fresh.page
    caption = get_card(page, "C").locator(".caption")
    caption.fill("Seen from the left")
    caption.hover()  # once the page has scrolled to it, and stands still
    box = caption.bounding_box()
    page.mouse.move(box["x"] + 70, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 10, box["y"] + 20, steps=6)
    page.mouse.up()
    selected = caption.evaluate("(input) => input.selectionEnd - input.selectionStart")
    assert 2 < selected < 18
    fresh.check()


def test_gallery_of_several_pages_is_put_in_order_by_keyboard(product, upload, gtin):
    page = product.page
    picture = make_png()
    for number in range(102):
        upload(gtin, picture, title=f"View {number:03d}")
    page.goto(f"{page.url}?page=2")
    expect_names(page, "View 001", "View 000")
    get_card(page, "View 000").get_by_role("button", name="Details").press("Enter")
    drawer = page.locator("#details")
    expect(drawer.get_by_label("Place")).to_have_value("102")
    expect(drawer.get_by_text("of 102")).to_be_visible()
    drawer.get_by_label("Place").fill("2")
    drawer.get_by_label("Place").press("Enter")
    wait_for_saving(page, "is at place 2 of 102 now.")
    expect_names(page, "View 002", "View 001")
    get_card(page, "View 001").get_by_role("button", name="Details").press("Enter")
    drawer.get_by_role("button", name="To the start").press("Enter")
    wait_for_saving(page, "is at place 1 of 102 now.")
    page.goto(page.url.partition("?")[0])
    expect(get_cards(page)).to_have_count(100)
    assert list_names(page)[:4] == ["View 001", "View 101", "View 000", "View 100"]
    earlier = get_card(page, "View 100").get_by_role("button", name="earlier")
    earlier.press("Enter")
    wait_for_saving(page, "View 100 is at place 3 of 102 now.")
    product.check("503")


def test_pictures_of_one_drop_land_behind_the_others_by_their_names(three):
    page = three.page
    held = []

    def hold_first(route):
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route("**/images", hold_first)
    choose(page, *((f"view{number}.jpg", make_jpeg() + bytes((number,))) for number in (10, 2, 1)))
    expect(get_cards(page)).to_have_count(5)
    held[0].continue_()
    expect_names(page, "Front", "Side", "Back", "view1.jpg", "view2.jpg", "view10.jpg")
    page.reload()
    expect_names(page, "Front", "Side", "Back", "view1.jpg", "view2.jpg", "view10.jpg")
    three.check()
