"""The Dockerfile and the compose file, whose steps are executed without an engine."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import local_http
from tests.assertions import assert_problem
from tests.sample_images import make_jpeg
from tests.servers import S3Server
from tests.servers.container import Image, build_image, make_volume, read_steps, run_image
from tests.servers.nginx import run_nginx_site
from tests.servers.processes import find_free_ports
from tests.servers.service import REPOSITORY, SECRET_KEY
from tests.stack.worlds import USUAL_ENV, World

SECRETS = {"DJANGO_SECRET_KEY": SECRET_KEY, "PASSWORD": "pa55word", "METRICS_TOKEN": "a" * 16}
COMPOSE = (REPOSITORY / "deploy/compose.yaml").read_text()


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    return build_image(tmp_path_factory.mktemp("image"))


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """What the compose file says with the secrets in place."""
    filled = re.sub(r"\$\{(\w+)[^}]*\}", lambda found: SECRETS[found[1]], COMPOSE)
    described: dict[str, Any] = yaml.safe_load(filled)
    return described


def test_image_serves_with_nothing_to_write_to_but_its_volume(
    image: Image, seed: dict[str, Any], seeded_database: Path, tmp_path: Path
):
    data = make_volume(tmp_path)
    database = shutil.copy(seeded_database, data / "db.sqlite3")
    os.chown(database, 10001, 10001)
    env = {"DJANGO_SECRET_KEY": SECRET_KEY, "PORT": str(find_free_ports(1)[0])}
    image.run(data, env, *image.entrypoint, "migrate", "--check")

    with run_image(image, tmp_path, env) as service:
        world = World(tmp_path, env, seed, service)
        answer = world.upload(make_jpeg(800, 600))
        [worker] = service.process.children()
        owners = {service.process.uids().real, worker.uids().real}
        with world.sign_in("owner") as browser:
            picture = browser.get(f"/renditions/{answer.json()['id']}/320")
        status = service.stop()

    assert answer.status_code == 201
    assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/webp")
    assert owners == {10001}
    assert status == 0
    assert {path.name for path in data.iterdir()} >= {"db.sqlite3", "media", "metrics"}


@pytest.mark.parametrize("path", ["/srv/closient/apps", "/srv/closient/.data", "/srv/venv", "/etc"])
def test_image_may_not_change_itself(image: Image, tmp_path: Path, path: str):
    command = image.build_command(make_volume(tmp_path), {}, ["touch", f"{path}/new"])

    tried = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)

    assert tried.returncode == 1
    assert re.search("Read-only file system|No such file", tried.stderr)


def test_service_of_the_compose_file_uploads_behind_its_nginx(
    image: Image,
    compose: dict[str, Any],
    stack_env: dict[str, str],
    stack_seed: dict[str, Any],
    tmp_path: Path,
):
    told = compose["services"]["dashboard"]["environment"]
    assert stack_env.keys() <= told.keys()
    [port, front] = find_free_ports(2)
    here = {"PORT": str(port), "API_SERVER_URL": f"http://localhost:{front}"}
    env = {**told, **stack_env, **USUAL_ENV, **here}  # others send with this key, too
    site = (REPOSITORY / "deploy/nginx.conf").read_text()
    site = site.replace("dashboard:8000", f"127.0.0.1:{port}").replace("8080", str(front))

    with (
        run_image(image, tmp_path, env),
        run_nginx_site(tmp_path, site, front) as url,
    ):
        path = (
            f"/dashboard/api/v1/trade-items/{stack_seed['organization_id']}/00012345678905/images"
        )
        key = {"X-API-Key": stack_seed["api_keys"]["editor"], "Host": f"localhost:{front}"}
        files = {"image": ("front.jpg", make_jpeg())}
        answer = local_http.post(url + path, headers=key, files=files)
        refused = local_http.post(url + path, headers=key, content=bytes(22 * 1024 * 1024 + 1))
        metrics = local_http.get(f"{url}/metrics")

    assert answer.status_code == 201
    assert answer.json()["image_url"].startswith(stack_env["AWS_S3_ENDPOINT_URL"])
    assert_problem(refused, "payload_too_large")
    assert metrics.status_code == 404


def test_bucket_of_the_compose_file_is_made_once(
    image: Image, compose: dict[str, Any], s3_server: S3Server, tmp_path: Path
):
    service = compose["services"]["bucket"]
    env = {**service["environment"], **s3_server.env, "AWS_STORAGE_BUCKET_NAME": "of-compose"}
    for _ in range(2):
        image.run(make_volume(tmp_path), env, *service["entrypoint"], *service["command"])

    names = [bucket["Name"] for bucket in s3_server.client.list_buckets()["Buckets"]]
    assert names.count("of-compose") == 1


def test_strangers_may_only_read_objects_of_the_compose_file(compose: dict[str, Any]):
    accounts = json.loads(compose["configs"]["accounts"]["content"])["identities"]
    [owner] = accounts[0]["credentials"]
    environment = compose["services"]["dashboard"]["environment"]

    assert owner == {
        "accessKey": environment["AWS_ACCESS_KEY_ID"],
        "secretKey": environment["AWS_SECRET_ACCESS_KEY"],
    }
    assert accounts[1] == {
        "name": "anonymous",
        "actions": [f"Read:{environment['AWS_STORAGE_BUCKET_NAME']}"],
    }


def test_containers_of_the_service_hold_no_rights(compose: dict[str, Any]):
    for name in ("bucket", "migrate", "dashboard", "sweep"):
        service = compose["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
    published = [port for each in compose["services"].values() for port in each.get("ports", ())]
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_image_gets_nothing_but_what_it_runs_on():
    ignored, *allowed = [
        line for line in (REPOSITORY / ".dockerignore").read_text().splitlines() if line[:1] != "#"
    ]
    steps = list(read_steps((REPOSITORY / "Dockerfile").read_text()))
    copied = {
        source
        for name, words in steps
        if name == "COPY" and not words.startswith("--from")
        for source in words.split()[:-1]
    }
    [pip] = [words for name, words in steps if " install --" in words]
    make = ["make", "--dry-run", "--always-make", "--directory", REPOSITORY, ".venv/base"]
    printed = subprocess.run(make, capture_output=True, text=True, check=True).stdout
    installed = re.search(r"(?<=/pip )install .*base\.txt", printed)

    assert ignored == "*"
    assert {line.removeprefix("!") for line in allowed if line[0] == "!"} == copied
    assert installed is not None
    assert {*installed[0].split()} <= set(pip.split())


def test_nginx_of_the_compose_file_answers_as_the_one_of_the_readme():
    pattern = r"^    # What nginx answers by itself.*?(?=^    location = /metrics)"
    pages = [REPOSITORY / "README.md", REPOSITORY / "deploy/nginx.conf"]
    found = [re.search(pattern, page.read_text(), re.M | re.S) for page in pages]

    assert all(found)
    assert len({block[0] for block in found if block}) == 1
