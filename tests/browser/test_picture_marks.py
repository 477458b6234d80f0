import pytest
from playwright.sync_api import expect

from tests.browser.brand_manager import get_card, visit
from tests.sample_images import make_animated_gif, make_jpeg, make_png


@pytest.fixture
def show(browser, service, sessions, product_path, upload, gtin):
    """The page of pictures of three kinds, to who wants motion or not."""
    upload(gtin, make_jpeg(), title="Photo")
    upload(gtin, make_png(mode="RGBA"), title="Cut-out")
    upload(gtin, make_animated_gif(3), title="Turn")

    def open_page(**options):
        options = {"storage_state": sessions["owner"], **options}
        return visit(browser, service.url, product_path, **options)

    return open_page


def test_transparent_and_animated_pictures_are_marked(show):
    with show() as visited:
        cards = {name: get_card(visited.page, name) for name in ("Photo", "Cut-out", "Turn")}
        expect(cards["Cut-out"].locator(".picture-mark")).to_have_text("Transparent")
        expect(cards["Turn"].locator(".picture-mark")).to_have_text("Animated")
        expect(cards["Photo"].locator("img.is-here")).to_be_attached()
        expect(cards["Photo"].locator(".picture-mark")).to_have_count(0)
        visited.check("503")


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_animation_plays_while_it_is_pointed_at_unless_motion_is_reduced(show, motion):
    with show(reduced_motion=motion) as visited:
        page, card = visited.page, get_card(visited.page, "Turn")
        image = card.locator("img.is-here")
        expect(image).to_be_attached()
        still = image.evaluate("(image) => image.currentSrc")
        original = card.get_attribute("data-url")
        image.hover()
        expect(image).to_have_js_property(
            "currentSrc", original if motion == "no-preference" else still
        )
        page.mouse.move(0, 0)
        expect(image).to_have_js_property("currentSrc", still)
        card.locator(".picture").focus()
        expect(image).to_have_js_property(
            "currentSrc", original if motion == "no-preference" else still
        )
        visited.check("503")
