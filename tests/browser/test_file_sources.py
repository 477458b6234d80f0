from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.brand_manager import DROP, drop_from_disk, get_cards, get_path, visit
from tests.sample_images import make_jpeg, make_png


@pytest.fixture
def folder(tmp_path):
    """A delivery as a studio sends it: pictures at two depths, and what a Mac leaves in it."""
    delivery = tmp_path / "delivery"
    (delivery / "sides" / "left").mkdir(parents=True)
    (delivery / "front.jpg").write_bytes(make_jpeg())
    (delivery / "sides" / "left" / "left.png").write_bytes(make_png())
    (delivery / ".DS_Store").write_bytes(b"no picture")
    return delivery


def test_dropped_folder_gives_the_pictures_in_it(product, folder):
    drop_from_disk(product.page, folder)

    expect(get_cards(product.page)).to_have_count(2)
    product.check()


def test_dropped_folder_without_files_is_told_so(product, tmp_path):
    drop_from_disk(product.page, tmp_path)

    expect(product.page.locator("#notice")).to_have_text("There is no file in what you dropped.")
    expect(product.page.locator(".upload")).to_have_count(0)


def test_folder_dropped_on_the_list_of_products_is_looked_at(
    browser, service, seed, sessions, folder
):
    path = get_path(seed, "products")
    with visit(browser, service.url, path, storage_state=sessions["owner"]) as visited:
        page = visited.page
        drop_from_disk(page, folder)

        expect(page.locator("#sum")).to_have_text("2 need a look")
        expect(page.locator(".file canvas")).to_have_count(2)
        assert page.url.endswith("/deliver")
        page.go_back()
        expect(page.get_by_role("heading", name="Products")).to_be_visible()
        assert page.url.endswith("/products")
        visited.check()


def test_file_dropped_by_one_who_may_only_look_opens_nothing(browser, service, seed, sessions):
    path = get_path(seed, "products")
    with visit(browser, service.url, path, storage_state=sessions["billing"]) as visited:
        page = visited.page
        transfer = page.evaluate_handle(
            DROP, [[{"name": "a.jpg", "type": "image/jpeg", "base64": "AAAA"}]]
        )
        for kind in ("dragover", "drop"):
            page.locator("h1").dispatch_event(kind, {"dataTransfer": transfer})

        expect(page.locator("#notice")).to_have_text(
            "Nothing was uploaded: your role lets you look."
        )
        assert page.url.endswith("/products")
        visited.check()
