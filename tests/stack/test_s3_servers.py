"""The promises about objects on two S3 servers, both over TLS, in a folder of a bucket that is shared."""

from __future__ import annotations

import hashlib
import re
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import local_http
from tests.sample_images import make_jpeg, make_long_jpeg, make_svg
from tests.servers import S3Server, run_moto, run_s3
from tests.servers.service import REPOSITORY
from tests.stack.worlds import World, run_world

PREFIX = "brands/eu"
# Larger and smaller than what is kept in memory on its way.
PICTURES = {"small": make_jpeg(900, 700), "large": make_long_jpeg(3 << 20), "SVG": make_svg()}
NEIGHBOUR = "products/of-somebody-else.jpg"


def get_policy() -> str:
    """The one in README.md, for this bucket and its folder."""
    policy = re.search(r'\{"Version".*?\]\}', (REPOSITORY / "README.md").read_text(), re.DOTALL)
    assert policy
    return policy[0].replace("product-images/products", f"images/{PREFIX}/products")


@pytest.fixture(scope="module", params=["SeaweedFS", "moto"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[S3Server]:
    folder = tmp_path_factory.mktemp("s3-tls")
    with ExitStack() as stack:
        if request.param == "moto":
            yield stack.enter_context(run_moto(folder, "images", get_policy()))
        else:
            yield stack.enter_context(run_s3(folder, "images", tls=True))


@pytest.fixture(scope="module")
def bucket_world(
    server: S3Server,
    seed: dict[str, Any],
    seeded_database: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    server.client.put_object(Bucket="images", Key=NEIGHBOUR, Body=b"theirs")
    folder = tmp_path_factory.mktemp("bucket-world")
    env = {**server.env, "AWS_LOCATION": PREFIX, "AWS_S3_ADDRESSING_STYLE": "path"}
    with run_world(folder, env, seed, database=seeded_database) as world:
        yield world


def list_objects(server: S3Server) -> set[str]:
    listed = server.client.list_objects_v2(Bucket="images").get("Contents", [])
    return {entry["Key"] for entry in listed}


@pytest.mark.parametrize("kind", PICTURES)
def test_stranger_reads_what_was_sent(bucket_world: World, server: S3Server, kind: str):
    answer = bucket_world.upload(PICTURES[kind], name="front.bin")

    assert answer.status_code == 201, answer.text
    image_url = answer.json()["image_url"]
    assert image_url.startswith(
        f"{server.endpoint_url}/images/{PREFIX}/products/00012345678905/front-"
    )
    read = httpx.get(image_url, verify=ssl.create_default_context(cafile=server.ca_path))
    assert read.status_code == 200
    assert hashlib.sha256(read.content).digest() == hashlib.sha256(PICTURES[kind]).digest()
    assert read.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_picture_and_renditions_go_and_the_neighbours_stay(bucket_world: World, server: S3Server):
    uploaded = bucket_world.upload(PICTURES["small"]).json()
    key = uploaded["image_url"].partition("/images/")[2]
    rendition = f"{key.replace('/products/', '/renditions/')}.96.webp"
    with bucket_world.sign_in("editor") as member:
        assert member.get(f"/renditions/{uploaded['id']}/96").status_code == 200
    assert {key, rendition, NEIGHBOUR} <= list_objects(server)

    url = f"{bucket_world.images_url}/{uploaded['id']}"
    assert local_http.delete(url, headers=bucket_world.headers).status_code == 204

    kept = list_objects(server)
    assert not {key, rendition} & kept
    assert NEIGHBOUR in kept
    assert all(name.startswith(f"{PREFIX}/") for name in kept - {NEIGHBOUR})


def test_audit_looks_below_the_prefix_alone(bucket_world: World, server: S3Server):
    image_url = bucket_world.upload().json()["image_url"]
    key = image_url.partition("/images/")[2]
    assert bucket_world.sweep() == {}

    server.client.put_object(Bucket="images", Key=f"{PREFIX}/products/stray.jpg", Body=b"stray")
    with pytest.raises(RuntimeError, match=r'"objects_without_rows": \["products/stray.jpg"\]'):
        bucket_world.sweep()
    server.client.delete_object(Bucket="images", Key=f"{PREFIX}/products/stray.jpg")

    assert key in list_objects(server)


def test_readyz_tells_of_the_bucket(bucket_world: World):
    ready = local_http.get(f"{bucket_world.service.url}/readyz", timeout=30)

    assert (ready.status_code, ready.json()["storage"]) == (200, True)
