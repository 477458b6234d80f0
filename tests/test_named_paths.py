"""What README.md and CONTRIBUTING.md say is somewhere is there."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.servers.service import REPOSITORY

# `apps/products/`, (docs/performance.md), and `parameters.py` beside one that was named
NAMED = re.compile(
    r"[`(]((?:[\w.-]+/)+|(?:[\w.-]+/)*[\w-][\w.-]*\.(?:py|md|in|toml|json|html|jpg))[`)]"
)
MADE_LATER = {".data/", ".stack/", "front.jpg", "gallery.mjs"}


def list_missing(text: str) -> list[str]:
    listed = subprocess.check_output(["git", "ls-files"], cwd=REPOSITORY, text=True).splitlines()
    folders = {f"{parent}/" for path in listed for parent in list_parents(path)}
    return [
        named
        for named in NAMED.findall(text)
        if named not in MADE_LATER
        and not any(f"/{path}".endswith(f"/{named}") for path in (*listed, *folders))
    ]


def list_parents(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_every_path_that_is_named_exists(page):
    assert list_missing((REPOSITORY / page).read_text()) == []


def test_path_that_is_not_there_is_found():
    named = "`apps/products/gtin.py`, `access.py`, `nowhere.py` and `apps/none/`"

    assert list_missing(named) == ["nowhere.py", "apps/none/"]
