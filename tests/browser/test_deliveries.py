"""A folder of an agency is dropped, looked at, sent through a crash of the service, and dropped again."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Response, expect

from tests import local_http
from tests.browser.brand_manager import get_path, look_at, sign_in, visit, wait_until
from tests.sample_images import make_jpeg
from tests.servers import Service, run_manage, run_service
from tests.stack.worlds import USUAL_ENV

PRODUCTS = 50
MAKE_PRODUCTS = f"""
import json
from apps.organizations.models import Organization
from apps.products.gtin import get_check_digit
from apps.products.models import Product
owner = Organization.objects.get(name="Alder & Finch")
bodies = [f"0950711{{number:06}}" for number in range({PRODUCTS})]
gtins = [body + get_check_digit(body + "0") for body in bodies]
Product.objects.bulk_create(
    Product(gtin=gtin, name=f"Blend {{number}}", owner=owner) for number, gtin in enumerate(gtins)
)
print("GTINS=" + json.dumps(gtins))
"""
FOREIGN_GTIN = "09501101530003"
# In the order in which they are to stand, which is not that of the names.
VIEWS = {
    "C1N1": "Front, in packaging",
    "C7N1": "Back, in packaging",
    "C2N1": "Left, in packaging",
    "C8N1": "Right, in packaging",
}
CAPTIONS = list(VIEWS.values())


@dataclass
class Agency:
    """The folder, the products that it is for, and the service, which can be killed."""

    folder: Path
    gtins: list[str]
    seed: dict[str, Any]
    data: Path
    stack: ExitStack
    service: Service

    def restart(self) -> None:
        """Kill the service, and start it again at the same address."""
        port = self.service.url.rpartition(":")[2]
        self.service.kill()
        self.service = self.stack.enter_context(run_service(self.data, {**USUAL_ENV, "PORT": port}))

    def list_images(self, gtin: str) -> list[dict[str, Any]]:
        url = f"{self.service.url}/dashboard/api/v1/trade-items/{self.seed['organization_id']}"
        headers = {"X-API-Key": self.seed["api_keys"]["editor"]}
        answer = local_http.get(f"{url}/{gtin}/images?page_size=100", headers=headers)
        return answer.json()["data"]

    def count_images(self) -> int:
        with closing(sqlite3.connect(self.data / "db.sqlite3")) as database:
            return database.execute("select count(*) from products_productimage").fetchone()[0]


def write_delivery(folder: Path, gtins: list[str]) -> None:
    """200 files: in folders by tens, the last ten products in folders of their own."""
    for number, gtin in enumerate(gtins):
        for place, code in enumerate(VIEWS):
            content = make_jpeg() + f"{number} {place}".encode()
            path = folder / f"batch {number // 10}" / f"{gtin}_{code}.jpg"
            if number >= 40:
                path = folder / "by product" / gtin / f"{code} {number}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    (folder / "batch 0" / ".DS_Store").write_bytes(b"hidden")
    last = [folder / "batch 0" / f"{gtin}_C8N1.jpg" for gtin in gtins[:5]]
    wrong_digit = (int(gtins[0][-1]) + 1) % 10
    last[0].rename(last[0].with_name(f"{gtins[0][:-1]}{wrong_digit}_C8N1.jpg"))
    last[1].rename(last[1].with_name(f"{FOREIGN_GTIN}_C8N1.jpg"))
    last[2].rename(last[2].with_suffix(".tif"))
    last[3].rename(last[3].with_name("20261125_101500.jpg"))
    last[4].write_bytes(last[4].with_name(f"{gtins[4]}_C2N1.jpg").read_bytes())


@pytest.fixture
def agency(seed, seeded_database, tmp_path):
    data = tmp_path / "service"
    data.mkdir()
    shutil.copy(seeded_database, data)
    printed = run_manage(data, {}, "shell", "-v", "0", "-c", MAKE_PRODUCTS)
    gtins = json.loads(printed.rpartition("GTINS=")[2])
    folder = tmp_path / "delivery"
    write_delivery(folder, gtins)
    with ExitStack() as stack:
        service = stack.enter_context(run_service(data, USUAL_ENV))
        yield Agency(folder, gtins, seed, data, stack, service)


def expect_numbers(page: Page, **numbers: int) -> None:
    """So many files are in each state, and in no other."""
    shown = page.locator("#filters button:visible")
    expect(shown).to_have_text([f"{label.replace('_', ' ')} {n}" for label, n in numbers.items()])


def decide(page: Page) -> None:
    """Use the right digit, choose a product for the camera's picture, skip the foreign one."""
    page.get_by_role("button", name="Use it: ").click()
    page.get_by_role("button", name="Choose a product: 20261125_101500.jpg").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("searchbox").fill("Blend 3")
    dialog.get_by_role("button", name=re.compile("^Blend 3 ")).click()
    page.get_by_role("button", name=f"Skip: {FOREIGN_GTIN}_C8N1.jpg").click()


def count_arrived(page: Page) -> int:
    return int(page.locator("#sent-files").get_attribute("value") or 0)


def note_conflicts(page: Page) -> list[Response]:
    """What is answered with a conflict from now on."""
    conflicts: list[Response] = []
    page.on("response", lambda answer: answer.status == 409 and conflicts.append(answer))
    return conflicts


def is_still_running(answer: Response) -> bool:
    """Whether an upload is told that the first with its key has not been answered yet."""
    is_upload = answer.request.method == "POST" and answer.url.endswith("/images")
    return is_upload and 0 < int(answer.headers.get("retry-after", 0)) <= 60


def test_delivery_arrives_whole_and_once_whatever_happens_on_its_way(browser, agency):
    path = get_path(agency.seed, "deliver")
    before = agency.count_images()
    with visit(browser, agency.service.url, path) as visited:
        page = visited.page
        sign_in(page, agency.seed["users"]["owner"])
        look_at(page, agency.folder)
        send = page.locator('[data-action="send"]')
        expect(send).to_have_text("Send 195 pictures to 50 products")
        expect(page.locator("#sum")).to_have_text("3 need a look, 2 are skipped")
        expect(page.locator("#not-taken summary")).to_have_text("1 TIFF file: save it as JPEG")
        expect_numbers(
            page, All=199, Ready=195, Check_digit=1, Not_your_product=1, No_GTIN=1, Already_here=1
        )
        expect(page.locator('.file[data-state="check_digit"] .file-state')).to_contain_text(
            f"should be {agency.gtins[0][-1]}: Blend 0"
        )
        expect(page.locator('.file[data-state="twice"] .file-state')).to_have_text(
            f"The same as {agency.gtins[4]}_C2N1.jpg"
        )
        expect(page.locator(".file.is-hero")).to_have_count(50)
        assert agency.count_images() == before
        decide(page)
        expect(send).to_have_text("Send 197 pictures to 50 products")
        expect(page.locator("#sum")).to_have_text("3 are skipped")

        conflicts = note_conflicts(page)
        send.click()
        wait_until(page, lambda: count_arrived(page) >= 60)
        assert conflicts == []
        agency.restart()
        page.evaluate("dispatchEvent(new Event('online'))")
        expect(page.locator('#sending [data-part="reason"]')).to_have_text(
            "197 arrived.", timeout=180_000
        )
        # Uploads that the crash cut short hold their keys for a minute, and are tried until then.
        assert all(is_still_running(answer) for answer in conflicts)
        hindered = len(conflicts)
        assert agency.count_images() == before + 197
        for number, gtin in enumerate(agency.gtins):
            images = agency.list_images(gtin)
            wanted = CAPTIONS[:3] if number in {1, 2, 4} else CAPTIONS
            wanted = [*CAPTIONS[:3], ""] if number == 3 else wanted
            assert [image["title"] for image in images] == wanted
            assert [image["is_primary"] for image in images] == [True] + [False] * len(wanted[1:])

        page.get_by_role("button", name="Start over").click()
        run_manage(agency.data, {}, "fill_in_checksums")
        look_at(page, agency.folder)
        expect(send).to_have_text("Nothing to send")
        expect_numbers(
            page, All=199, Check_digit=1, Not_your_product=1, No_GTIN=1, Already_here=196
        )
        assert len(conflicts) == hindered
        visited.check("net::ERR_", "409")
