"""The fixed cast, the way in, and the real servers."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from django.contrib.auth.models import User

from apps.dashboard.api.identifiers import encode_id
from apps.dashboard.api.request_body import ApiHandler
from apps.organizations.api_keys import issue_api_key
from apps.organizations.models import ApiKey, Membership, Organization
from apps.products.models import Product
from tests.assertions import list_media
from tests.sample_images import make_jpeg

GTIN = "00012345678905"
OTHER_GTIN = "00000096385074"
FOREIGN_GTIN = "09506000134352"


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
    acme, globex = (Organization.objects.create(name=name) for name in ("Acme", "Globex"))
    people = {name: User.objects.create_user(name) for name in ("olga", "mo", "ed", "bill", "zoe")}
    roles = {"olga": "owner", "mo": "manager", "ed": "editor", "bill": "billing"}
    for name, role in roles.items():
        Membership.objects.create(user=people[name], organization=acme, role=role)
    Membership.objects.create(user=people["zoe"], organization=globex, role="owner")
    product = Product.objects.create(gtin=GTIN, name="Coffee", owner=acme)
    Product.objects.create(gtin=OTHER_GTIN, name="Tea", owner=None)
    Product.objects.create(gtin=FOREIGN_GTIN, name="Soap", owner=globex)
    return Cast(acme, globex, product=product, **people)


@pytest.fixture
def cast(db: None) -> Cast:
    return build_cast()


@pytest.fixture
def editor_key(cast: Cast) -> str:
    return cast.issue(cast.ed)


class Service:
    """The whole service in this process, as a server calls it that decodes chunked bodies."""

    def __init__(self) -> None:
        self.handler = ApiHandler()
        self.bytes_read_before_answer = 0
        self.body = io.BytesIO()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        body = self.body = environ["wsgi.input"]
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
def client_here(service_here: Service) -> Iterator[httpx.Client]:
    transport = httpx.WSGITransport(app=service_here)
    with httpx.Client(transport=transport, base_url="http://testserver") as client:
        yield client


@dataclass(frozen=True)
class Api:
    """Posts forms to the product's images as one caller."""

    client: httpx.Client
    path: str
    headers: dict[str, str]

    def upload(
        self, image: bytes | None = None, name: str = "photo.jpg", path: str = "", **fields: str
    ) -> httpx.Response:
        files = {"image": (name, make_jpeg() if image is None else image)}
        return self.client.post(path or self.path, headers=self.headers, files=files, data=fields)

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
def _empty_media() -> Iterator[None]:
    yield
    for path in list_media():
        path.unlink()
