import pytest
from playwright.sync_api import expect

from tests.browser.brand_manager import get_card, get_path, visit
from tests.products.test_renditions import make_undecodable_png
from tests.sample_images import make_jpeg


@pytest.fixture
def looks(browser, service, seed, sessions, gtin):
    """The owner at a page of the organization, and the requests for renditions that follow."""
    path = get_path(seed, "settings", "api-keys")
    with visit(browser, service.url, path, storage_state=sessions["owner"]) as visited:
        visited.renditions = []
        visited.page.on(
            "request",
            lambda request: (
                visited.renditions.append(request.method) if "/renditions/" in request.url else None
            ),
        )
        yield visited


def test_damaged_picture_is_asked_for_once(looks, seed, upload, gtin):
    upload(gtin, make_undecodable_png(), title="Front")
    looks.page.goto(get_path(seed, "products", gtin))
    expect(get_card(looks.page, "Front")).to_contain_text("This picture cannot be shown.")
    assert looks.renditions == ["GET", "HEAD"]
    looks.page.reload()
    expect(get_card(looks.page, "Front")).to_contain_text("This file cannot be shown")
    looks.check("422")


def test_picture_that_is_not_ready_is_asked_for_again(looks, seed, upload, gtin):
    upload(gtin, make_jpeg(), title="Front")
    looks.page.route("**/renditions/**", lambda route: route.fulfill(status=503), times=1)
    looks.page.goto(get_path(seed, "products", gtin))
    image = get_card(looks.page, "Front").locator("img")
    expect(image).not_to_have_js_property("naturalWidth", 0, timeout=15_000)
    assert looks.renditions == ["GET", "HEAD", "GET"]
    looks.check("503")
