"""What README.md says to paste works as it stands."""

from __future__ import annotations

import json
import os
import re
import subprocess

import pytest

from tests.sample_images import make_jpeg
from tests.servers.service import REPOSITORY


def list_blocks(heading: str) -> list[str]:
    """The shell code below a heading of README.md."""
    text = (REPOSITORY / "README.md").read_text()
    _, _, section = text.partition(f"\n## {heading}\n")
    section, _, _ = section.partition("\n## ")
    return re.findall(r"^```sh\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)


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
