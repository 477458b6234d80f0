import os

from playwright.sync_api import expect

from tests.browser.brand_manager import (
    SOON,
    choose,
    get_card,
    get_cards,
    sign_in_again,
    stop_clock,
)
from tests.sample_images import make_jpeg, make_png
from tests.stack.worlds import select

HTML = {"content_type": "text/html", "body": "<h1>Bad gateway</h1>"}


def test_uploads_and_gallery_go_on_after_signing_in_again(three, seed):
    page = three.page
    page.context.clear_cookies(name="sessionid")
    choose(page, ("top.jpg", make_jpeg()))
    banner = page.get_by_role("alert")
    expect(banner).to_contain_text("1 picture waits here.")
    get_card(page, "Back").get_by_role("button", name="Make primary").click()
    expect(banner).to_contain_text("Your last change was not made.")
    expect(banner).to_contain_text("1 picture waits here.")
    sign_in_again(page, seed["users"]["owner"])
    expect(get_cards(page)).to_have_count(4)
    expect(banner).to_be_hidden()
    three.check("401")


def test_upload_that_a_proxy_refused_may_be_tried_again(product):
    page = product.page
    stop_clock(page)
    page.route("**/images", lambda route: route.fulfill(status=502, **HTML), times=1)
    choose(page, ("front.jpg", make_jpeg()))
    expect(page.locator(".upload-status")).to_have_text("The server answered 502." + SOON)
    page.get_by_role("button", name="Try front.jpg again").click()
    page.clock.resume()
    expect(get_cards(page)).to_have_count(1)
    product.check("502")


def test_uploads_go_on_a_minute_after_a_proxy_had_too_many(product):
    page = product.page
    page.clock.install()
    page.reload()
    page.route("**/images", lambda route: route.fulfill(status=429, **HTML), times=1)
    choose(page, ("front.jpg", make_jpeg()))
    expect(page.locator(".upload-status")).to_have_text("The server answered 429.")
    page.clock.run_for(60_000)
    expect(get_cards(page)).to_have_count(1)
    product.check("429")


def test_file_that_changed_after_it_was_chosen_is_told_so(product, tmp_path):
    page = product.page
    file = tmp_path / "front.jpg"
    file.write_bytes(make_jpeg())
    page.context.set_offline(True)
    page.locator("#files").set_input_files(file)
    expect(page.locator('.upload[data-state="failed"]')).to_have_count(1)
    file.write_bytes(make_png())
    os.utime(file, (1, 1))
    page.context.set_offline(False)
    expect(page.locator('.upload[data-state="refused"] .upload-status')).to_have_text(
        "The file was changed, moved or deleted after you chose it; choose it again."
    )
    product.check("ERR_INTERNET_DISCONNECTED", "ERR_UPLOAD_FILE_CHANGED")


def test_file_that_is_too_large_is_told_so_before_it_is_sent(product, tmp_path):
    page = product.page
    posts = []
    page.on(
        "request", lambda sent: posts.append(sent.url) if sent.url.endswith("/images") else None
    )
    large, fitting = tmp_path / "studio.jpg", tmp_path / "front.jpg"
    large.write_bytes(bytes(21 * 2**20))
    fitting.write_bytes(make_jpeg())
    page.locator("#files").set_input_files([large, fitting])
    refused = page.locator('.upload[data-state="refused"]')
    expect(refused).to_contain_text("studio.jpg")
    expect(refused.locator(".upload-status")).to_have_text(
        "This file has 21.0 MB; at most 20 MB fit. Save the picture smaller and choose it again."
    )
    expect(get_cards(page)).to_have_count(1)
    assert len(posts) == 1
    product.check()


def test_picture_for_which_there_is_no_room_is_refused_once_with_the_reason(product, service, gtin):
    page = product.page
    posts = []
    page.on(
        "request", lambda sent: posts.append(sent.url) if sent.url.endswith("/images") else None
    )
    full = f"update products_product set kept_images = 1000 where gtin = '{gtin}' returning id"
    assert select(service.log_path.parent, {}, full)
    choose(page, ("front.jpg", make_jpeg()))
    expect(page.locator('.upload[data-state="refused"] .upload-status')).to_contain_text(
        "With this picture this product would have 1,001 pictures, and may have 1,000"
    )
    assert len(posts) == 1
    product.check("409")
