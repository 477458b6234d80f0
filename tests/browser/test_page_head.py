from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.brand_manager import get_card, get_path, visit
from tests.sample_images import make_jpeg


def test_developers_menu_leads_to_the_keys(browser, service, seed, sessions):
    with visit(browser, service.url, "/docs/errors", storage_state=sessions["owner"]) as visited:
        page = visited.page
        page.get_by_role("navigation", name="Main").get_by_text("Developers").click()
        page.get_by_role("link", name="API keys").click()
        page.wait_for_url("**" + get_path(seed, "settings/api-keys"))
        visited.check()


@pytest.mark.parametrize("path", ["products", "products/00012345678905", "settings/api-keys"])
def test_sign_out_is_in_sight_on_a_phone(browser, service, seed, sessions, path):
    options = {"storage_state": sessions["owner"], "viewport": {"width": 360, "height": 740}}
    with visit(browser, service.url, get_path(seed, path), **options) as visited:
        page = visited.page
        page.wait_for_load_state("load")
        expect(page.get_by_role("button", name="Sign out")).to_be_in_viewport(ratio=1)
        assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_gtin_is_copied_as_fourteen_digits(product, gtin):
    page = product.page
    page.locator(".gtin").click(click_count=3)
    page.keyboard.press("Control+c")
    assert page.evaluate("navigator.clipboard.readText()") == gtin


def test_times_are_on_the_readers_clock(browser, service, seed, sessions, upload, gtin):
    upload(gtin, make_jpeg(), title="Front")
    options = {"storage_state": sessions["owner"], "timezone_id": "Pacific/Kiritimati"}
    with visit(browser, service.url, get_path(seed, "products", gtin), **options) as visited:
        time = get_card(visited.page, "Front").locator("time")
        shown = (
            "new Intl.DateTimeFormat('en-GB', {dateStyle: 'medium'}).format(new Date(t.dateTime))"
        )
        expected = time.evaluate(f"(t) => {shown}")
        assert time.text_content() == expected
        assert "UTC" not in expected


def test_details_of_a_picture_are_beside_the_gallery(three):
    page = three.page
    get_card(page, "Side").get_by_role("button", name="Details").click()
    details = page.get_by_role("dialog")
    expect(details.get_by_role("heading", name="Side")).to_be_visible()
    expect(details).to_contain_text("64 \u00d7 48")
    expect(details).to_contain_text("JPEG")
    page.keyboard.press("Escape")
    expect(get_card(page, "Side").get_by_role("button", name="Details")).to_be_focused()
    three.check()
