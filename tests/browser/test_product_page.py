import base64
import io
import shutil
from contextlib import contextmanager

import httpx
import pytest
from PIL import Image
from playwright.sync_api import expect

from apps.dashboard.sample_pictures import draw_coffee_front
from tests.browser.brand_manager import (
    DROP,
    choose,
    expect_names,
    get_card,
    get_cards,
    get_path,
    list_names,
    sign_in,
    tab_to,
    visit,
    wait_for_saving,
)
from tests.sample_images import make_jpeg, make_png, make_svg
from tests.servers import run_service
from tests.servers.processes import find_free_ports

PDF = b"%PDF-1.7\n" + b"0" * 4000
PDF_REFUSAL = (
    "This is PDF; export the page as JPEG or PNG. JPEG, PNG, GIF, WebP, BMP and SVG are allowed."
)
LOST = "The connection was lost."
SUM_LAYOUT_SHIFTS = """
() => new Promise((resolve) => {
  let sum = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((shift) => { sum += shift.value; }))
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(sum), 200);
})
"""


@pytest.fixture
def product(browser, service, seed, sessions, gtin):
    """The owner looks at a product without pictures."""
    path = get_path(seed, "products", gtin)
    options = {"permissions": ["clipboard-read", "clipboard-write"]}
    with visit(browser, service.url, path, storage_state=sessions["owner"], **options) as visited:
        yield visited


@pytest.fixture
def three(product, upload, gtin):
    """The same with three pictures: Front, which is primary, Side, Back."""
    for title in ("Back", "Side", "Front"):
        fields = {"is_primary": "true"} if title == "Front" else {}
        upload(gtin, make_jpeg(), title=title, **fields)
    product.page.reload()
    expect_names(product.page, "Front", "Side", "Back")
    return product


@contextmanager
def second_window(visited):
    page = visited.page.context.new_page()
    page.goto(visited.page.url)
    yield page
    page.close()


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
        expect(get_cards(page)).to_have_count(2)
        refused = page.locator('.upload[data-state="refused"]')
        expect(refused).to_contain_text("invoice.jpg")
        expect(refused.locator(".upload-status")).to_have_text(PDF_REFUSAL)
        expect(refused.get_by_role("button", name="Try")).to_have_count(0)
        second = get_cards(page).nth(1)
        image_id = second.get_attribute("data-id")
        second.get_by_role("button", name="Make primary").click()
        expect(get_cards(page).first).to_have_attribute("data-id", image_id)
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
        page.wait_for_url(f"**/products/{gtin}")
        tab_to(page, "#files")
        press("Enter")
        expect(get_cards(page)).to_have_count(2)
        expect(page.locator('.upload[data-state="refused"] .upload-status')).to_have_text(
            PDF_REFUSAL
        )
        image_id = get_cards(page).nth(1).get_attribute("data-id")
        tab_to(page, f"#picture-{image_id} [data-action=promote]")
        press("Enter")
        expect(get_cards(page).first).to_have_attribute("data-id", image_id)
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
    with page.context.expect_page() as opened:
        banner.get_by_role("link", name="Sign in").click()
    sign_in(opened.value, seed["users"]["owner"])
    expect(opened.value.locator("#gallery")).to_be_attached()
    opened.value.close()
    banner.get_by_role("button", name="Continue").click()
    expect(get_cards(page)).to_have_count(2)
    expect(banner).to_be_hidden()
    product.check("401")


def test_change_after_the_end_of_the_session_is_told(three):
    page = three.page
    page.context.clear_cookies(name="sessionid")
    get_card(page, "Back").get_by_role("button", name="Make primary").click()
    expect(page.get_by_role("alert")).to_contain_text("You are no longer signed in.")
    assert list_names(page) == ["Front", "Side", "Back"]
    three.check("401")


def test_retry_after_a_lost_answer_adds_one_picture(product):
    page = product.page
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
    expect(page.locator('.upload[data-state="failed"] .upload-status')).to_have_text(LOST)
    page.get_by_role("button", name="Try front.jpg again").click()
    expect(page.locator('.upload[data-state="done"]')).to_have_count(1)
    expect(get_cards(page)).to_have_count(1)
    assert keys[0] == keys[1]
    product.check("ERR_CONNECTION_RESET")


def test_server_that_is_gone_and_back_gets_the_picture_once(
    browser, seed, tmp_path, tmp_path_factory
):
    path = get_path(seed, "products", seed["gtins"][0])
    shutil.copyfile(tmp_path_factory.getbasetemp() / "seed" / "db.sqlite3", tmp_path / "db.sqlite3")
    env = {"PORT": str(find_free_ports(1)[0])}
    login = f"/accounts/login?next={path}"
    with run_service(tmp_path, env) as first, visit(browser, first.url, login) as visited:
        page = visited.page
        sign_in(page, seed["users"]["owner"])
        expect(page.locator(".upload-area[data-ready]")).to_be_attached()
        first.kill()
        choose(page, ("front.jpg", make_jpeg()), ("back.jpg", make_png()))
        expect(page.locator('.upload[data-state="failed"]')).to_have_count(2)
        with run_service(tmp_path, env):
            page.get_by_role("button", name="Try all again").click()
            expect(get_cards(page)).to_have_count(2)
            expect(page.locator('.upload[data-state="failed"]')).to_have_count(0)
            visited.check("ERR_CONNECTION")


def test_what_was_lost_offline_goes_on_by_itself(product, upload, gtin):
    page = product.page
    page.context.set_offline(True)
    choose(page, ("front.jpg", make_jpeg()))
    expect(page.locator('.upload[data-state="failed"] .upload-status')).to_have_text(LOST)
    upload(gtin, make_png(), title="From elsewhere")
    page.context.set_offline(False)
    expect(get_cards(page)).to_have_count(2)
    expect(page.locator("#upload-summary")).to_have_text("1 added")
    product.check("ERR_INTERNET_DISCONNECTED")


def test_retryable_refusal_may_be_tried_again(product):
    page = product.page
    body = '{"detail": "The storage does not answer; try again.", "retryable": true}'
    page.route(
        "**/images",
        lambda route: route.fulfill(status=503, content_type="application/json", body=body),
        times=1,
    )
    choose(page, ("front.jpg", make_jpeg()))
    expect(page.locator(".upload-status")).to_have_text("The storage does not answer; try again.")
    page.get_by_role("button", name="Try front.jpg again").click()
    expect(get_cards(page)).to_have_count(1)
    product.check("503")


def test_caption_is_edited_in_place(three):
    page = three.page
    caption = page.get_by_label("Caption of Side")
    caption.fill("Left side")
    caption.press("Enter")
    wait_for_saving(page, "The caption is “Left side” now.")
    page.get_by_label("Caption of Back").fill("no")
    page.get_by_label("Caption of Back").press("Escape")
    page.reload()
    expect_names(page, "Front", "Left side", "Back")
    three.check()


def test_second_window_is_told_that_the_picture_changed(three):
    page = three.page
    with second_window(three) as other:
        other.get_by_label("Caption of Side").fill("Theirs")
        other.get_by_label("Caption of Side").press("Enter")
        wait_for_saving(other, "Theirs")
    page.get_by_label("Caption of Side").fill("Mine")
    page.get_by_label("Caption of Side").press("Enter")
    card = get_card(page, "Theirs")
    expect(card.locator(".card-note")).to_contain_text("Somebody else changed this picture")
    expect(card.locator(".caption")).to_have_value("Theirs")
    card.locator(".caption").fill("Ours")
    card.locator(".caption").press("Enter")
    expect(get_card(page, "Ours")).to_be_visible()
    three.check("412")


def test_cards_are_put_in_order_with_buttons(three):
    page = three.page
    later = get_card(page, "Side").get_by_role("button", name="later")
    later.press("Enter")
    wait_for_saving(page, "Side is at place 2 of 2 now.")
    expect(later).to_be_focused()
    page.reload()
    expect_names(page, "Front", "Back", "Side")
    three.check()


def test_cards_are_put_in_order_by_dragging(three):
    page = three.page
    target = {"x": 10, "y": 60}
    get_card(page, "Back").drag_to(get_card(page, "Side"), target_position=target)
    wait_for_saving(page, "Back is at place 1 of 2 now.")
    page.reload()
    expect_names(page, "Front", "Back", "Side")
    three.check()


def test_deletion_is_undone_or_carried_out_after_ten_seconds(three):
    page = three.page
    page.clock.install()
    page.reload()
    get_card(page, "Side").get_by_role("button", name="Delete").click()
    page.clock.run_for(5000)
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    undo.press("Enter")
    page.clock.run_for(9000)
    expect(get_card(page, "Side").get_by_role("button", name="Delete")).to_be_focused()
    get_card(page, "Back").get_by_role("button", name="Delete").click()
    with page.expect_response(lambda answer: answer.request.method == "DELETE") as deleted:
        page.clock.run_for(10_000)
    assert deleted.value.status == 204
    expect(get_cards(page)).to_have_count(2)
    page.reload()
    expect_names(page, "Front", "Side")
    three.check()


def test_deletion_is_carried_out_when_the_page_is_left(three):
    page = three.page
    get_card(page, "Side").get_by_role("button", name="Delete").click()
    page.get_by_role("link", name="Products of").click()
    page.wait_for_url("**/products")
    page.go_back()
    page.reload()
    expect_names(page, "Front", "Back")
    three.check()


def test_address_is_copied(three):
    page = three.page
    get_card(page, "Front").get_by_role("button", name="Copy the address").click()
    wait_for_saving(page, "The address is copied.")
    address = page.evaluate("navigator.clipboard.readText()")
    assert httpx.get(address, trust_env=False).headers["Content-Type"] == "image/jpeg"
    three.check()


def test_history_tells_who_did_what(three):
    page = three.page
    get_card(page, "Back").get_by_role("button", name="Make primary").click()
    wait_for_saving(page, "Back is the primary picture now.")
    page.get_by_role("button", name="History").click()
    events = page.get_by_role("dialog").get_by_role("listitem")
    expect(events).to_have_count(5)
    expect(page.get_by_role("dialog")).to_contain_text("sample-owner made “Back” the primary")
    expect(events.last).to_contain_text("sample-owner added “Back” with an API key.")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="History")).to_be_focused()
    three.check()


def test_history_tells_moves_in_a_row_once(three, upload, gtin):
    upload(gtin, make_jpeg(), title="Top")
    page = three.page
    page.reload()
    earlier = get_card(page, "Back").get_by_role("button", name="earlier")
    earlier.click()
    wait_for_saving(page, "Back is at place 2 of 3 now.")
    earlier.click()
    wait_for_saving(page, "Back is at place 1 of 3 now.")
    page.get_by_role("button", name="History").click()
    newest = page.get_by_role("dialog").get_by_role("listitem").first
    expect(newest).to_contain_text("sample-owner put 2 pictures in order.")
    three.check()


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


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_nothing_moves_while_the_pictures_come(three, upload, gtin, width):
    page = three.page
    upload(gtin, make_png(), title="Top")
    page.set_viewport_size({"width": width, "height": 900})
    page.reload()
    expect(get_card(page, "Front").locator("img")).not_to_have_js_property("naturalWidth", 0)
    front, neighbour = (get_cards(page).nth(number).bounding_box() for number in (0, 1))
    assert (neighbour["x"] >= front["x"] + front["width"]) == (width == 1440)
    assert page.evaluate(SUM_LAYOUT_SHIFTS) == 0
    three.check("503")  # renditions are made at the first look


def test_page_of_forty_pictures_is_light(browser, service, seed, sessions, upload, gtin):
    hero = draw_coffee_front()
    small = io.BytesIO()
    Image.open(io.BytesIO(hero)).resize((800, 800)).save(small, "JPEG", quality=90)
    for number in range(39):
        upload(gtin, small.getvalue(), title=f"View {number}")
    upload(gtin, hero, title="Front of package", is_primary="true")
    sizes = []
    with visit(browser, service.url, "/", storage_state=sessions["owner"]) as visited:
        page = visited.page
        page.on("requestfinished", lambda request: sizes.append(request.sizes()))
        page.goto(get_path(seed, "products", gtin))
        for image in page.locator(".picture img").all():
            image.scroll_into_view_if_needed()
            expect(image).not_to_have_js_property("naturalWidth", 0, timeout=30_000)
        visited.check("503")  # renditions are made at the first look, not all at once
    assert len(sizes) > 40
    weight = sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)
    assert weight <= 1_500_000


def test_few_priorities_are_changed_and_bring_the_order(product):
    counts = product.page.evaluate(
        """async () => {
          const { planPriorities } = await import("/static/dashboard/priorities.js");
          const build = (numbers) =>
            numbers.map((priority, place) => ({ priority, created: 100 - place, place }));
          const isOrdered = (images) => images.every((image, place) => {
            const next = images[place + 1];
            if (!next) return image.priority >= 0 && image.priority <= 32767;
            return image.priority < next.priority
              || (image.priority === next.priority && image.created > next.created);
          });
          for (let round = 0; round < 500; round += 1) {
            const images = Array.from({ length: round % 20 }, () => ({
              priority: Math.floor(Math.random() * (round % 3 ? 20 : 2)),
              created: Math.random(),
            }));
            for (const [image, priority] of planPriorities(images)) image.priority = priority;
            if (!isOrdered(images)) throw new Error(JSON.stringify(images));
          }
          return [[0, 0, 0], [16, 80, 32], [7, 8, 3, 9], [0, 0, 9, 0]].map(
            (numbers) => planPriorities(build(numbers)).length);
        }"""
    )
    assert counts == [0, 1, 2, 1]
