from contextlib import contextmanager

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.brand_manager import (
    expect_names,
    get_card,
    get_cards,
    list_names,
    wait_for_saving,
)
from tests.sample_images import make_jpeg, make_png

SUM_LAYOUT_SHIFTS = """
() => new Promise((resolve) => {
  let sum = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((shift) => { sum += shift.value; }))
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(sum), 200);
})
"""


@contextmanager
def second_window(visited):
    page = visited.page.context.new_page()
    page.goto(visited.page.url)
    yield page
    page.close()


def test_change_after_the_end_of_the_session_is_told(three):
    page = three.page
    page.context.clear_cookies(name="sessionid")
    get_card(page, "Back").get_by_role("button", name="Make primary").click()
    expect(page.get_by_role("alert")).to_contain_text("You are no longer signed in.")
    assert list_names(page) == ["Front", "Side", "Back"]
    three.check("401")


def test_caption_is_edited_in_place(three):
    page = three.page
    caption = page.get_by_label("Caption of Side")
    caption.fill("Left side")
    caption.press("Enter")
    wait_for_saving(page, "The caption is “Left side” now.")
    page.get_by_label("Caption of Back").fill("no")
    page.get_by_label("Caption of Back").press("Escape")
    page.reload()
    expect_names(page, "Front", "Left side", "Back")
    three.check()


def test_second_window_is_told_that_the_picture_changed(three):
    page = three.page
    with second_window(three) as other:
        other.get_by_label("Caption of Side").fill("Theirs")
        other.get_by_label("Caption of Side").press("Enter")
        wait_for_saving(other, "Theirs")
    page.get_by_label("Caption of Side").fill("Mine")
    page.get_by_label("Caption of Side").press("Enter")
    card = get_card(page, "Theirs")
    expect(card.locator(".card-note")).to_contain_text("Somebody else changed this picture")
    expect(card.locator(".caption")).to_have_value("Theirs")
    card.locator(".caption").fill("Ours")
    card.locator(".caption").press("Enter")
    expect(get_card(page, "Ours")).to_be_visible()
    three.check("412")


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
    assert httpx.get(address, trust_env=False).headers["Content-Type"] == "image/jpeg"
    three.check()


def test_history_tells_who_did_what(three):
    page = three.page
    get_card(page, "Back").get_by_role("button", name="Make primary").click()
    wait_for_saving(page, "Back is the primary picture now.")
    page.get_by_role("button", name="History").click()
    events = page.get_by_role("dialog").get_by_role("listitem")
    expect(events).to_have_count(5)
    expect(page.get_by_role("dialog")).to_contain_text("sample-owner made “Back” the primary")
    expect(events.last).to_contain_text("sample-owner added “Back” with an API key.")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="History")).to_be_focused()
    three.check()


def test_history_tells_moves_in_a_row_once(three, upload, gtin):
    upload(gtin, make_jpeg(), title="Top")
    page = three.page
    page.reload()
    earlier = get_card(page, "Back").get_by_role("button", name="earlier")
    earlier.click()
    wait_for_saving(page, "Back is at place 2 of 3 now.")
    earlier.click()
    wait_for_saving(page, "Back is at place 1 of 3 now.")
    page.get_by_role("button", name="History").click()
    newest = page.get_by_role("dialog").get_by_role("listitem").first
    expect(newest).to_contain_text("sample-owner put 2 pictures in order.")
    three.check()


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_nothing_moves_while_the_pictures_come(three, upload, gtin, width):
    page = three.page
    upload(gtin, make_png(), title="Top")
    page.set_viewport_size({"width": width, "height": 900})
    page.reload()
    expect(get_card(page, "Front").locator("img")).not_to_have_js_property("naturalWidth", 0)
    front, neighbour = (get_cards(page).nth(number).bounding_box() for number in (0, 1))
    assert (neighbour["x"] >= front["x"] + front["width"]) == (width == 1440)
    assert page.evaluate(SUM_LAYOUT_SHIFTS) == 0
    three.check("503")  # renditions are made at the first look


def test_few_priorities_are_changed_and_bring_the_order(product):
    counts = product.page.evaluate(
        """async () => {
          const { planPriorities } = await import("/static/dashboard/priorities.js");
          const build = (numbers) =>
            numbers.map((priority, place) => ({ priority, created: 100 - place, place }));
          const isOrdered = (images) => images.every((image, place) => {
            const next = images[place + 1];
            if (!next) return image.priority >= 0 && image.priority <= 32767;
            return image.priority < next.priority
              || (image.priority === next.priority && image.created > next.created);
          });
          for (let round = 0; round < 500; round += 1) {
            const images = Array.from({ length: round % 20 }, () => ({
              priority: Math.floor(Math.random() * (round % 3 ? 20 : 2)),
              created: Math.random(),
            }));
            for (const [image, priority] of planPriorities(images)) image.priority = priority;
            if (!isOrdered(images)) throw new Error(JSON.stringify(images));
          }
          return [[0, 0, 0], [16, 80, 32], [7, 8, 3, 9], [0, 0, 9, 0]].map(
            (numbers) => planPriorities(build(numbers)).length);
        }"""
    )
    assert counts == [0, 1, 2, 1]
