import base64
import io
import shutil

from PIL import Image
from playwright.sync_api import expect

from apps.dashboard.samples.sample_pictures import draw_coffee_front
from tests.browser.brand_manager import (
    DROP,
    SOON,
    choose,
    expect_names,
    get_cards,
    get_path,
    sign_in,
    sign_in_again,
    stop_clock,
    tab_to,
    visit,
)
from tests.sample_images import make_jpeg, make_png, make_svg
from tests.servers import run_service
from tests.servers.processes import find_free_ports

PDF = b"%PDF-1.7\n" + b"0" * 4000
PDF_REFUSAL = (
    "This is PDF; export the page as JPEG or PNG. JPEG, PNG, GIF, WebP, BMP and SVG are allowed."
)
LOST = "The connection was lost."


def drop(page, *files):
    described = [
        {"name": name, "type": "image/jpeg", "base64": base64.b64encode(content).decode()}
        for name, content in files
    ]
    transfer = page.evaluate_handle(DROP, [described])
    for event in ("dragenter", "dragover", "drop"):
        page.dispatch_event("main", event, {"dataTransfer": transfer})


def test_two_of_three_dropped_files_are_added_and_one_becomes_primary(browser, service, seed, gtin):
    with visit(browser, service.url, "/accounts/login") as visited:
        page = visited.page
        sign_in(page, seed["users"]["owner"])
        page.get_by_role("searchbox").fill(f"{gtin[1]} {gtin[2:8]}-{gtin[8:]}")
        page.get_by_role("button", name="Search").click()
        page.get_by_role("link", name=f"Test Blend {gtin[7:13]}").click()
        expect(page.get_by_role("heading", name="No pictures yet")).to_be_visible()
        drop(page, ("front.jpg", make_jpeg()), ("invoice.jpg", PDF), ("back.jpg", make_png()))
        expect_names(page, "back.jpg", "front.jpg")
        refused = page.locator('.upload[data-state="refused"]')
        expect(refused).to_contain_text("invoice.jpg")
        expect(refused.locator(".upload-status")).to_have_text(PDF_REFUSAL)
        expect(refused.get_by_role("button", name="Try")).to_have_count(0)
        second = get_cards(page).nth(1)
        image_id = second.get_attribute("data-id")
        second.get_by_role("button", name="Make primary").click()
        expect_names(page, "front.jpg", "back.jpg")
        page.reload()
        expect(get_cards(page).first).to_have_attribute("data-id", image_id)
        expect(get_cards(page).first).to_contain_text("Primary picture")
        expect(get_cards(page).first.locator("img")).to_have_js_property("complete", True)
        visited.check("422")


def test_same_without_a_mouse(browser, service, seed, gtin, tmp_path):
    files = [tmp_path / name for name in ("front.jpg", "invoice.jpg", "back.jpg")]
    for path, content in zip(files, (make_jpeg(), PDF, make_png()), strict=True):
        path.write_bytes(content)
    with visit(browser, service.url, "/accounts/login") as visited:
        page, press = visited.page, visited.page.keyboard.press
        page.on("filechooser", lambda chooser: chooser.set_files(files))
        for name in ("username", "password"):
            tab_to(page, f"[name={name}]")
            page.keyboard.type(seed["users"]["owner"][name])
        press("Enter")
        page.wait_for_url("**/")
        tab_to(page, "[type=search]")
        page.keyboard.type(gtin)
        press("Enter")
        page.wait_for_url("**/products?q=*")
        tab_to(page, ".product-tile a")
        press("Enter")
        page.wait_for_url(f"**/products/{gtin}?*")
        tab_to(page, "#files")
        press("Enter")
        expect_names(page, "back.jpg", "front.jpg")
        expect(page.locator('.upload[data-state="refused"] .upload-status')).to_have_text(
            PDF_REFUSAL
        )
        image_id = get_cards(page).nth(1).get_attribute("data-id")
        tab_to(page, f"#picture-{image_id} [data-action=promote]")
        press("Enter")
        expect_names(page, "front.jpg", "back.jpg")
        page.reload()
        expect(get_cards(page).first).to_have_attribute("data-id", image_id)
        visited.check("422")


def test_picture_is_pasted(product):
    transfer = product.page.evaluate_handle(
        DROP,
        [
            [
                {
                    "name": "image.png",
                    "type": "image/png",
                    "base64": base64.b64encode(make_png()).decode(),
                }
            ]
        ],
    )
    product.page.evaluate(
        "(data) => dispatchEvent(new ClipboardEvent('paste', { clipboardData: data }))", transfer
    )
    expect(get_cards(product.page)).to_have_count(1)
    product.check()


def test_upload_can_be_cancelled_on_its_way(product):
    page = product.page
    page.route("**/images", lambda route: None)
    choose(page, ("front.jpg", make_jpeg()))
    page.get_by_role("button", name="Cancel: front.jpg").click()
    expect(page.locator(".upload")).to_have_count(0)
    expect(page.locator("#files")).to_be_focused()
    page.unroute_all(behavior="ignoreErrors")
    product.check()


def test_end_of_the_session_loses_nothing(product, seed):
    page = product.page
    page.context.clear_cookies(name="sessionid")
    choose(page, ("front.jpg", make_jpeg()), ("back.jpg", make_png()))
    banner = page.get_by_role("alert")
    expect(banner).to_contain_text("You are no longer signed in.")
    expect(banner).to_contain_text("2 pictures wait here.")
    expect(page.locator('.upload[data-state="waiting"]')).to_have_count(2)
    sign_in_again(page, seed["users"]["owner"])
    expect(get_cards(page)).to_have_count(2)
    expect(banner).to_be_hidden()
    product.check("401")


def test_retry_after_a_lost_answer_adds_one_picture(product):
    page = product.page
    stop_clock(page)
    keys = []

    def lose_answer(route):
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) == 1:
            route.fetch()
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/images", lose_answer)
    choose(page, ("front.jpg", make_jpeg()))
    expect(page.locator('.upload[data-state="failed"] .upload-status')).to_have_text(LOST + SOON)
    page.get_by_role("button", name="Try front.jpg again").click()
    page.clock.resume()
    expect(page.locator('.upload[data-state="done"]')).to_have_count(1)
    expect(get_cards(page)).to_have_count(1)
    assert keys[0] == keys[1]
    product.check("ERR_CONNECTION_RESET")


def test_server_that_is_gone_and_back_gets_the_picture_once(
    browser, seed, seeded_database, tmp_path
):
    path = get_path(seed, "products", seed["gtins"][0])
    shutil.copy(seeded_database, tmp_path)
    env = {"PORT": str(find_free_ports(1)[0])}
    login = f"/accounts/login?next={path}"
    with run_service(tmp_path, env) as first, visit(browser, first.url, login) as visited:
        page = visited.page
        sign_in(page, seed["users"]["owner"])
        expect(page.locator(".upload-area[data-ready]")).to_be_attached()
        stop_clock(page)
        first.kill()
        choose(page, ("front.jpg", make_jpeg()), ("back.jpg", make_png()))
        expect(page.locator('.upload[data-state="failed"]')).to_have_count(2)
        with run_service(tmp_path, env):
            page.get_by_role("button", name="Try all again").click()
            page.clock.resume()
            expect(get_cards(page)).to_have_count(2)
            expect(page.locator('.upload[data-state="failed"]')).to_have_count(0)
            visited.check("ERR_CONNECTION")


def test_what_was_lost_offline_goes_on_by_itself(product, upload, gtin):
    page = product.page
    page.context.set_offline(True)
    choose(page, ("front.jpg", make_jpeg()))
    expect(page.locator('.upload[data-state="failed"] .upload-status')).to_have_text(LOST + SOON)
    upload(gtin, make_png(), title="From elsewhere")
    page.context.set_offline(False)
    expect(get_cards(page)).to_have_count(2)
    expect(page.locator("#upload-summary")).to_have_text("1 added")
    product.check("ERR_INTERNET_DISCONNECTED")


def test_retryable_refusal_may_be_tried_again(product):
    page = product.page
    stop_clock(page)
    body = '{"detail": "The storage does not answer; try again.", "retryable": true}'
    page.route(
        "**/images",
        lambda route: route.fulfill(status=503, content_type="application/json", body=body),
        times=1,
    )
    choose(page, ("front.jpg", make_jpeg()))
    said = "The storage does not answer; try again."
    expect(page.locator(".upload-status")).to_have_text(said + SOON)
    page.get_by_role("button", name="Try front.jpg again").click()
    page.clock.resume()
    expect(get_cards(page)).to_have_count(1)
    product.check("503")


def test_billing_member_looks_and_changes_nothing(browser, service, seed, sessions, upload, gtin):
    upload(gtin, make_svg(), title="Front", is_primary="true")
    path = get_path(seed, "products", gtin)
    with visit(browser, service.url, path, storage_state=sessions["billing"]) as visited:
        expect_names(visited.page, "Front")
        for selector in ("#files", ".caption", "[data-action=delete]", "[data-action=promote]"):
            expect(visited.page.locator(selector)).to_have_count(0)
        visited.page.get_by_role("button", name="History").click()
        expect(visited.page.get_by_role("dialog").get_by_role("listitem")).to_have_count(1)
        visited.check()


def test_page_of_forty_pictures_is_light(browser, service, seed, sessions, upload, gtin):
    hero = draw_coffee_front()
    small = io.BytesIO()
    Image.open(io.BytesIO(hero)).resize((800, 800)).save(small, "JPEG", quality=90)
    for number in range(39):
        upload(gtin, small.getvalue(), title=f"View {number}")
    upload(gtin, hero, title="Front of package", is_primary="true")
    sizes, refreshes = [], []

    def note(request):
        # On a slow machine thumbnails are asked about, and the page until all are measured.
        if request.resource_type != "fetch":
            sizes.append(request.sizes())
        elif request.method == "GET":
            refreshes.append(request.url)

    with visit(browser, service.url, "/", storage_state=sessions["owner"]) as visited:
        page = visited.page
        page.on("requestfinished", note)
        page.goto(get_path(seed, "products", gtin))
        for image in page.locator(".picture img").all():
            # Its card may be drawn anew meanwhile.
            image.evaluate("image => image.scrollIntoView()")
            expect(image).not_to_have_js_property("naturalWidth", 0, timeout=30_000)
        visited.check("503")  # renditions are made at the first look, not all at once
    assert len(refreshes) <= 6
    assert len(sizes) > 40
    weight = sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)
    assert weight <= 900_000
