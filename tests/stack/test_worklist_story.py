"""A brand manager's day: a catalogue comes in, a gap in it is found and filled, the rest goes out."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from apps.products.gtin import get_check_digit, print_gtin
from tests.browser.brand_manager import Visit, choose, get_cards, sign_in, visit
from tests.sample_images import make_jpeg
from tests.servers import run_manage
from tests.stack.worlds import World

LOGIN = {"username": "worklist-owner", "password": "seven-quiet-otters"}
MAKE_OWNER = f"""
import json
from django.contrib.auth.models import User
from apps.dashboard.api.identifiers import encode_id
from apps.organizations.models import Membership, Organization
owner = User.objects.create_user({LOGIN["username"]!r}, password={LOGIN["password"]!r})
organization = Organization.objects.create(name="Five Thousand")
Membership.objects.create(user=owner, organization=organization, role="owner")
print("ORGANIZATION=" + json.dumps(encode_id(organization.pk)))
"""
BODIES = [f"0871200{number:06}" for number in range(5000)]
GTINS = [body + get_check_digit(body + "0") for body in BODIES]
SPECIAL = "Grüner Highland Coffee, 500 g"
FAULTY = range(7, 5000, 500)


def write_sheet(*, is_mended: bool) -> bytes:
    """Without the zeros that spreadsheets eat; ten rows have a wrong check digit until mended."""
    lines = ["gtin;name;brand"]
    for number, gtin in enumerate(GTINS):
        name = SPECIAL if number == 4321 else f"Blend {number:04}"
        is_faulty = number in FAULTY and not is_mended
        last = str((int(gtin[-1]) + 1) % 10) if is_faulty else gtin[-1]
        lines.append(f"{gtin[1:-1]}{last};{name};Closient")
    return "\n".join(lines).encode("cp1252")


def look_at(page: Page, content: bytes) -> None:
    sheet = {"name": "catalogue.csv", "mimeType": "text/csv", "buffer": content}
    page.set_input_files("#file", sheet)
    page.get_by_role("button", name="Look at it").click()


def download(page: Page, role: str, name: str) -> list[list[str]]:
    with page.expect_download() as started:
        page.get_by_role(role, name=name).click()  # type: ignore[arg-type]  # a role's name
    return list(csv.reader(io.StringIO(Path(started.value.path()).read_text("utf-8-sig"))))


def read_query(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query)


def search(page: Page, words: str) -> None:
    box = page.get_by_role("searchbox")
    box.fill(words)
    box.press("Enter")


@pytest.fixture
def manager(world: World, browser: Browser) -> Iterator[Visit]:
    """The owner of an organization without products, where they add some."""
    printed = run_manage(world.folder, world.env, "shell", "-v", "0", "-c", MAKE_OWNER)
    organization = json.loads(printed.rpartition("ORGANIZATION=")[2])
    path = f"/organizations/{organization}/products/add"
    with visit(browser, world.service.url, path) as visited:
        sign_in(visited.page, LOGIN)
        yield visited


def test_catalogue_comes_in_is_worked_through_and_goes_out(manager: Visit):
    page = manager.page

    look_at(page, write_sheet(is_mended=False))
    expect(page.get_by_role("cell", name="The last digit should be")).to_have_count(10)
    faulty = download(page, "button", "Download the faulty rows")
    assert [row[2] for row in faulty] == ["row", *(str(number + 2) for number in FAULTY)]
    look_at(page, write_sheet(is_mended=True))
    page.get_by_role("button", name="Add 5,000").click()
    expect(page.get_by_text("5,000 products added, 0 renamed")).to_be_visible()

    for words in ("coffee GRUNER", BODIES[4321][-6:], print_gtin(GTINS[4321])):
        search(page, words)
        expect(page.locator(".product-tile")).to_have_count(1)
        expect(page.get_by_role("link", name=SPECIAL)).to_be_visible()

    page.goto(page.url.partition("?")[0])
    page.get_by_role("link", name="Without primary 5,000").click()
    page.get_by_role("link", name="Next →").click()
    expect(page.get_by_text(re.compile("^25.48 of 5,000$"))).to_be_visible()
    listed = page.url
    page.get_by_role("link", name="Blend 0044").click()
    expect(page.locator("#walk")).to_contain_text("45 of 5,000 without primary")
    choose(page, ("front.jpg", make_jpeg()))
    expect(get_cards(page)).to_have_count(1)
    get_cards(page).get_by_role("button", name="Make primary").click()
    expect(page.get_by_text("Next without primary: Blend 0045")).to_be_visible()
    page.get_by_role("link", name="Blend 0045").click()
    expect(page.locator("#walk")).to_contain_text("45 of 4,999 without primary")
    page.get_by_role("link", name="Products of").click()
    page.wait_for_url(f"**#p{GTINS[45]}")
    assert read_query(page.url) == read_query(listed)
    expect(page.get_by_role("link", name="Blend 0045")).to_be_in_viewport()
    expect(page.get_by_role("link", name="Blend 0044")).to_have_count(0)

    rows = download(page, "link", "Export as CSV")
    assert rows[0][:3] == ["gtin", "name", "pictures"]
    assert len(rows) - 1 == 4999
    manager.check()
