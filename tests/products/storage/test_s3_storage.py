"""A bucket keeps what was sent, or the upload fails: on servers that do as they please."""

from __future__ import annotations

import ssl
import threading
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest
import trustme
from botocore.loaders import JSONFileLoader

from apps.problems import StorageUnavailable
from apps.products.incoming_image import IncomingImage
from apps.products.storage.s3_storage import ImmutableS3Storage
from tests.sample_images import make_jpeg

NAME = "products/00012345678905/front.jpg"
PICTURE = make_jpeg() + bytes(100_000)


class PlainBucket(BaseHTTPRequestHandler):
    """Keeps the bytes of a PUT as they come, and knows nothing of codings or checksums."""

    protocol_version = "HTTP/1.1"  # its clients ask whether to go on

    def do_PUT(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"]))
        kept, told = self.server.keep(sent, self.headers)
        self.server.objects[self.path] = kept
        self._answer(b"", **told)

    def do_HEAD(self) -> None:
        self._answer(self.server.objects[self.path])

    def _answer(self, body: bytes, **headers: str) -> None:
        self.send_response(200)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def server(tmp_path, monkeypatch) -> Iterator[Any]:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "closient")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    with ThreadingHTTPServer(("127.0.0.1", 0), PlainBucket) as plain:
        plain.socket = context.wrap_socket(plain.socket, server_side=True)
        plain.objects = {}
        plain.keep = lambda sent, headers: (sent, {})
        threading.Thread(target=plain.serve_forever, daemon=True).start()
        yield plain
        plain.shutdown()


@pytest.fixture
def storage(server) -> ImmutableS3Storage:
    return build_storage(endpoint_url=f"https://127.0.0.1:{server.server_address[1]}")


def build_storage(**options: Any) -> ImmutableS3Storage:
    region = {"region_name": "us-east-1", "bucket_name": "images"}
    return ImmutableS3Storage(**{**region, **options})


@pytest.fixture
def incoming(settings) -> Iterator[IncomingImage]:
    settings.AWS_STORAGE_BUCKET_NAME = "images"
    with IncomingImage() as image:
        image.receive(PICTURE[:1000])
        image.receive(PICTURE[1000:])
        image.content_type = "image/jpeg"
        yield image


def test_server_that_knows_no_trailers_keeps_the_bytes_that_were_sent(server, storage, incoming):
    storage.save(NAME, incoming)
    storage.save_rendition("renditions/a.webp", b"WebP")

    assert server.objects == {
        f"/images/{NAME}": PICTURE,
        "/images/renditions/a.webp": b"WebP",
    }


def test_checksum_of_the_bytes_as_they_arrived_goes_ahead(server, storage, incoming):
    seen = {}

    def keep(sent, headers):
        seen.update(headers)
        return sent, {"x_amz_checksum_crc32": headers["x-amz-checksum-crc32"]}

    server.keep = keep
    storage.save(NAME, incoming)

    assert incoming.crc32 == zlib.crc32(PICTURE)
    assert seen["Content-Length"] == str(len(PICTURE))
    assert "x-amz-trailer" not in {name.lower() for name in seen}


@pytest.mark.parametrize(
    "keep",
    [
        pytest.param(lambda sent, headers: (sent[:-1], {}), id="a byte too few"),
        pytest.param(lambda sent, headers: (sent + b"\r\n", {}), id="two too many"),
        pytest.param(
            lambda sent, headers: (sent, {"x_amz_checksum_crc32": "AAAAAA=="}), id="other bytes"
        ),
    ],
)
def test_server_that_keeps_other_bytes_fails_the_upload(server, storage, incoming, keep):
    server.keep = keep

    with pytest.raises(StorageUnavailable, match="did not keep what it was sent"):
        storage.save(NAME, incoming)
    with pytest.raises(StorageUnavailable, match="did not keep what it was sent"):
        storage.save_rendition("renditions/a.webp", b"WebP")


def test_local_disk_counts_no_checksum():
    with IncomingImage() as image:
        image.receive(PICTURE)

    assert image.crc32 == 0


@pytest.mark.parametrize(
    ("options", "address"),
    [
        ({"region_name": "eu-central-1"}, "https://images.s3.eu-central-1.amazonaws.com/"),
        (
            {"region_name": "eu-central-1", "addressing_style": "path"},
            "https://s3.eu-central-1.amazonaws.com/images/",
        ),
        (
            {"region_name": "eu-central-1", "bucket_name": "my.images"},
            "https://s3.eu-central-1.amazonaws.com/my.images/",
        ),
        (
            {"endpoint_url": "https://s3.example.com", "region_name": "auto"},
            "https://s3.example.com/images/",
        ),
        (
            {"endpoint_url": "https://s3.example.com", "addressing_style": "virtual"},
            "https://images.s3.example.com/",
        ),
        (
            {"endpoint_url": "https://s3.example.com", "location": "brands/eu"},
            "https://s3.example.com/images/brands/eu/",
        ),
        (
            {"custom_domain": "images.example.com", "location": "brands/eu"},
            "https://images.example.com/brands/eu/",
        ),
    ],
)
def test_public_address_is_one_that_the_region_answers(options, address):
    assert build_storage(**options).url(NAME) == address + NAME


@pytest.mark.parametrize(
    ("version", "scheme"), [(None, "AWS4-HMAC-SHA256"), ("s3v4", "AWS4-HMAC-SHA256"), ("s3", "AWS")]
)
def test_request_is_signed_in_the_chosen_way(server, storage, incoming, version, scheme):
    seen = []
    server.keep = lambda sent, headers: (seen.append(headers["Authorization"]) or sent, {})

    build_storage(endpoint_url=storage.endpoint_url, signature_version=version).save(NAME, incoming)

    assert seen[0].split()[0] == scheme


def test_temporary_keys_are_sent_with_their_token(server, storage, incoming, monkeypatch):
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token-of-an-hour")
    seen = []
    server.keep = lambda sent, headers: (seen.append(headers["X-Amz-Security-Token"]) or sent, {})

    build_storage(endpoint_url=storage.endpoint_url).save(NAME, incoming)

    assert seen == ["token-of-an-hour"]


def test_keys_of_a_profile_are_sent_without_that_token(
    server, storage, incoming, monkeypatch, tmp_path
):
    keys = tmp_path / "credentials"
    keys.write_text("[studio]\naws_access_key_id = studio-key\naws_secret_access_key = secret\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(keys))
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token-of-an-hour")
    seen = []
    server.keep = lambda sent, headers: (seen.append(headers) or sent, {})
    own = {"access_key": None, "secret_key": None, "session_profile": "studio"}

    build_storage(endpoint_url=storage.endpoint_url, **own).save(NAME, incoming)

    assert "Credential=studio-key/" in seen[0]["Authorization"]
    assert "X-Amz-Security-Token" not in seen[0]


def test_rendition_is_kept_below_the_prefix(server, storage):
    prefixed = build_storage(endpoint_url=storage.endpoint_url, location="brands/eu")

    prefixed.save_rendition("renditions/a.webp", b"WebP")

    assert server.objects == {"/images/brands/eu/renditions/a.webp": b"WebP"}


def test_threads_that_come_first_together_share_one_client(monkeypatch):
    made = []

    def create_slowly(storage):
        made.append(storage)
        time.sleep(0.05)
        return boto3.Session("nobody", "secret")

    monkeypatch.setattr(ImmutableS3Storage, "_create_session", create_slowly)
    storage = build_storage(endpoint_url="https://s3.example.com")
    start = threading.Barrier(48)

    def take_client(_: int) -> object:
        start.wait()
        return storage.impatient_client

    with ThreadPoolExecutor(48) as pool:
        clients = set(pool.map(take_client, range(48)))

    assert (len(clients), len(made)) == (1, 1)


@pytest.mark.parametrize(
    ("options", "count"),
    [({"endpoint_url": "https://s3.example.com"}, 3), ({"custom_domain": "images.example.com"}, 2)],
)
def test_clients_that_are_used_are_made_at_the_start(options, count):
    storage = build_storage(**options)

    made = storage.make_clients()
    storage.url(NAME)

    assert len(made) == count
    assert ("unsigned_connection" in vars(storage)) == (count == 3)


def test_clients_share_what_they_know_of_s3(monkeypatch):
    build_storage().make_clients()
    monkeypatch.setattr(JSONFileLoader, "load_file", None)

    assert len(build_storage(endpoint_url="https://s3.example.com").make_clients()) == 3
