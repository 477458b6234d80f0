from playwright.sync_api import expect

from tests.browser.brand_manager import choose, get_cards, get_path, visit
from tests.sample_images import make_jpeg


def test_list_is_walked_until_a_product_is_done(browser, service, seed, sessions, gtin, next_gtin):
    options = {"storage_state": sessions["owner"]}
    path = get_path(seed, "products?state=no_hero&size=96&sort=gtin")
    with visit(browser, service.url, path, **options) as visited:
        page = visited.page
        tile = page.locator(f"#p{gtin}")
        tile.get_by_role("link").click()
        walk = page.get_by_role("navigation", name="Products of the list")
        expect(walk).to_contain_text("without primary")
        choose(page, ("front.jpg", make_jpeg()))
        expect(get_cards(page)).to_have_count(1)
        get_cards(page).get_by_role("button", name="Make primary").click()
        expect(page.get_by_text("Done here.")).to_be_visible()
        expect(walk).to_contain_text("left without primary")
        page.keyboard.press("Escape")
        page.locator("h1").click()
        page.keyboard.press("]")
        expect(page.locator("h1")).to_be_visible()
        page.wait_for_url(f"**/products/{next_gtin}?*")
        page.get_by_role("link", name="Products of").click()
        page.wait_for_url("**/products?state=no_hero&*")
        expect(tile).to_have_count(0)
        page.get_by_role("link", name="Show as table").click()
        expect(page.get_by_role("table")).to_be_visible()
        with page.expect_download() as download:
            page.get_by_role("link", name="Export as CSV").click()
        assert download.value.suggested_filename.startswith("products-no_hero-")
        visited.check()
