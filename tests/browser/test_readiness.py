from playwright.sync_api import expect

from tests.browser.brand_manager import choose, get_card, get_path, tab_to, visit, wait_for_saving
from tests.browser.test_accessibility import check_page
from tests.products.readiness.made_pictures import draw, encode
from tests.sample_images import (
    make_animated_gif,
    make_exif_with_position,
    make_jpeg,
    make_webp,
)

# It is measured by the service itself, beside all that the others do.
MEASURED_WITHIN_MS = 60_000


def get_chip(card, channel):
    return card.locator(f'.chip[data-channel="{channel}"]')


def test_cards_tell_what_channels_would_say(browser, service, sessions, product_path):
    pictures = [
        ("packshot.jpg", encode(draw(), "JPEG")),
        ("moving.gif", make_animated_gif()),
        ("small.webp", make_webp()),
        ("garden.jpg", make_jpeg(exif=make_exif_with_position())),
    ]
    with visit(browser, service.url, product_path, storage_state=sessions["owner"]) as visited:
        page = visited.page
        choose(page, *pictures)
        packshot, moving, small, garden = (get_card(page, name) for name, _ in pictures)
        expect(moving).to_contain_text("Google, GS1 would refuse it")
        expect(garden).to_contain_text("Tells where it was taken")
        wait_for_saving(page, "garden.jpg tells where it was taken")

        # What fails is made primary all the same.
        moving.get_by_role("button", name="Make primary").click()
        wait_for_saving(
            page, "Primary. Google would refuse it: 2 reasons. GS1 would refuse it: 1 reason."
        )
        chip = get_chip(moving, "gs1")
        expect(chip).to_contain_text("would refuse it")
        tab_to(page, ".chip[data-channel='gs1'] summary", limit=90)
        page.keyboard.press("Enter")
        expect(chip).to_contain_text("It is GIF; GS1 wants JPEG or PNG.")
        expect(chip).to_contain_text("read 2026-11")

        # Without loading the page anew.
        page.evaluate("window.isStillHere = true")
        packshot.get_by_role("button", name="Make primary").click()
        for channel in ("google", "gs1"):
            expect(get_chip(packshot, channel)).to_have_attribute(
                "data-verdict", "passes", timeout=MEASURED_WITHIN_MS
            )
        assert page.evaluate("window.isStillHere")
        expect(small).to_contain_text("GS1 would refuse it")
        small.get_by_role("button", name="Details").click()
        expect(page.locator("#details .chip")).to_have_count(2)
        page.keyboard.press("Escape")
        get_chip(packshot, "google").locator("summary").click()
        check_page(page)
        visited.check()


def test_owner_chooses_the_channels(browser, service, seed, sessions):
    path = get_path(seed, "settings", "channels")
    with visit(browser, service.url, path, storage_state=sessions["owner"]) as visited:
        page = visited.page
        page.get_by_text("What it asks").first.click()
        expect(page.get_by_text("From 31 January 2027 on.")).to_be_visible()
        check_page(page)
        page.get_by_role("checkbox", name="GS1").focus()
        page.keyboard.press("Space")
        page.get_by_role("button", name="Keep this").click()
        expect(page.locator(".granted")).to_contain_text("Kept")
        expect(page.get_by_role("checkbox", name="GS1")).not_to_be_checked()
        page.get_by_role("checkbox", name="GS1").check()
        page.get_by_role("button", name="Keep this").click()
        expect(page.get_by_role("checkbox", name="GS1")).to_be_checked()
        visited.check()
