"""No credential is ever written down, and every line is JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests import local_http
from tests.sample_images import make_jpeg
from tests.stack.worlds import World, run_world

METRICS_TOKEN = "a-token-for-prometheus"


def call_with_every_credential(world: World) -> list[str]:
    """Use each of them right, and wrong; returns what must not be in the log."""
    seed = world.seed
    keys = [*seed["api_keys"].values(), seed["other_organization"]["api_key"]]
    keys += ["csb_abcdefghijklmnopqrstuvwxyzABCDEF_00000000", "not-a-key-but-secret-all-the-same"]
    tokens = [*seed["oauth_tokens"].values(), "no-token-but-secret-all-the-same"]
    files = {"image": ("a.jpg", make_jpeg())}
    with local_http.Client(base_url=world.service.url, timeout=30) as client:
        for headers in (
            *({"X-API-Key": key} for key in keys),
            *({"Authorization": f"Bearer {token}"} for token in tokens),
            *({"Authorization": f"Basic {key}"} for key in keys[:1]),
        ):
            client.post(world.path, headers=headers, files=files)
            client.get(world.path, headers=headers)
        for secret in (keys[0], tokens[0]):  # in places where none belongs
            client.get(world.path, params={"api_key": secret})
            client.get(world.path.replace(seed["organization_id"], secret))
            client.post(world.path, headers={"X-API-Key": keys[0]}, data={"title": secret})
            client.get("/metrics", headers={"Authorization": f"Bearer {secret}"})
            client.get("/", params={"access_token": secret})
            client.get("/nothing", params={"access_token": secret})
        assert client.get("/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"})
    return [*keys, *tokens, METRICS_TOKEN, *sign_in_and_upload(world)]


def sign_in_and_upload(world: World) -> list[str]:
    owner = world.seed["users"]["owner"]
    with local_http.Client(base_url=world.service.url, timeout=30) as client:
        client.get("/accounts/login")
        form_token = client.cookies["csrftoken"]
        for password in ("wrong-but-secret-all-the-same", owner["password"]):
            form = {"username": owner["username"], "password": password}
            client.post("/accounts/login", data={**form, "csrfmiddlewaretoken": form_token})
        token, session = client.cookies["csrftoken"], client.cookies["sessionid"]
        files = {"image": ("a.jpg", make_jpeg())}
        assert client.post(world.path, files=files).status_code == 403
        answer = client.post(world.path, files=files, headers={"X-CSRFToken": token})
        assert answer.status_code == 201, answer.text
    return [owner["password"], "wrong-but-secret-all-the-same", form_token, token, session]


def test_log_of_every_credential_holds_none(
    seed: dict[str, Any], seeded_database: Path, tmp_path: Path
):
    env = {"LOG_LEVEL": "DEBUG", "LOG_FORMAT": "json", "METRICS_TOKEN": METRICS_TOKEN}
    with run_world(tmp_path, env, seed, database=seeded_database) as world:
        secrets = call_with_every_credential(world)
    log = world.service.log_path.read_text()

    assert len(secrets) > 18
    for secret in secrets:
        # Nor its middle, which is what an attacker lacks who has seen the shown beginning.
        assert secret not in log
        assert secret[12:28] not in log or len(secret) < 24
    lines = [json.loads(line) for line in log.splitlines()]
    told = [line for line in lines if "outcome" in line]
    assert len(told) >= 36
    assert {line["caller"] for line in told} == {"api_key", "oauth_token", "session", "nobody"}


def test_fault_is_one_line_with_its_stack(
    seed: dict[str, Any], seeded_database: Path, tmp_path: Path
):
    with run_world(
        tmp_path,
        {"LOG_FORMAT": "json"},
        seed,
        database=seeded_database,
        application="tests.stack.faulty:application",
    ) as world:
        answer = world.upload()
    lines = world.service.log_path.read_text().splitlines()
    faults = [json.loads(line) for line in lines if "RuntimeError: out of cheese" in line]

    assert answer.status_code == 500
    assert answer.json()["error_code"] == "internal_error"
    assert "cheese" not in answer.text
    [fault] = faults
    assert fault["logger"] == "django.request"
    assert fault["request_id"] == answer.json()["request_id"]
    assert fault["exception"].startswith("Traceback (most recent call last):")


def test_terminal_gets_plain_lines(seed: dict[str, Any], seeded_database: Path, tmp_path: Path):
    env = {"LOG_FORMAT": "line"}
    with run_world(tmp_path, env, seed, database=seeded_database) as world:
        world.upload()
    log = world.service.log_path.read_text()

    assert " INFO apps.dashboard.api.request_log request_id=" in log
    assert "<gtin>/images 201 ok caller=api_key:" in log
