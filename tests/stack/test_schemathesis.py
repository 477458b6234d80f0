"""Schemathesis, all checks and sequences of calls, with each kind of credential: finds nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests import local_http
from tests.servers.service import REPOSITORY
from tests.stack.test_oauth_client import find_csrf_token
from tests.stack.worlds import GTIN, World, run_world

DOCUMENT = "/dashboard/api/v1/openapi.json"
# The editor may do everything, so most can be found there; some others may do the same.
ALL = ("--max-examples", "30", "--phases", "examples,coverage,fuzzing,stateful")
FEW = ("--max-examples", "8", "--phases", "examples,coverage,fuzzing,stateful")
SAME_AS_EDITOR = ("--max-examples", "8", "--phases", "examples,fuzzing,stateful")
RUNS = {
    "editor key": ALL,
    "editor key on one product": ("--phases", "coverage"),
    "manager key": SAME_AS_EDITOR,
    "readonly key": FEW,
    "user key": SAME_AS_EDITOR,
    "publishable key": FEW,
    "billing token": FEW,
    "editor session": SAME_AS_EDITOR,
}


def build_headers(world: World, credential: str) -> dict[str, str]:
    name, kind = credential.split()[:2]
    if kind == "key":
        return {"X-API-Key": world.seed["api_keys"][name]}
    if kind == "token":
        return {"Authorization": f"Bearer {world.seed['oauth_tokens'][name]}"}
    return sign_in(world, name)


def sign_in(world: World, user: str) -> dict[str, str]:
    with local_http.Client(base_url=world.service.url) as client:
        token = find_csrf_token(client.get("/accounts/login"))
        form = {**world.seed["users"][user], "csrfmiddlewaretoken": token}
        assert client.post("/accounts/login", data=form).status_code == 302
        cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        return {"Cookie": cookies, "X-CSRFToken": client.cookies["csrftoken"]}


def write_configuration(folder: Path, world: World, credential: str) -> Path:
    """Say who calls; and where there is something to be found, for most of the calls."""
    headers = build_headers(world, credential)
    found = {"organization_id": world.seed["organization_id"], "gtin": GTIN}
    lines = ["generation.with-security-parameters = false", "generation.database = 'none'"]
    lines += ["[headers]", *(f"{name} = {json.dumps(value)}" for name, value in headers.items())]
    if credential.endswith("on one product"):
        lines += ["[parameters]", *(f'"path.{name}" = "{found[name]}"' for name in found)]
    else:
        often = {**{f"path.{name}": value for name, value in found.items()}, "header.If-Match": "*"}
        lines += ["[dictionaries]"]
        lines += [f'"{name}" = {{ values = ["{value}"] }}' for name, value in often.items()]
        lines += ["[parameters]"]
        lines += [f'"{name}" = {{ dictionary = "{name}", probability = 0.9 }}' for name in often]
    path = folder / "schemathesis.toml"
    path.write_text("\n".join(lines))
    return path


def run_schemathesis(folder: Path, world: World, credential: str) -> str:
    """What it printed, empty where it found nothing."""
    folder.mkdir()
    configuration = write_configuration(folder, world, credential)
    command = [sys.executable, "-m", "schemathesis.cli", "--no-color"]
    command += ["--config-file", str(configuration), "run", f"{world.service.url}{DOCUMENT}"]
    command += ["--url", world.service.url, "--checks", "all", "--continue-on-failure"]
    hooks = {"PYTHONPATH": str(REPOSITORY), "SCHEMATHESIS_HOOKS": "tests.stack.schemathesis_hooks"}
    finished = subprocess.run(
        [*command, "--seed", "20260331", *RUNS[credential]],
        cwd=folder,
        env={**os.environ, **hooks},
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    return "" if finished.returncode == 0 else finished.stdout + finished.stderr


@pytest.fixture(scope="module")
def findings(
    seed: dict[str, Any], seeded_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Future[str]]]:
    """What it prints with each credential, two at a time."""
    folder = tmp_path_factory.mktemp("schemathesis")
    env = {"TRUSTED_PROXIES": "1"}
    with (
        run_world(folder / "service", env, seed, database=seeded_database) as world,
        ThreadPoolExecutor(2) as pool,
    ):
        yield {
            credential: pool.submit(run_schemathesis, folder / str(number), world, credential)
            for number, credential in enumerate(RUNS)
        }


@pytest.mark.parametrize("credential", RUNS)
def test_schemathesis_finds_nothing(findings: dict[str, Future[str]], credential: str):
    finding = findings[credential].result()

    assert not finding, finding
