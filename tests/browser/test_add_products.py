"""A catalogue is chosen once: looked at, its faults downloaded, then written."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.brand_manager import get_path, visit

SHEET = b"gtin;name\n4006381333931;Jasmine tea\n4006381333932;Green tea\n"


@pytest.fixture
def page_of_products(browser, service, seed, sessions):
    path = get_path(seed, "products", "add")
    with visit(browser, service.url, path, storage_state=sessions["owner"]) as visited:
        yield visited


def test_file_is_looked_at_mended_and_written(page_of_products):
    page = page_of_products.page
    sheet = {"name": "spring.csv", "mimeType": "text/csv", "buffer": SHEET}
    page.set_input_files("#file", sheet)
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_role("cell", name="The last digit should be 1.")).to_be_visible()

    with page.expect_download() as download:
        page.get_by_role("button", name="Download the faulty rows").click()
    assert "4006381333932,Green tea,3" in download.value.path().read_text("utf-8-sig")
    page.get_by_role("button", name="Add 1").click()

    expect(page.get_by_text("1 product added, 0 renamed from “spring.csv”.")).to_be_visible()
    page_of_products.check()


def test_file_that_is_none_is_told_on_the_page(page_of_products):
    page = page_of_products.page
    sheet = {"name": "spring.csv", "mimeType": "text/csv", "buffer": b"a;b\n"}
    page.set_input_files("#file", sheet)
    page.get_by_role("button", name="Look at it").click()

    expect(page.get_by_role("alert")).to_contain_text("must name one column “gtin”")
    page_of_products.check()
