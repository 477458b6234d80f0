import pytest
from playwright.sync_api import expect

from tests.browser.brand_manager import (
    choose,
    expect_names,
    get_cards,
    get_path,
    wait_until,
)
from tests.sample_images import make_jpeg, make_png
from tests.servers import run_manage

FRONT, BACK, SIDE = (make_jpeg() + bytes((number,)) * 999 for number in (1, 2, 3))


def get_asked(page, name):
    return page.locator('.upload[data-state="asking"]', has_text=name)


def press(page, label, name):
    page.get_by_role("button", name=f"{label}: {name}", exact=True).click()


def list_sent(page):
    """One entry for each file that is sent from now on."""
    sent = []

    def note(request):
        if request.method == "POST" and request.url.endswith("/images"):
            sent.append(request.url)

    page.on("request", note)
    return sent


@pytest.fixture
def measure(service):
    return lambda: run_manage(service.log_path.parent, {}, "fill_in_checksums")


def test_same_bytes_are_asked_about_and_added_again_or_skipped(product, upload, gtin, measure):
    page = product.page
    upload(gtin, FRONT, title="Front")
    measure()
    page.reload()
    sent = list_sent(page)

    choose(page, ("a.jpg", FRONT), ("b.jpg", BACK), ("c.jpg", BACK), ("d.jpg", FRONT))
    expect(get_asked(page, "a.jpg")).to_contain_text("Already here as “Front”.")
    expect(get_asked(page, "c.jpg")).to_contain_text("The same picture as b.jpg")
    expect(page.locator("#upload-summary")).to_contain_text("3 in question")
    expect_names(page, "Front", "b.jpg")
    press(page, "Skip", "c.jpg")
    expect(get_asked(page, "c.jpg")).to_have_count(0)
    expect(page.get_by_role("button", name="Add it again: d.jpg")).to_be_focused()
    page.keyboard.press("Enter")
    expect_names(page, "Front", "b.jpg", "d.jpg")
    press(page, "Skip", "a.jpg")
    expect(page.locator(".upload")).to_have_count(0)

    assert len(sent) == 2
    product.check()


def test_picture_in_the_bin_is_told_to_be_there(product, upload, gtin, measure):
    page = product.page
    upload(gtin, FRONT, title="Front")
    measure()
    page.reload()
    get_cards(page).get_by_role("button", name="Delete").click()
    expect(get_cards(page)).to_have_count(0)

    choose(page, ("front.jpg", FRONT))

    expect(get_asked(page, "front.jpg")).to_contain_text("In the bin as “Front”.")
    press(page, "Add it again", "front.jpg")
    expect_names(page, "front.jpg")
    product.check()


def test_name_of_another_product_is_asked_about_and_both_are_offered(
    product, seed, gtin, next_gtin
):
    page = product.page
    name = f"Test Blend {next_gtin[7:13]}"
    there, here = f"{next_gtin}_C1N1.jpg", f"{next_gtin}_C7N1.jpg"
    choose(
        page, (there, FRONT), (here, BACK), (f"{gtin}.jpg", SIDE), ("5901234123457.jpg", make_png())
    )
    expect(get_asked(page, there)).to_contain_text(
        f"Its name tells another product of yours: {name}, GTIN {next_gtin}."
    )
    press(page, "Add it here", here)
    press(page, "Add it there", there)
    expect(page.locator(".upload-status", has_text=f"Added to {name}")).to_be_attached()
    expect_names(page, "5901234123457.jpg", f"{gtin}.jpg", here)
    page.goto(get_path(seed, "products", next_gtin))
    expect_names(page, there)
    product.check()


@pytest.mark.parametrize("fault", ["hashing", "answers"])
def test_uploads_go_on_where_nothing_can_be_compared(product, fault):
    page = product.page
    if fault == "hashing":
        page.add_init_script("Object.defineProperty(window, 'Worker', { value: undefined });")
        page.reload()
    else:
        for name in ("known-files", "file-names"):
            page.route(f"**/{name}", lambda route: route.fulfill(status=502, body="Bad gateway"))

    choose(page, ("front.jpg", FRONT))

    expect_names(page, "front.jpg")
    product.check("502")


def test_all_in_question_are_skipped_at_once(product, upload, gtin, measure):
    page = product.page
    upload(gtin, FRONT)
    measure()
    sent = list_sent(page)
    choose(page, ("a.jpg", FRONT), ("b.jpg", FRONT))
    wait_until(page, lambda: page.locator('.upload[data-state="asking"]').count() == 2)
    page.get_by_role("button", name="Skip all in question").click()
    expect(page.locator(".upload")).to_have_count(0)
    assert sent == []
    product.check()
