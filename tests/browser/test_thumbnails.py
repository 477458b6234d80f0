import pytest
from playwright.sync_api import expect

from tests.browser.brand_manager import get_card, get_path, visit, wait_for_measures
from tests.products.renditions.test_renditions import make_undecodable_png
from tests.sample_images import make_jpeg, make_svg


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


def test_damaged_picture_is_told_so(looks, seed, upload, gtin):
    upload(gtin, make_undecodable_png(), title="Front")
    looks.page.goto(get_path(seed, "products", gtin))
    expect(get_card(looks.page, "Front")).to_contain_text("This file cannot be shown")
    looks.check("422")


def test_thumbnail_that_is_refused_is_asked_for_once(looks, seed, upload, gtin):
    upload(gtin, make_jpeg(), title="Front")
    page, path = looks.page, get_path(seed, "products", gtin)
    page.goto(path)
    wait_for_measures(page)
    page.goto("about:blank")
    # Only where nothing is to be measured does a card stay as it is when its thumbnail fails.
    page.route("**/renditions/**", lambda route: route.fulfill(status=422))
    looks.renditions.clear()
    page.goto(path)
    expect(get_card(page, "Front")).to_contain_text("This picture cannot be shown.")
    assert looks.renditions == ["GET", "HEAD"]
    looks.check("422")


def test_picture_that_is_not_ready_is_asked_for_again(looks, seed, upload, gtin):
    upload(gtin, make_jpeg(), title="Front")
    looks.page.route("**/renditions/**", lambda route: route.fulfill(status=503), times=1)
    looks.page.goto(get_path(seed, "products", gtin))
    image = get_card(looks.page, "Front").locator("img")
    expect(image).not_to_have_js_property("naturalWidth", 0)
    assert looks.renditions == ["GET", "HEAD", "GET"]
    looks.check("503")


def expect_shown(image):
    expect(image).not_to_have_js_property("naturalWidth", 0)


def test_pages_show_an_svg_as_webp_and_never_its_original(looks, seed, upload, gtin):
    page, shown = looks.page, []
    page.on(
        "response",
        lambda answer: (
            shown.append((answer.url, answer.headers.get("content-type")))
            if answer.request.resource_type == "image" and "/static/" not in answer.url
            else None
        ),
    )
    upload(gtin, make_svg(), title="Front", is_primary="true")
    upload(gtin, make_svg(48, 64), title="Side")
    page.goto(get_path(seed, "products", gtin))
    for name in ("Front", "Side"):
        expect_shown(get_card(page, name).locator("img"))
    get_card(page, "Side").get_by_role("button", name="Details").click()
    expect_shown(page.get_by_role("dialog").locator("img"))
    page.keyboard.press("Escape")
    page.get_by_role("button", name="History").click()
    expect_shown(page.get_by_role("dialog").locator("img").first)
    page.goto(get_path(seed, f"products?q={gtin}"))
    expect_shown(page.locator(".product-tile img"))
    assert {url for url, _ in shown if "/renditions/" not in url} == set()
    assert {content_type for _, content_type in shown} == {"image/webp"}
    looks.check("503")


def test_svg_that_is_uploaded_is_first_drawn_by_the_server(product):
    page = product.page
    page.route("**/images", lambda route: route.abort(), times=1)
    svg = {"name": "front.svg", "mimeType": "image/svg+xml", "buffer": make_svg()}
    page.locator("#files").set_input_files(svg)
    expect(page.locator(".upload-name")).to_have_text("front.svg")
    preview = page.locator(".upload-preview img")
    expect(preview).to_be_hidden()
    assert preview.get_attribute("src") is None
    product.check("ERR_FAILED")
