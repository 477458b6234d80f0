"""The fixed cast, the way in, and the real servers."""

from __future__ import annotations

import gc
import hashlib
import io
import json
import os
import pickle
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from apps.dashboard.api.identifiers import encode_id
from apps.dashboard.api.request_body import ApiHandler
from apps.dashboard.operations.window_counts import get_counts
from apps.organizations.api_keys import issue_api_key
from apps.organizations.models import ApiKey, Membership, Organization
from apps.products.models import Product
from closient import api as _api  # noqa: F401 (whose document is of these settings, not a test's)
from tests.assertions import list_media
from tests.made_once import make_migrated_database, make_once
from tests.sample_images import make_jpeg

TESTS = Path(__file__).parent
# Where the real servers and the browser are.
SLOW_FOLDERS = (TESTS / "stack", TESTS / "browser")
GTIN = "00012345678905"
OTHER_GTIN = "00000096385074"
FOREIGN_GTIN = "09506000134352"
# Those of a database, by their table.
Rows = dict[str, list[tuple[Any, ...]]]
EDITOR_KEY = "csb_oyovjdjf9uOHJ9kbGNiREnJtzaoWdH6V_3f13b590"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--storms", type=int, default=3, help="how many seeds each storm has")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "storm" in metafunc.fixturenames:
        metafunc.parametrize("storm", range(metafunc.config.getoption("storms")))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Beside processes that collect, have made what the first of their tests would wait for."""
    if settings.SETTINGS_MODULE != "tests.settings":  # whose database and media they empty
        raise pytest.UsageError("The tests run with --ds=tests.settings alone.")
    if session.config.getoption("numprocesses", None):
        folder = session.config.cache.mkdir("migrated")
        threading.Thread(target=make_migrated_database, args=(folder,)).start()


def pytest_collection() -> None:
    """What is imported and collected stays: it is not looked through for garbage again and again."""
    gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Shuffled as they are; those with servers follow, and the browser's come last of all.

    Playwright's loop runs in its process until the end, beside which Django's ORM refuses to work.
    """
    items.sort(
        key=lambda item: (
            item.path.parent in SLOW_FOLDERS,
            "browser" in getattr(item, "fixturenames", ()),
            item.get_closest_marker("last") is not None,
        )
    )


@dataclass(frozen=True)
class Cast:
    """Acme: Olga owns it, Mo manages, Ed edits, Bill pays. Globex, where Zoe is, is a stranger."""

    acme: Organization
    globex: Organization
    olga: User
    mo: User
    ed: User
    bill: User
    zoe: User
    product: Product

    def issue(
        self, user: User, kind: str = "csb", role: str | None = "editor", **fields: Any
    ) -> str:
        """A raw API key."""
        organization = None if kind == "csu" else fields.pop("organization", self.acme)
        return issue_api_key(
            name="test",
            kind=ApiKey.Kind(kind),
            user=user,
            organization=organization,
            role=ApiKey.Role(role) if kind == "csb" and role else None,
            **fields,
        )[1]


def build_cast() -> Cast:
    named = [Organization(name=name) for name in ("Acme", "Globex")]
    acme, globex = Organization.objects.bulk_create(named)
    roles = {"olga": "owner", "mo": "manager", "ed": "editor", "bill": "billing", "zoe": "owner"}
    users = [User(username=name, password=make_password(None)) for name in roles]
    people = {user.username: user for user in User.objects.bulk_create(users)}
    Membership.objects.bulk_create(
        Membership(user=user, organization=globex if name == "zoe" else acme, role=roles[name])
        for name, user in people.items()
    )
    product = Product.objects.create(gtin=GTIN, name="Coffee", owner=acme)
    Product.objects.create(gtin=OTHER_GTIN, name="Tea", owner=None)
    Product.objects.create(gtin=FOREIGN_GTIN, name="Soap", owner=globex)
    return Cast(acme, globex, product=product, **people)


@pytest.fixture(scope="session")
def kept_cast(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> tuple[bytes, Rows]:
    """A cast that was built and taken back: pickled, and its rows by their table.

    To write them again takes a tenth of the time that building does, and half the tests have it.
    """
    rows = {}
    with django_db_blocker.unblock(), transaction.atomic(), connection.cursor() as cursor:
        cast = build_cast()
        for model in (Organization, User, Membership, Product):
            table = model._meta.db_table
            rows[table] = cursor.execute(f"SELECT * FROM {table}").fetchall()
        transaction.set_rollback(True)
    return pickle.dumps(cast), rows


@pytest.fixture
def cast(db: None, kept_cast: tuple[bytes, Rows]) -> Cast:
    """Asked for before any other user is made, whose number would be one of theirs."""
    pickled, tables = kept_cast
    cast: Cast = pickle.loads(pickled)
    renamed = {}
    for organization in (cast.acme, cast.globex):  # by whose id this process keeps counts
        before, organization.id = organization.id.hex, uuid4()
        renamed[before] = organization.id.hex
    cast.product.owner = cast.acme
    with connection.cursor() as cursor:
        for table, rows in tables.items():
            places = ", ".join(["%s"] * len(rows[0]))
            renewed = [[renamed.get(value, value) for value in row] for row in rows]
            cursor.executemany(f"INSERT INTO {table} VALUES ({places})", renewed)
    return cast


@pytest.fixture
def editor_key(cast: Cast) -> str:
    """As `Cast.issue` would make one, in a quarter of the time."""
    ApiKey.objects.create(
        name="test",
        kind=ApiKey.Kind.ORGANIZATION,
        hashed_key=hashlib.sha256(EDITOR_KEY.encode()).hexdigest(),
        hint=EDITOR_KEY[:8],
        user=cast.ed,
        organization=cast.acme,
        role=ApiKey.Role.EDITOR,
    )
    return EDITOR_KEY


class Body(io.BytesIO):
    """What a client sends; ``meanwhile`` happens when the first of it is asked for."""

    meanwhile: Callable[[], object] = staticmethod(int)

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() == 0:
            self.meanwhile()
        return super().read(size)


class Service:
    """The whole service in this process, as a server calls it that decodes chunked bodies."""

    def __init__(self) -> None:
        self.handler = ApiHandler()
        self.bytes_read_before_answer = 0
        self.body = Body()
        self.while_body_comes = Body.meanwhile

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        body = self.body = environ["wsgi.input"] = Body(environ["wsgi.input"].read())
        body.meanwhile = self.while_body_comes
        environ["wsgi.input_terminated"] = True
        environ["PATH_INFO"] = environ["PATH_INFO"].encode().decode("latin-1")  # PEP 3333

        def start(*args: Any) -> Any:
            self.bytes_read_before_answer = body.tell()
            return start_response(*args)

        return self.handler(environ, start)


@pytest.fixture
def service_here() -> Service:
    return Service()


@pytest.fixture
def client_here(db: None, service_here: Service) -> Iterator[httpx.Client]:
    transport = httpx.WSGITransport(app=service_here)
    with httpx.Client(transport=transport, base_url="http://testserver") as client:
        yield client


@dataclass(frozen=True)
class Api:
    """The images of the product, as one caller reaches them."""

    client: httpx.Client
    path: str
    headers: dict[str, str]

    def upload(
        self, image: bytes | None = None, name: str = "photo.jpg", path: str = "", **fields: str
    ) -> httpx.Response:
        files = {"image": (name, make_jpeg() if image is None else image)}
        return self.client.post(path or self.path, headers=self.headers, files=files, data=fields)

    def get(self, query: str = "") -> httpx.Response:
        """The list of images."""
        return self.client.get(self.path + query, headers=self.headers)

    def post(
        self,
        body: bytes | Iterator[bytes],
        content_type: str = "multipart/form-data; boundary=x",
        **headers: str,
    ) -> httpx.Response:
        """Send the body as it stands; chunked where it is an iterator."""
        sent = {**self.headers, "Content-Type": content_type, **headers}
        return self.client.post(self.path, headers=sent, content=body)


@pytest.fixture
def api(cast: Cast, editor_key: str, client_here: httpx.Client) -> Api:
    path = f"/dashboard/api/v1/trade-items/{encode_id(cast.acme.id)}/{GTIN}/images"
    return Api(client_here, path, {"X-API-Key": editor_key})


@pytest.fixture(autouse=True)
def _fresh_world() -> Iterator[None]:
    yield
    get_counts.cache_clear()
    for path in list_media():
        path.unlink()


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all processes of this run; each has one of its own in it."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def migrated_database(pytestconfig: pytest.Config) -> Path:
    """A SQLite database with all tables and nothing in them, to be copied."""
    return make_migrated_database(pytestconfig.cache.mkdir("migrated"))


@pytest.fixture(scope="session")
def django_db_setup(migrated_database: Path, django_db_blocker: DjangoDbBlocker) -> None:
    """In place of pytest-django's, which migrates anew: a copy in memory."""
    with django_db_blocker.unblock(), closing(sqlite3.connect(migrated_database)) as source:
        connection.ensure_connection()
        source.backup(connection.connection)


@pytest.fixture(scope="session")
def seed_folder(shared_folder: Path, migrated_database: Path) -> Path:
    """Where a database with the sample data is, and what `manage.py seed_demo --json` printed."""
    from tests.servers import run_manage  # noqa: PLC0415 (half a second that few tests need)

    def make_seed(folder: Path) -> None:
        folder.mkdir()
        shutil.copy(migrated_database, folder)
        (folder / "seed.json").write_text(run_manage(folder, {}, "seed_demo", "--json"))

    return make_once(shared_folder / "seed", make_seed)


@pytest.fixture(scope="session")
def seed(seed_folder: Path) -> dict[str, Any]:
    """What `manage.py seed_demo --json` printed for the database that `service` starts with."""
    printed: dict[str, Any] = json.loads((seed_folder / "seed.json").read_text())
    return printed


@pytest.fixture(scope="session")
def seeded_database(seed_folder: Path) -> Path:
    """A SQLite database with the sample data and no image, to be copied."""
    return seed_folder / "db.sqlite3"


@pytest.fixture(scope="session")
def service(seeded_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The production server on SQLite and local disk, with the sample data, for all tests."""
    from tests.servers import run_service  # noqa: PLC0415 (half a second that few tests need)

    folder = tmp_path_factory.mktemp("service")
    shutil.copy(seeded_database, folder)
    limits = {"RATE_LIMIT_PER_MINUTE": "1000000", "RATE_LIMIT_PER_DAY": "1000000"}
    # Pictures are measured with their thumbnails alone, at a moment that a test knows.
    with run_service(folder, {**limits, "MEASURE_IMAGES": "false"}) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium, as playwright drives it."""
    from tests.servers import run_chromium  # noqa: PLC0415 (half a second that few tests need)

    with run_chromium() as chromium:
        yield chromium
