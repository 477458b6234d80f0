"""manage.py says which database it works on, and takes the service's environment from a file."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from apps.dashboard.operations.database_line import describe_database
from tests.servers.service import REPOSITORY, try_manage


@pytest.mark.parametrize("way", ["option", "variable"])
def test_command_takes_the_file_of_the_service_and_tells_its_database(tmp_path: Path, way: str):
    database = tmp_path / "other.sqlite3"
    path = tmp_path / "closient.env"
    path.write_text(
        f"# as the unit has it\nDJANGO_SECRET_KEY='a $ecret'\nDATABASE_URL=sqlite:///{database}\n"
    )
    arguments = ["--env", str(path)] if way == "option" else []
    env = {} if way == "option" else {"CLOSIENT_ENV_FILE": str(path)}

    run = try_manage(env, *arguments, "showmigrations", "products")

    assert run.returncode == 0
    assert run.stderr == f"Database: sqlite:///{database}\n"
    assert database.exists()


def test_file_that_is_named_is_read_in_place_of_the_one_beside_manage_py(tmp_path: Path):
    shutil.copytree(REPOSITORY / "closient", tmp_path / "closient")
    shutil.copy(REPOSITORY / "manage.py", tmp_path)
    (tmp_path / "apps").symlink_to(REPOSITORY / "apps")
    (tmp_path / ".env").write_text("DJANGO_SECRET_KEY=secret\nPORT=none\n")
    (tmp_path / "closient.env").write_text("DJANGO_SECRET_KEY=secret\n")

    def check(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", *arguments, "check"]
        env = {"PATH": os.environ["PATH"]}
        return subprocess.run(
            command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False
        )

    assert check().stderr.startswith("PORT is 'none'")
    assert check("--env", "closient.env").returncode == 0


def test_file_that_is_not_there_is_told(tmp_path: Path):
    refused = try_manage({}, "check", "--env", str(tmp_path / "closient.env"))

    assert refused.returncode == 1
    [line] = refused.stderr.splitlines()
    assert line.startswith(f"{tmp_path}/closient.env with the environment cannot be read: ")


@pytest.mark.parametrize(
    ("settings", "described"),
    [
        ({"HOST": "db", "PORT": 5432}, "postgres://closient@db:5432/brands"),
        ({"HOST": "", "PORT": "", "USER": ""}, "postgres:///brands"),
        (
            {"ENGINE": "django.db.backends.sqlite3", "NAME": "/srv/db.sqlite3"},
            "sqlite:////srv/db.sqlite3",
        ),
    ],
)
def test_database_is_described_without_its_password(settings: dict[str, str], described: str):
    usual = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "brands",
        "USER": "closient",
        "PASSWORD": "pa55word",
    }

    assert describe_database({**usual, **settings}) == described
