"""A brand manager at the browser: what they open, do and see, and what the page complains of."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

# Playwright's five seconds are few where other tests have the machine's time.
expect.set_options(timeout=20_000)

TELL_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`));
"""
DROP = """
([files]) => {
  const transfer = new DataTransfer();
  for (const { name, type, base64 } of files) {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    transfer.items.add(new File([bytes], name, { type }));
  }
  return transfer;
}
"""


@dataclass
class Visit:
    """A page, and what it should not have done; refusals that a test provokes are listed by it."""

    page: Page
    origin: str
    complaints: list[tuple[str, str]] = field(default_factory=list)  # of what, about which address
    foreign_urls: list[str] = field(default_factory=list)

    def check(self, *provoked: str) -> None:
        """Nothing was complained of but failed requests with these words."""
        left = [each for each in self.complaints if not any(word in each[0] for word in provoked)]
        assert left == [], left
        assert self.foreign_urls == [], self.foreign_urls


@contextmanager
def visit(browser: Browser, origin: str, path: str, **options):
    # A page that scrolls smoothly moves on under a mouse that was told where to go.
    options = {"reduced_motion": "reduce", **options}
    with browser.new_context(base_url=origin, **options) as context:
        page = context.new_page()
        visited = Visit(page, origin)

        def note_request(request):
            if not request.url.startswith((f"{origin}/", "blob:", "data:")):
                visited.foreign_urls.append(request.url)

        def note_message(message):
            # A thumbnail that must wait for others to be made is asked for again by the page.
            url = message.location["url"]
            is_busy = "/renditions/" in url and "503" in message.text
            if message.type in {"error", "warning"} and not is_busy:
                visited.complaints.append((message.text, url))

        context.on("request", note_request)
        page.add_init_script(TELL_VIOLATIONS)
        page.on("console", note_message)
        page.on("pageerror", lambda error: visited.complaints.append((str(error), page.url)))
        page.goto(path)
        yield visited


def sign_in(page: Page, login: dict[str, str]) -> None:
    page.get_by_label("Username").fill(login["username"])
    page.get_by_label("Password").fill(login["password"])
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


def sign_in_again(page: Page, login: dict[str, str]) -> None:
    """Follow the banner of the session's end, in a new tab, and continue."""
    banner = page.get_by_role("alert")
    with page.context.expect_page() as opened:
        banner.get_by_role("link", name="Sign in").click()
    sign_in(opened.value, login)
    expect(opened.value.locator("#gallery, #delivery")).to_be_attached()
    opened.value.close()
    banner.get_by_role("button", name="Continue").click()


def list_warnings_of_reload(page: Page) -> list[str]:
    """Reload the page whatever it warns of, which is returned."""
    warnings = []

    def accept(dialog):
        warnings.append(dialog.type)
        dialog.accept()

    page.on("dialog", accept)
    page.reload()
    page.remove_listener("dialog", accept)
    return warnings


def wait_until(page: Page, is_so: Callable[[], bool]) -> None:
    """Let the page go on until that is so; AssertionError after 20 s."""
    for _ in range(1000):
        if is_so():
            return
        page.wait_for_timeout(20)
    raise AssertionError(f"{is_so} is not so after 20 s")


def get_path(seed, *parts: str) -> str:
    return "/".join((f"/organizations/{seed['organization_id']}", *parts))


# What follows where an upload is tried again by itself.
SOON = " Trying again in 2 s."


def stop_clock(page: Page) -> None:
    """Nothing happens by itself from now on, until the clock is resumed or run."""
    page.clock.install()
    page.reload()
    page.clock.pause_at(page.evaluate("Date.now() + 5000"))
    expect(page.locator(".upload-area[data-ready]")).to_be_attached()


def choose(page: Page, *files: tuple[str, bytes]) -> None:
    page.locator("#files").set_input_files(
        [{"name": name, "mimeType": "image/jpeg", "buffer": content} for name, content in files]
    )


def drop_from_disk(page: Page, *paths: Path) -> None:
    """As the operating system hands files and folders to Chromium."""
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 200, "y": 200, "data": data})


def look_at(page: Page, *paths: Path) -> None:
    """Drop what is to be delivered, and wait until all is known of it."""
    expect(page.locator(".upload-area[data-ready]")).to_be_attached()
    drop_from_disk(page, *paths)
    expect(page.locator('#review[aria-busy="false"]')).to_be_visible(timeout=60_000)


def get_cards(page: Page) -> Locator:
    return page.locator(".image-card")


def get_card(page: Page, caption: str) -> Locator:
    return page.locator(f'.image-card[data-name="{caption}"]')


def list_names(page: Page) -> list[str]:
    return get_cards(page).evaluate_all("cards => cards.map((card) => card.dataset.name)")


def expect_names(page: Page, *names: str) -> None:
    """The cards have these names, in this order, now or soon."""
    expect(get_cards(page)).to_have_count(len(names))
    for index, name in enumerate(names):
        expect(get_cards(page).nth(index)).to_have_attribute("data-name", name)


def wait_for_measures(page: Page) -> None:
    """Wait until no card will be drawn anew with what was measured of its picture."""
    expect(page.locator("[data-awaited]")).to_have_count(0)


def wait_for_saving(page: Page, sentence: str) -> None:
    expect(page.locator("#notice")).to_contain_text(sentence)


def tab_to(page: Page, selector: str, limit: int = 60) -> None:
    """Press Tab until what has the focus matches; a mouse is never used."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        if page.evaluate(
            "(selector) => document.activeElement.matches(selector)",
            selector,
        ):
            return
    raise AssertionError(f"Tab never came to {selector}")
