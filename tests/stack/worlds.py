"""A running service with its database, its storage and its sample data, as callers see it."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg

from tests import local_http
from tests.sample_images import make_jpeg
from tests.servers import Service, run_manage, run_service

GTIN = "00012345678905"
# Few tests are about the limits, and all of them together pass the usual ones. Those that are about
# measuring switch it on: of all that the others upload it would take most of the machine's time.
USUAL_ENV = {
    "RATE_LIMIT_PER_MINUTE": "1000000",
    "RATE_LIMIT_PER_DAY": "1000000",
    "MAX_PRODUCT_IMAGES": "1000000",
    "MEASURE_IMAGES": "false",
}


MAKE_PRODUCTS = """
import json, os
from apps.organizations.models import Organization
from apps.products.gtin import get_check_digit
from apps.products.models import Product
count, prefix, name = (os.environ[f"PRODUCTS_{each}"] for each in ("COUNT", "PREFIX", "NAME"))
owner = Organization.objects.get(name="Alder & Finch")
bodies = [f"{prefix}{number:06}" for number in range(int(count))]
gtins = [body + get_check_digit(body + "0") for body in bodies]
Product.objects.bulk_create(
    Product(gtin=gtin, name=name.format(number=number, gtin=gtin), owner=owner)
    for number, gtin in enumerate(gtins)
)
print("GTINS=" + json.dumps(gtins))
"""


@dataclass(frozen=True)
class World:
    """Where the service keeps its things, what environment it has, and who may call it."""

    folder: Path
    env: dict[str, str]
    seed: dict[str, Any]
    service: Service

    @property
    def path(self) -> str:
        """The path of the sample product's images."""
        return f"/dashboard/api/v1/trade-items/{self.seed['organization_id']}/{GTIN}/images"

    @property
    def images_url(self) -> str:
        """The address that takes the sample product's images."""
        return f"{self.service.url}{self.path}"

    @property
    def headers(self) -> dict[str, str]:
        """The credentials of an editor."""
        return {"X-API-Key": self.seed["api_keys"]["editor"]}

    def upload(
        self, image: bytes | None = None, name: str = "photo.jpg", wait: float = 60, **fields: str
    ) -> httpx.Response:
        """Upload one picture as an editor."""
        files = {"image": (name, make_jpeg() if image is None else image)}
        return local_http.post(
            self.images_url, headers=self.headers, files=files, data=fields, timeout=wait
        )

    @contextmanager
    def sign_in(self, role: str) -> Iterator[httpx.Client]:
        """A browser of the member's, as far as cookies go."""
        with local_http.Client(base_url=self.service.url, timeout=60) as browser:
            browser.get("/accounts/login")
            token = browser.cookies["csrftoken"]
            login = {**self.seed["users"][role], "csrfmiddlewaretoken": token}
            assert browser.post("/accounts/login", data=login).status_code == 302
            yield browser

    def sweep(self) -> dict[str, Any]:
        """Sweep whatever is unclaimed, however young, and compare all rows with all objects.

        Returns what was found: nothing where all is in order.
        """
        return sweep(self.folder, self.env)

    def select(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the service's database."""
        return select(self.folder, self.env, query)

    def count_primaries(self) -> int:
        """The primary images of the sample product; its neighbours may have theirs."""
        [(primaries,)] = self.select(
            "select count(*) from products_productimage where is_primary and product_id ="
            f" (select id from products_product where gtin = '{GTIN}')"
        )
        return int(primaries)

    def list_incoming(self) -> list[Path]:
        """The temporary files of uploads that go on, or were left over."""
        return list((self.folder / "media" / ".incoming").glob("*"))


@contextmanager
def run_world(
    folder: Path,
    env: Mapping[str, str],
    seed: dict[str, Any],
    *,
    database: Path | None = None,
    application: str = "",
    warm: bool = True,
) -> Iterator[World]:
    """Run a service in the folder; with a copy of that SQLite database, where one is given.

    It is warm (see `tests.servers.warm_manage`), unless a test is about what a process begins with.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if database is not None:
        shutil.copyfile(database, folder / "db.sqlite3")
    own_env = {**USUAL_ENV, **env}
    with run_service(folder, own_env, application=application, warm=warm) as service:
        yield World(folder, own_env, seed, service)


def make_products(
    folder: Path, env: Mapping[str, str], count: int, prefix: str, name: str
) -> list[str]:
    """Give the sample organization so many products; returns their GTINs, which begin so.

    The name is a format of ``number`` and ``gtin``. It is done in the service's place: Django's
    ORM refuses to work beside a running playwright.
    """
    told = {"PRODUCTS_COUNT": str(count), "PRODUCTS_PREFIX": prefix, "PRODUCTS_NAME": name}
    printed = run_manage(folder, {**env, **told}, "shell", "-v", "0", "-c", MAKE_PRODUCTS)
    gtins: list[str] = json.loads(printed.rpartition("GTINS=")[2])
    return gtins


def sweep(folder: Path, env: dict[str, str]) -> dict[str, Any]:
    """Sweep as `World.sweep` does; the service need not run. Fails when the audit does."""
    arguments = ("sweep_unclaimed_objects", "--older-than", "0", "--audit", "--json")
    report: dict[str, Any] = json.loads(run_manage(folder, env, *arguments))
    return {name: found for name, found in report.items() if found}


def select(folder: Path, env: dict[str, str], query: str) -> list[tuple[Any, ...]]:
    """Ask the database of a service that need not run."""
    if "DATABASE_URL" in env:
        with psycopg.connect(env["DATABASE_URL"], options="-c statement_timeout=60s") as connection:
            return connection.execute(query.encode()).fetchall()
    with closing(sqlite3.connect(folder / "db.sqlite3")) as database:
        rows = database.execute(query).fetchall()
        database.commit()
        return rows
