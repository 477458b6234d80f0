"""A delivery that waits for a minute, made in a thread while other tests run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Response, expect

from tests.browser.agency import FOREIGN_GTIN, Agency, run_agency
from tests.browser.brand_manager import get_path, look_at, sign_in, visit, wait_until
from tests.servers import run_chromium, run_manage


@dataclass(frozen=True)
class Delivery:
    """What became of it: the pictures of each product, by title and whether they are primary."""

    images: list[list[tuple[str, bool]]]
    stored_by_looking: int
    stored_by_sending: int
    conflicts: list[tuple[str, int]]  # what was asked for, and the seconds of its Retry-After
    conflicts_before_the_crash: int
    conflicts_of_the_second_drop: int


def deliver_through_a_crash(folder: Path, seed: dict[str, Any], database: Path) -> Delivery:
    """Drop the agency's folder, look at it, send it while the service is killed, drop it again."""
    with run_agency(folder, seed, database) as agency, run_chromium() as browser:
        path = get_path(seed, "deliver")
        with visit(browser, agency.service.url, path) as visited:
            page, before = visited.page, agency.count_images()
            sign_in(page, seed["users"]["owner"])
            look_at(page, agency.folder)
            expect_review(page, agency.gtins)
            looked = agency.count_images() - before
            decide(page)
            conflicts = note_conflicts(page)
            early = send_through_a_crash(page, agency, conflicts)
            hindered = [describe(answer) for answer in conflicts]
            sent = agency.count_images() - before
            images = [agency.list_images(gtin) for gtin in agency.gtins]
            drop_again(page, agency)
            visited.check("net::ERR_", "409")
    return Delivery(
        [[(image["title"], image["is_primary"]) for image in each] for each in images],
        looked,
        sent,
        hindered,
        early,
        len(conflicts) - len(hindered),
    )


def expect_review(page: Page, gtins: list[str]) -> None:
    """All is told that is wrong with the folder."""
    expect(page.locator('[data-action="send"]')).to_have_text("Send 195 pictures to 50 products")
    expect(page.locator("#sum")).to_have_text("3 need a look, 2 are skipped")
    expect(page.locator("#not-taken summary")).to_have_text("1 TIFF file: save it as JPEG")
    expect_numbers(
        page, All=199, Ready=195, Check_digit=1, Not_your_product=1, No_GTIN=1, Already_here=1
    )
    expect(page.locator('.file[data-state="check_digit"] .file-state')).to_contain_text(
        f"should be {gtins[0][-1]}: Blend 0"
    )
    expect(page.locator('.file[data-state="twice"] .file-state')).to_have_text(
        f"The same as {gtins[4]}_C2N1.jpg"
    )
    expect(page.locator(".file.is-hero")).to_have_count(50)


def decide(page: Page) -> None:
    """Use the right digit, choose a product for the camera's picture, skip the foreign one."""
    page.get_by_role("button", name="Use it: ").click()
    page.get_by_role("button", name="Choose a product: 20261125_101500.jpg").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("searchbox").fill("Blend 3")
    dialog.get_by_role("button", name=re.compile("^Blend 3 ")).click()
    page.get_by_role("button", name=f"Skip: {FOREIGN_GTIN}_C8N1.jpg").click()
    expect(page.locator('[data-action="send"]')).to_have_text("Send 197 pictures to 50 products")
    expect(page.locator("#sum")).to_have_text("3 are skipped")


def send_through_a_crash(page: Page, agency: Agency, conflicts: list[Response]) -> int:
    """Kill the service on the way; returns how many conflicts there were before that."""
    page.locator('[data-action="send"]').click()
    wait_until(page, lambda: count_arrived(page) >= 60)
    early = len(conflicts)
    agency.restart()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator('#sending [data-part="reason"]')).to_have_text(
        "197 arrived.", timeout=180_000
    )
    return early


def drop_again(page: Page, agency: Agency) -> None:
    """All of it is here already."""
    page.get_by_role("button", name="Start over").click()
    run_manage(agency.data, {}, "fill_in_checksums")
    look_at(page, agency.folder)
    expect(page.locator('[data-action="send"]')).to_have_text("Nothing to send")
    expect_numbers(page, All=199, Check_digit=1, Not_your_product=1, No_GTIN=1, Already_here=196)


def expect_numbers(page: Page, **numbers: int) -> None:
    """So many files are in each state, and in no other."""
    shown = page.locator("#filters button:visible")
    expect(shown).to_have_text([f"{label.replace('_', ' ')} {n}" for label, n in numbers.items()])


def count_arrived(page: Page) -> int:
    return int(page.locator("#sent-files").get_attribute("value") or 0)


def note_conflicts(page: Page) -> list[Response]:
    """What is answered with a conflict from now on."""
    conflicts: list[Response] = []
    page.on("response", lambda answer: answer.status == 409 and conflicts.append(answer))
    return conflicts


def describe(answer: Response) -> tuple[str, int]:
    """What was asked for, and after how many seconds it may be asked for again."""
    asked = f"{answer.request.method} {answer.url.rpartition('/')[2]}"
    return asked, int(answer.headers.get("retry-after", 0))
