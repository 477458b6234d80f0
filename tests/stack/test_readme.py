"""What README.md says to paste works as it stands."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest

from tests import local_http
from tests.sample_images import make_jpeg
from tests.servers import node_executable
from tests.servers.service import REPOSITORY


def list_blocks(heading: str, language: str = "sh") -> list[str]:
    """The code below a heading of README.md."""
    text = (REPOSITORY / "README.md").read_text()
    _, _, section = text.partition(f"\n## {heading}\n")
    section, _, _ = section.partition("\n## ")
    return re.findall(rf"^```{language}\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)


SETTING, *LINES = list_blocks("Authenticate")


@pytest.mark.parametrize("line", LINES, ids=["API key", "access token", "session"])
def test_each_way_to_authenticate_uploads(service, seed, tmp_path, line):
    (tmp_path / "front.jpg").write_bytes(make_jpeg())
    editor = seed["users"]["editor"]
    environment = {
        "PATH": os.environ["PATH"],
        "ORGANIZATION_ID": seed["organization_id"],
        "API_KEY": seed["api_keys"]["editor"],
        "ACCESS_TOKEN": seed["oauth_tokens"]["editor"],
        "LOGIN": editor["username"],
        "PASSWORD": editor["password"],
    }
    script = SETTING.replace("http://127.0.0.1:8000", service.url) + line

    printed = subprocess.check_output(
        ["bash", "-eu", "-c", script], cwd=tmp_path, env=environment, text=True
    )

    image = json.loads(printed)
    assert image["image_url"].startswith(f"{service.url}/media/products/00012345678905/front-")


@pytest.fixture
def gallery_environment(service, seed, tmp_path) -> dict[str, str]:
    (tmp_path / "front.jpg").write_bytes(make_jpeg())
    gallery = f"{seed['organization_id']}/00012345678905/images"
    return {
        "PATH": os.environ["PATH"],
        "IMAGES": f"{service.url}/dashboard/api/v1/trade-items/{gallery}",
        "API_KEY": seed["api_keys"]["editor"],
    }


@pytest.fixture
def hero(gallery_environment) -> dict[str, Any]:
    """The product's primary picture, which no sample may cost it."""
    answer = local_http.post(
        gallery_environment["IMAGES"],
        headers={"X-API-Key": gallery_environment["API_KEY"]},
        files={"image": ("hero.jpg", make_jpeg())},
        data={"is_primary": "true"},
        trust_env=False,
    )
    return answer.json()


def get_first(environment: dict[str, str]) -> dict[str, Any]:
    headers = {"X-API-Key": environment["API_KEY"]}
    answer = local_http.get(environment["IMAGES"], headers=headers)
    return answer.json()["data"][0]


@pytest.mark.parametrize("language", ["python", "js"])
def test_program_uploads_lists_changes_and_deletes(gallery_environment, tmp_path, hero, language):
    [program] = list_blocks("Use it from Python / JavaScript / curl", language)
    path = tmp_path / {"python": "gallery.py", "js": "gallery.mjs"}[language]
    path.write_text(program)
    interpreter = {"python": sys.executable, "js": node_executable()}[language]

    printed = subprocess.check_output(
        [interpreter, path], cwd=tmp_path, env=gallery_environment, text=True
    )

    total_count, changed, deleted = printed.splitlines()
    assert int(total_count) >= 1
    assert (changed, deleted) == ("Front of package 3", "204")
    assert get_first(gallery_environment) == hero


def test_curl_uploads_lists_changes_and_deletes(gallery_environment, tmp_path, hero):
    [script] = list_blocks("Use it from Python / JavaScript / curl")

    printed = subprocess.check_output(
        ["bash", "-eu", "-c", script], cwd=tmp_path, env=gallery_environment, text=True
    )

    decoder = json.JSONDecoder()
    listed, end = decoder.raw_decode(printed)
    changed, end = decoder.raw_decode(printed, end)
    assert listed["data"][0] == hero
    assert (changed["title"], changed["priority"]) == ("Front of package", 3)
    assert printed[end:] == "204"


def test_channels_are_asked_and_nothing_is_kept(gallery_environment, tmp_path, hero):
    [line] = list_blocks("Ask what channels would say")

    printed = subprocess.check_output(
        ["bash", "-eu", "-c", line], cwd=tmp_path, env=gallery_environment, text=True
    )

    verdicts = json.loads(printed)["channels"]  # of a picture of 64 pixels
    assert [told["verdict"] for told in verdicts if told["channel"] == "google"] == ["refused"]
    assert get_first(gallery_environment) == hero
