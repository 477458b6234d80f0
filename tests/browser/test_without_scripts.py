from playwright.sync_api import expect

from tests.browser.brand_manager import expect_names, get_path, visit
from tests.sample_images import make_jpeg


def test_controls_that_would_do_nothing_are_not_shown(
    browser, service, seed, sessions, product_path, upload
):
    upload(product_path.rpartition("/")[2], make_jpeg(), title="Front", is_primary="true")
    options = {"storage_state": sessions["owner"], "java_script_enabled": False}
    with visit(browser, service.url, product_path, **options) as visited:
        page = visited.page
        expect_names(page, "Front")
        expect(page.locator(".image-card .caption")).to_have_value("Front")
        assert page.get_by_role("main").get_by_role("button").all_inner_texts() == []
        page.goto(get_path(seed, "settings", "api-keys"))
        page.get_by_label("Name").fill("Without scripts")
        page.get_by_role("button", name="Make the key").click()
        expect(page.get_by_role("heading", name="is ready")).to_be_visible()
        assert page.get_by_role("button", name="Copy").count() == 0
