"""Many files at once: what stands on the page, and what is left of the minute for the person."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.brand_manager import choose, get_cards, stop_clock
from tests.sample_images import make_jpeg

NOT_PICTURES = [(f"list-{number}.jpg", b"no picture %d" % number) for number in range(2)]


def test_many_files_are_one_line_whose_rows_can_be_shown(product):
    page = product.page
    files = [(f"front-{number}.jpg", make_jpeg() + bytes((number,))) for number in range(4)]
    choose(page, *files, *NOT_PICTURES)
    rows = page.locator(".upload-list")
    expect(page.locator("#upload-summary")).to_have_text("4 added, 2 refused")
    expect(rows).to_be_hidden()
    page.get_by_role("button", name="Show each file").click()
    expect(rows).to_be_visible()
    expect(rows.locator('[data-state="refused"]')).to_have_count(2)
    page.get_by_role("button", name="Show the sum alone").click()
    expect(rows).to_be_hidden()
    page.get_by_role("button", name="Remove all refused").click()
    expect(page.locator('.upload[data-state="refused"]')).to_have_count(0)
    expect(page.locator("#files")).to_be_focused()
    product.check("422")


def test_few_files_stand_on_the_page_each(product):
    choose(product.page, *NOT_PICTURES)

    expect(product.page.locator(".upload-list")).to_be_visible()
    expect(product.page.get_by_role("button", name="Show each file")).to_be_hidden()
    product.check("422")


def test_upload_goes_on_by_itself_after_an_outage(product):
    page = product.page
    page.route("**/images", lambda route: route.fulfill(status=503), times=1)
    choose(page, ("front.jpg", make_jpeg()))

    expect(get_cards(page)).to_have_count(1)
    product.check("503")


@pytest.mark.parametrize(
    ("remaining", "reset", "is_sent"),
    [("61", "30", True), ("60", "30", False), ("60", "4000", True)],
)
def test_uploads_leave_sixty_requests_of_a_minute_to_clicks(product, remaining, reset, is_sent):
    page = product.page
    stop_clock(page)
    sent = []

    def tell_budget(route):
        sent.append(route.request.url)
        answer = route.fetch()
        told = {"ratelimit-remaining": remaining, "ratelimit-reset": reset}
        route.fulfill(response=answer, headers={**answer.headers, **told})

    page.route("**/images", tell_budget)
    choose(page, *((f"front-{number}.jpg", make_jpeg() + bytes((number,))) for number in range(4)))
    expect(page.locator("#upload-summary")).to_have_text(
        "4 added" if is_sent else "1 waiting, 3 added"
    )
    assert len(sent) == (4 if is_sent else 3)
    page.clock.run_for(31_000)
    expect(page.locator("#upload-summary")).to_have_text("4 added")
