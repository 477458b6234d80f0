"""The last release goes on beside a newer one, on its tables: what it told PostgreSQL, told again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests import local_http
from tests.sample_images import make_jpeg
from tests.servers import run_manage, run_service

RECORDED = Path(__file__).with_name("release_1_0_0.sql")
# Where that release's migrations ended; what is not ours it has as today.
LEAVES = (("organizations", "0001"), ("products", "0004"))
OTHERS = ("auth", "sessions", "axes", "oauth2_provider")
ORGANIZATION = "JkTkuc2cM6bR26MZ9vzshP"
EDITOR_KEY = "csb_oyovjdjf9uOHJ9kbGNiREnJtzaoWdH6V_3f13b590"
# How the ids of the images begin that were recorded, the claim's key and the session's.
RECORDED_NAMES = ("2fe7b62e", "b11f2717", "b01626ff", "3f5cf173", "l9hlskjp")
# The first of all uploads had no primary image to demote; those of further rounds have.
DEMOTION = 'UPDATE "products_productimage" SET "is_primary" = false WHERE "product_id" = 1;'


@pytest.fixture
def database_url(postgres_url: str) -> Iterator[str]:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("create database rolling_upgrade")
        yield postgres_url.rpartition("/")[0] + "/rolling_upgrade"
        connection.execute("drop database rolling_upgrade with (force)")


def read_statements(section: str, suffix: str = "") -> list[str]:
    """A section of what was recorded, with names that no other round has."""
    text = RECORDED.read_text().partition(f"-- {section}\n")[2].partition("\n-- ")[0]
    if suffix:
        for name in RECORDED_NAMES:
            text = text.replace(name, name[: -len(suffix)] + suffix)
        text = f"{DEMOTION}\n{text}"
    return text.splitlines()


def tell(url: str, statements: list[str]) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def test_release_goes_on_while_and_after_the_tables_become_newer(database_url: str, tmp_path: Path):
    env: dict[str, Any] = {"DATABASE_URL": database_url}
    for app, leaf in (*((name, "") for name in OTHERS), *LEAVES):
        run_manage(tmp_path, env, "migrate", app, *filter(None, [leaf]), "--verbosity", "0")
    tell(database_url, read_statements("setup"))
    tell(database_url, read_statements("round"))

    run_manage(tmp_path, env, "migrate", "--no-input", "--verbosity", "0")
    tell(database_url, read_statements("round", "01"))
    tell(database_url, read_statements("sweep"))
    with run_service(tmp_path, env) as service:
        images = f"{service.url}/dashboard/api/v1/trade-items/{ORGANIZATION}/00012345678905/images"
        headers = {"X-API-Key": EDITOR_KEY}
        old = local_http.get(images, headers=headers).json()["data"]
        answer = local_http.post(images, headers=headers, files={"image": make_jpeg()})
        tell(database_url, read_statements("round", "02"))
        all_of_them = local_http.get(images, headers=headers).json()["data"]
    run_manage(tmp_path, env, "recount_images")

    assert sorted(image["title"] for image in old) == ["Back", "Back", "Front", "Front"]
    assert answer.status_code == 201
    assert len(all_of_them) == 7
    assert [image["is_primary"] for image in all_of_them] == [True, *[False] * 6]
    with psycopg.connect(database_url) as connection:
        counts = connection.execute(
            "select kept_images from products_product where gtin = '00012345678905'"
        )
        assert counts.fetchone() == (7,)


def test_what_was_recorded_is_all_that_the_release_wrote():
    written = {
        found[1]
        for statement in RECORDED.read_text().splitlines()
        if (found := re.match(r'(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)', statement))
    }

    assert written >= {
        "auth_user",
        "django_session",
        "oauth2_provider_accesstoken",
        "organizations_apikey",
        "organizations_membership",
        "organizations_organization",
        "products_imageevent",
        "products_product",
        "products_productimage",
        "products_unclaimedobject",
        "products_uploadclaim",
    }
