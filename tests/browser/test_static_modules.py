import re

import pytest
from playwright.sync_api import expect

from tests.browser.brand_manager import get_path, visit

FOR_GOOD = "max-age=315360000, public, immutable"


@pytest.mark.parametrize(
    ("parts", "script", "imported"),
    [
        (("products", "00012345678905"), "product_page", {"gallery", "api_client", "place_form"}),
        (("products",), "products_page", {"thumbnails", "copy_buttons"}),
        (("deliver",), "deliver_page", {"review", "file_hashes", "api_client"}),
        (("settings", "api-keys"), "settings", {"clipboard"}),
    ],
)
def test_imported_modules_are_kept_for_good(
    browser, service, seed, sessions, parts, script, imported
):
    kept = {}

    def note_script(response):
        if response.request.resource_type == "script":
            kept[response.url.rpartition("/")[2]] = response.headers["cache-control"]

    with visit(browser, service.url, "/", storage_state=sessions["owner"]) as visited:
        visited.page.on("response", note_script)
        visited.page.goto(get_path(seed, *parts), wait_until="networkidle")
        expect(visited.page.get_by_role("heading", level=1)).to_be_visible()
        visited.check()
    names = {re.sub(r"\.[0-9a-f]{12}\.js$", "", name) for name in kept}
    assert names >= {script, *imported}
    assert set(kept.values()) == {FOR_GOOD}
