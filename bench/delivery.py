"""A folder of thousands of pictures on the page "Deliver pictures": what its person waits for, and what it weighs.

All is measured inside of a headless Chromium on the service's own machine, which take each other's processors.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Page

from bench.pictures import make_jpeg
from bench.seeding import open_session, seed_service
from tests.browser.brand_manager import drop_from_disk, visit
from tests.servers import run_chromium, run_manage, run_service
from tests.stack.worlds import USUAL_ENV

VIEWS = ("C1N1", "C7N1", "C2N1", "C8N1")
BYTES_PER_PIXEL = 0.72
# Looking at the memory of all of Chromium's processes holds them up for some milliseconds.
LOOK_SECONDS = 5
GIVE_UP_SECONDS = 3600
PRODUCTS = """
import json
from apps.organizations.models import Organization
from apps.products.gtin import get_check_digit
from apps.products.models import Product
owner = Organization.objects.get()
bodies = [f"0950711{{number:06}}" for number in range({})]
gtins = [body + get_check_digit(body + "0") for body in bodies]
Product.objects.bulk_create(Product(gtin=g, name=f"Blend {{n}}", owner=owner) for n, g in enumerate(gtins))
print(json.dumps(gtins))
"""
# When each of these was so for the first time, in the page's milliseconds, and its long tasks.
WATCH = """
addEventListener("DOMContentLoaded", () => {
  const find = (selector) => document.querySelector(`#delivery ${selector}`);
  const rows = document.getElementsByClassName("file");
  const wanted = [
    ["names read", () => find("#table .file")],
    ["first rows painted", () => new Promise((resolve) => { requestAnimationFrame(() => setTimeout(resolve, 0, true)); })],
    ["all rows there", () => rows.length >= FILES],
    ["all hashed and compared", () => find('#review[aria-busy="false"]')],
    ["Send can be pressed", () => find('[data-action="send"]:enabled')],
    ["first picture under way", () => find('.file:is([data-state="sending"], [data-state="checking"])')],
    ["all sent", () => find('#sending [data-action="hold"]').hidden],
  ];
  const marks = {};
  const tasks = [];
  window.watched = { marks, tasks };
  const mark = (name) => { marks[name] = performance.now(); };
  addEventListener("drop", () => mark("dropped"), true);
  find('[data-action="send"]').addEventListener("click", () => mark("pressed"), true);
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) tasks.push([startTime, duration]);
  }).observe({ type: "longtask" });
  (async () => {
    for (const [name, isSo] of wanted) {
      while (!await isSo()) await new Promise((resolve) => { setTimeout(resolve, 10); });
      mark(name);
    }
  })();
});
"""


@dataclass
class Weight:
    """Megabytes: what the page's JavaScript holds on to, and the most that Chromium took."""

    heap: float
    chromium: float


def print_delivery(folder: Path, files: int, megabytes: float) -> None:
    """Drop the folder, and send it as soon as that is possible."""
    with (
        run_service(folder, {**USUAL_ENV, "MEASURE_IMAGES": "true"}, migrate=True) as service,
        run_chromium() as browser,
    ):
        path, _ = seed_service(folder, {})
        gtins = _make_products(folder, -(-files // len(VIEWS)))
        _write_pictures(folder / "delivery", gtins, files, round(megabytes * 1e6))
        page_path = f"/organizations/{path.split('/')[5]}/deliver"
        cookie = {"name": "sessionid", "value": open_session(folder), "url": service.url}
        with visit(browser, service.url, "/healthz") as visited:
            page = visited.page
            page.context.add_cookies([cookie])
            page.add_init_script(WATCH.replace("FILES", str(files)))
            page.goto(page_path)
            page.locator(".upload-area[data-ready]").wait_for(state="attached")
            weights = {"before": _weigh(page)}
            drop_from_disk(page, folder / "delivery")
            weights["looked at"] = _weigh_until(page, "Send can be pressed")
            page.locator('[data-action="send"]').click()
            weights["sent"] = _weigh_until(page, "all sent")
            _print(page, files, megabytes, weights)
            visited.check()


def _make_products(folder: Path, count: int) -> list[str]:
    printed = run_manage(folder, {}, "shell", "--no-imports", "-c", PRODUCTS.format(count))
    gtins: list[str] = json.loads(printed)
    return gtins


def _write_pictures(folder: Path, gtins: list[str], files: int, size: int) -> None:
    picture = make_jpeg("", round((size / BYTES_PER_PIXEL) ** 0.5), 1).data
    for number in range(files):
        gtin, view = gtins[number // len(VIEWS)], VIEWS[number % len(VIEWS)]
        path = folder / f"batch {number // 200}" / f"{gtin}_{view}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture + str(number).encode())


def _weigh_until(page: Page, name: str) -> Weight:
    most = 0.0
    give_up_at = time.monotonic() + GIVE_UP_SECONDS
    while not page.evaluate("name => name in watched.marks", name):
        if time.monotonic() > give_up_at:
            raise RuntimeError(f"{name} is never reached: {page.evaluate('watched.marks')}")
        most = max(most, _measure_chromium())
        page.wait_for_timeout(LOOK_SECONDS * 1000)
    weight = _weigh(page)
    return Weight(weight.heap, max(most, weight.chromium))


def _weigh(page: Page) -> Weight:
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used: float = session.send("Runtime.getHeapUsage")["usedSize"]
    session.detach()
    return Weight(used / 1e6, _measure_chromium())


def _measure_chromium() -> float:
    children = psutil.Process().children(recursive=True)
    own = [each for each in children if "chrom" in each.name()]
    return sum(each.memory_full_info().pss for each in own) / 1e6


def _print(page: Page, files: int, megabytes: float, weights: dict[str, Weight]) -> None:
    watched: dict[str, Any] = page.evaluate("watched")
    marks = sorted(watched["marks"].items(), key=lambda mark: mark[1])
    start = dict(marks)["dropped"]
    print(f"\n{files:,} files of {megabytes:g} MB\n{'':24} {'s':>7} {'longest task ms':>16}")
    for (_, since), (name, at) in pairwise(marks):
        if name == "pressed":
            start = at
            continue
        # A task belongs to the phase in which it begins.
        tasks = [length for begin, length in watched["tasks"] if since <= begin < at]
        print(f"{name:24} {(at - start) / 1000:7.2f} {max(tasks, default=0):16.0f}")
    seconds = (dict(marks)["all sent"] - start) / 1000
    arrived = page.locator('.file[data-state="arrived"]').count()
    print(
        f"{arrived:,} arrived, {files / seconds:.1f} a second, {files * megabytes / seconds:.0f} MB/s"
    )
    print(f"\n{'':24} {'heap MB':>7} {'Chromium PSS MB':>16}")
    for name, weight in weights.items():
        print(f"{name:24} {weight.heap:7.1f} {weight.chromium:16.0f}", flush=True)
