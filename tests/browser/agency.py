"""An agency's folder of 200 files, and the service that it is delivered to."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import local_http
from tests.sample_images import make_jpeg
from tests.servers import Service, run_service
from tests.stack.worlds import USUAL_ENV, make_products

PRODUCTS = 50
FOREIGN_GTIN = "09501101530003"
# In the order in which they are to stand, which is not that of the names.
VIEWS = {
    "C1N1": "Front, in packaging",
    "C7N1": "Back, in packaging",
    "C2N1": "Left, in packaging",
    "C8N1": "Right, in packaging",
}


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


@contextmanager
def run_agency(folder: Path, seed: dict[str, Any], database: Path) -> Iterator[Agency]:
    """Run a service of its own for the delivery, with the products that it is for."""
    data = folder / "service"
    data.mkdir()
    shutil.copy(database, data)
    gtins = make_products(data, {}, PRODUCTS, "0950711", "Blend {number}")
    write_delivery(folder / "delivery", gtins)
    with ExitStack() as stack:
        service = stack.enter_context(run_service(data, USUAL_ENV))
        yield Agency(folder / "delivery", gtins, seed, data, stack, service)
