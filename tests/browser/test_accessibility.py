import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.brand_manager import choose, get_cards, get_path, visit
from tests.sample_images import make_jpeg

SCHEMES = ["light", "dark"]
WIDTHS = [360, 768, 1440]


def list_violations(page):
    """What axe finds serious or critical, each with where it is."""
    found = Axe().run(page).response["violations"]
    return [
        (violation["id"], node["target"], node["failureSummary"])
        for violation in found
        if violation["impact"] in {"serious", "critical"}
        for node in violation["nodes"]
    ]


def check_page(page, width_list=WIDTHS):
    for width in width_list:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate("Promise.allSettled(document.getAnimations().map((each) => each.finished))")
    assert list_violations(page) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_pages_of_strangers_are_accessible(browser, service, scheme):
    with visit(browser, service.url, "/", color_scheme=scheme) as visited:
        check_page(visited.page)
        for path in ("/accounts/login", "/nothing/here", "/docs/errors/validation_error"):
            visited.page.goto(path)
            check_page(visited.page)
        visited.check("404")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_pages_of_an_organization_are_accessible(browser, service, seed, sessions, scheme):
    options = {"storage_state": sessions["owner"], "color_scheme": scheme}
    with visit(browser, service.url, get_path(seed, "products"), **options) as visited:
        page = visited.page
        check_page(page)
        page.goto(get_path(seed, "products?q=nothing"))
        check_page(page)
        page.goto(get_path(seed, "settings", "api-keys"))
        check_page(page)
        page.get_by_label("Name").fill(f"Seen by axe in {scheme}")
        page.get_by_text("Limits of its own").click()
        page.get_by_role("button", name="Make the key").click()
        page.locator(".revoke summary").first.click()
        check_page(page)
        visited.check()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_product_page_is_accessible_in_all_its_states(
    browser, service, sessions, product_path, upload, scheme
):
    options = {"storage_state": sessions["owner"], "color_scheme": scheme}
    with visit(browser, service.url, product_path, **options) as visited:
        page = visited.page
        check_page(page)
        upload(
            product_path.rpartition("/")[2],
            make_jpeg(),
            title="Front of package",
            is_primary="true",
        )
        choose(page, ("a-name-without-any-place-to-break-it-" * 3, b"%PDF-1.7"), ("b", make_jpeg()))
        expect(get_cards(page)).to_have_count(2)
        get_cards(page).nth(1).get_by_role("button", name="Delete").click()
        expect(page.get_by_role("button", name="Undo")).to_be_focused()
        check_page(page)
        page.get_by_role("button", name="Undo").click()
        page.get_by_role("button", name="History").click()
        expect(page.get_by_role("dialog").get_by_role("listitem")).to_have_count(2)
        check_page(page)
        page.keyboard.press("Escape")
        page.context.clear_cookies(name="sessionid")
        get_cards(page).nth(1).get_by_role("button", name="Make primary").click()
        expect(page.get_by_role("alert")).to_be_visible()
        check_page(page)
        visited.check("422", "401")
