import pytest
from playwright.sync_api import expect

from tests.browser.brand_manager import (
    choose,
    expect_names,
    get_card,
    list_names,
    list_warnings_of_reload,
    wait_for_saving,
    wait_until,
)
from tests.sample_images import make_jpeg, make_png

FRESH = ["A", "B", "C", "D", "E"]


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


@pytest.fixture
def fresh(product, upload, gtin):
    """The owner looks at five pictures that were never put in order, none of them primary."""
    for title in reversed(FRESH):
        upload(gtin, make_jpeg(), title=title)
    product.page.reload()
    expect_names(product.page, *FRESH)
    return product


def test_leaving_half_way_is_warned_of_and_scrambles_nothing(fresh):
    page = fresh.page
    sent = []

    def let_two_pass(route):
        sent.append(route)
        if len(sent) <= 2:
            route.continue_()

    page.route("**/images/*", let_two_pass)
    get_card(page, "A").get_by_role("button", name="later").click()
    wait_until(page, lambda: len(sent) == 3)
    assert list_warnings_of_reload(page) == ["beforeunload"]
    page.unroute_all(behavior="ignoreErrors")
    expect_names(page, *FRESH)
    fresh.check()


def test_move_that_failed_is_taken_back_and_told(three):
    page = three.page
    page.context.set_offline(True)
    later = get_card(page, "Side").get_by_role("button", name="later")
    later.click()
    wait_for_saving(page, "Nothing was changed. The connection was lost.")
    expect_names(page, "Front", "Side", "Back")
    expect(later).to_be_focused()
    page.context.set_offline(False)
    later.click()
    wait_for_saving(page, "Side is at place 2 of 2 now.")
    three.check("ERR_INTERNET_DISCONNECTED")


def drag_over(page, name, other):
    """Take the card and hold it before the other one; return where the mouse is then."""
    start, end = (get_card(page, each).locator(".picture").bounding_box() for each in (name, other))
    page.mouse.move(start["x"] + 60, start["y"] + 60)
    page.mouse.down()
    over = end["x"] + 20, end["y"] + 60
    page.mouse.move(*over, steps=6)
    return over


@pytest.mark.parametrize("way", ["Escape", "outside"])
def test_card_that_is_not_dropped_in_the_gallery_goes_back(fresh, way):
    page = fresh.page
    patches = []
    page.on("request", lambda sent: patches.append(sent) if sent.method == "PATCH" else None)
    drag_over(page, "D", "A")
    expect_names(page, "D", "A", "B", "C", "E")
    if way == "Escape":
        page.keyboard.press("Escape")
    else:
        page.mouse.move(20, 20, steps=3)
    page.mouse.up()
    expect_names(page, *FRESH)
    assert patches == []
    fresh.check()


def test_picture_that_comes_meanwhile_does_not_disturb_dragging(fresh, upload, gtin):
    page = fresh.page
    over = drag_over(page, "D", "A")
    upload(gtin, make_png(), title="New")
    with page.expect_response(page.url):
        page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_timeout(300)
    assert list_names(page) == ["D", "A", "B", "C", "E"]
    page.mouse.move(*over)
    page.mouse.up()
    expect_names(page, "New", "D", "A", "B", "C", "E")
    fresh.check()


def test_part_of_a_caption_is_selected_with_the_mouse(fresh):
    page = fresh.page
    caption = get_card(page, "C").locator(".caption")
    caption.fill("Seen from the left")
    caption.hover()  # once the page has scrolled to it, and stands still
    box = caption.bounding_box()
    page.mouse.move(box["x"] + 70, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 10, box["y"] + 20, steps=6)
    page.mouse.up()
    selected = caption.evaluate("(input) => input.selectionEnd - input.selectionStart")
    assert 2 < selected < 18
    fresh.check()


def test_gallery_of_several_pages_is_not_put_in_order(product, upload, gtin):
    page = product.page
    picture = make_png()
    for number in range(100):
        upload(gtin, picture, title=f"View {number}")
    page.reload()
    earlier = get_card(page, "View 50").get_by_role("button", name="earlier")
    expect(earlier).to_be_visible()
    choose(page, ("front.jpg", make_jpeg()))
    sentence = "Pictures can be put in order as long as all of them fit on one page."
    expect(page.get_by_text(sentence)).to_be_visible()
    expect(earlier).to_be_hidden()
    expect(page.locator('[draggable="true"]')).to_have_count(0)
    product.check("503")
