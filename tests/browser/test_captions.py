from contextlib import contextmanager

from playwright.sync_api import expect

from tests.browser.brand_manager import (
    expect_names,
    get_card,
    list_warnings_of_reload,
    sign_in_again,
    wait_for_saving,
)


@contextmanager
def second_window(visited):
    page = visited.page.context.new_page()
    page.goto(visited.page.url)
    yield page
    page.close()


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
    sent = []
    page.on("request", lambda it: sent.append(it.post_data) if it.method == "PATCH" else None)
    page.get_by_label("Caption of Side").fill("Mine")
    page.get_by_label("Caption of Side").press("Enter")
    card = get_card(page, "Theirs")
    expect(card.locator(".card-note")).to_contain_text("Somebody else changed this picture")
    expect(card.locator(".card-note")).to_contain_text("You had written “Mine”.")
    expect(card.locator(".caption")).to_have_value("Theirs")
    card.locator(".caption").fill("Ours")
    card.locator(".caption").press("Enter")
    expect(get_card(page, "Ours")).to_be_visible()
    assert sent == ['{"title":"Mine"}', '{"title":"Ours"}']
    three.check("412")


def write(page, name, text):
    """Write the caption of the picture that is called so; return its input."""
    caption = get_card(page, name).locator(".caption")
    caption.fill(text)
    caption.press("Enter")
    return caption


def test_caption_that_could_not_be_saved_is_marked_and_saved_by_the_next_enter(three):
    page = three.page
    page.context.set_offline(True)
    caption = write(page, "Side", "Left side")
    expect(caption).to_have_attribute("aria-invalid", "true")
    expect(get_card(page, "Side")).to_contain_text("Nothing was changed. The connection was lost.")
    page.context.set_offline(False)
    caption.press("Enter")
    wait_for_saving(page, "The caption is “Left side” now.")
    expect(page.locator(".card-note, [aria-invalid]")).to_have_count(0)
    assert list_warnings_of_reload(page) == []
    expect_names(page, "Front", "Left side", "Back")
    three.check("ERR_INTERNET_DISCONNECTED")


def test_caption_that_is_not_saved_outlives_another_primary(three, change):
    page = three.page
    page.context.set_offline(True)
    expect(write(page, "Front", "Front of package")).to_have_attribute("aria-invalid", "true")
    page.context.set_offline(False)
    change(get_card(page, "Back"), is_primary=True)
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(get_card(page, "Back")).to_contain_text("Primary picture")
    expect(get_card(page, "Front").locator(".caption")).to_have_value("Front of package")
    get_card(page, "Front").locator(".caption").press("Enter")
    wait_for_saving(page, "The caption is “Front of package” now.")
    three.check("ERR_INTERNET_DISCONNECTED")


def test_caption_that_somebody_else_wrote_meanwhile_is_not_written_over(three, change):
    page = three.page
    page.context.set_offline(True)
    expect(write(page, "Side", "Mine")).to_have_attribute("aria-invalid", "true")
    change(get_card(page, "Side"), title="Theirs")
    page.context.set_offline(False)
    card = get_card(page, "Theirs")
    expect(card.locator(".card-note")).to_contain_text("You had written “Mine”.")
    expect(card.locator(".caption")).to_have_value("Theirs")
    three.check("ERR_INTERNET_DISCONNECTED")


def test_caption_outlives_the_session(three, seed):
    page = three.page
    page.context.clear_cookies(name="sessionid")
    caption = write(page, "Side", "Left side")
    expect(caption).to_have_attribute("aria-invalid", "true")
    expect(get_card(page, "Side")).to_contain_text("Your last change was not made.")
    sign_in_again(page, seed["users"]["owner"])
    caption.press("Enter")
    wait_for_saving(page, "The caption is “Left side” now.")
    three.check("401")


def test_leaving_with_a_caption_that_is_not_saved_is_warned_of(three):
    page = three.page
    get_card(page, "Side").locator(".caption").fill("Left side")
    assert list_warnings_of_reload(page) == ["beforeunload"]
    expect_names(page, "Front", "Side", "Back")
    three.check()


def test_caption_that_is_being_saved_arrives_though_the_page_is_left(three):
    page = three.page
    get_card(page, "Side").locator(".caption").fill("Left side")
    page.get_by_role("link", name="Products of").click()
    page.wait_for_url("**/products")
    page.go_back()
    page.reload()
    expect_names(page, "Front", "Left side", "Back")
    three.check()


def test_enter_saves_the_caption_and_keeps_the_focus(three):
    page = three.page
    write(page, "Side", "Left side")
    wait_for_saving(page, "The caption is “Left side” now.")
    expect(get_card(page, "Left side").locator(".caption")).to_be_focused()
    three.check()


def test_other_window_shows_what_changed_when_it_is_looked_at(three, change):
    page = three.page
    change(get_card(page, "Side"), title="Theirs")
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect_names(page, "Front", "Theirs", "Back")
    three.check()


def test_refresh_while_a_caption_is_sent_keeps_what_was_written(three, change):
    page = three.page
    change(get_card(page, "Side"), title="Theirs")
    held = []
    page.route("**/images/*", lambda route, _request: held.append(route))
    write(page, "Side", "Mine")
    with page.expect_request_finished(lambda request: request.url == page.url):
        page.evaluate("dispatchEvent(new Event('focus'))")
    expect(get_card(page, "Side").locator(".caption")).to_have_value("Mine")
    held[0].continue_()
    expect(get_card(page, "Theirs").locator(".card-note")).to_contain_text(
        "You had written “Mine”."
    )
    three.check("412")
