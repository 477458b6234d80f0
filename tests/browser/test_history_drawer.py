import re

from playwright.sync_api import expect

from tests.browser.brand_manager import (
    get_card,
    wait_for_saving,
)
from tests.sample_images import make_jpeg


def test_history_tells_who_did_what(three):
    page = three.page
    get_card(page, "Back").get_by_role("button", name="Make primary").click()
    wait_for_saving(page, "Primary. Google would refuse it: 1 reason.")
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
    events = page.get_by_role("dialog").get_by_role("listitem")
    expect(events.first).to_contain_text("sample-owner put 3 pictures in order.")
    expect(events).to_have_count(5)
    three.check()


def test_first_caption_is_told_as_written_and_its_time_on_the_readers_clock(
    product, upload, gtin, change
):
    upload(gtin, make_jpeg())
    page = product.page
    page.reload()
    change(page.locator(".image-card"), title="Front")
    page.get_by_role("button", name="History").click()
    newest = page.get_by_role("dialog").get_by_role("listitem").first
    expect(newest).to_contain_text("wrote the caption “Front” with an API key.")
    time = newest.locator("time")
    expect(time).to_have_text(re.compile(r"^\d{1,2} \w+ \d{4}, \d\d:\d\d$"))
    product.check()


def test_older_events_that_did_not_come_can_be_asked_for_again(three, change):
    page = three.page
    for number in range(50):
        change(get_card(page, "Side"), title=f"Side {number}")
    page.get_by_role("button", name="History").click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("listitem")).to_have_count(50)
    page.context.set_offline(True)
    drawer.get_by_role("button", name="Show older").click()
    expect(drawer.get_by_text("The connection was lost.")).to_be_visible()
    page.context.set_offline(False)
    drawer.get_by_role("button", name="Show older").click()
    expect(drawer.get_by_role("listitem")).to_have_count(53)
    three.check("ERR_INTERNET_DISCONNECTED")
