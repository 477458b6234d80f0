"""manage.py says which database it works on, and takes the service's environment from a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps.dashboard.operations.database_line import describe_database
from tests.servers.service import try_manage


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
