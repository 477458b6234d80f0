"""100,000 products, 10,000 images of one: no query of the gallery looks at more than it needs."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.servers.service import REPOSITORY, build_environment, try_manage

PRODUCTS, IMAGES = 100_000, 10_000
READS_ALL = re.compile(
    r"(Seq Scan on|\bSCAN) (products_(product|imageevent)|organizations|auth)\w*"
)
SORTS = re.compile(r"\bSort\b|USE TEMP B-TREE")
LISTS = ("name", "gtin", "changed", "pictures")
WAYS = ("", ", before")
BEGINS_AT_A_ROW = re.compile(r"Index Cond: .*ROW\(|AND \(\w+,gtin\)[<>]\(\?,\?\)\)")
TABS = {
    "no_hero": "owner_no_hero",
    "no_pictures": "owner_no_pictures",
    "not_ready": "owner_judged",
    "ready": "owner_judged",
}
IN_ORDER = (
    *("first page", "history", "last products", "products refused_by", "products tells_place"),
    "search of many",
    *(f"products by {sort}{way}" for sort in LISTS for way in WAYS),
)
# The last page has all others before it; SQLite has no trigrams, and counts are counted.
READ_ALL = ("last page", "search", "search of many", "counts")
Plans = dict[str, list[tuple[str, str]]]


def explain_queries(folder: Path, env: dict[str, str]) -> Plans:
    finished = subprocess.run(
        [sys.executable, "-m", "tests.stack.query_plans", str(PRODUCTS), str(IMAGES)],
        cwd=REPOSITORY,
        env=build_environment(folder, env),
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


@pytest.fixture(scope="module")
def sqlite_plans(migrated_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Plans:
    folder = tmp_path_factory.mktemp("growth")
    shutil.copy(migrated_database, folder)
    return explain_queries(folder, {})


@pytest.fixture(scope="module")
def growth_env(postgres_url: str) -> dict[str, str]:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("create database growth template migrated")
    return {"DATABASE_URL": f"{postgres_url.rpartition('/')[0]}/growth"}


@pytest.fixture(scope="module")
def postgresql_plans(growth_env: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Plans:
    return explain_queries(tmp_path_factory.mktemp("growth"), growth_env)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def plans(request: pytest.FixtureRequest) -> Plans:
    found: Plans = request.getfixturevalue(f"{request.param}_plans")
    return found


def test_no_query_reads_a_whole_table(plans: Plans):
    found = [
        plan
        for call, queries in plans.items()
        for _, plan in queries
        if READS_ALL.search(plan) and call not in READ_ALL
    ]

    assert found == []


@pytest.mark.parametrize("call", IN_ORDER)
def test_rows_come_from_the_index_in_their_order(plans: Plans, call: str):
    assert [plan for _, plan in plans[call] if SORTS.search(plan)] == []


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("sort", ["name", "changed", "pictures"])
def test_index_leads_to_a_page_among_products_of_the_same_value(plans: Plans, sort: str, way: str):
    _, plan = plans[f"products by {sort}{way}"][-1]

    assert BEGINS_AT_A_ROW.search(plan), plan


def test_list_takes_key_product_event_page_and_count(plans: Plans):
    tables = [re.findall(r'FROM "?(\w+)', sql)[-1] for sql, _ in plans["first page"]]

    assert tables == [
        "organizations_apikey",
        "products_product",
        "products_imageevent",
        "products_productimage",
        "products_productimage",
    ]


def test_page_is_read_from_the_gallery_index(plans: Plans):
    assert re.search(r"(Index Scan using|USING INDEX) gallery_order", plans["first page"][3][1])


def test_images_are_counted_in_the_index_alone(plans: Plans):
    pattern = r"(Index Only Scan using|COVERING INDEX) gallery_order"
    assert re.search(pattern, plans["first page"][4][1])


@pytest.mark.parametrize("sort", LISTS)
@pytest.mark.parametrize("tab", TABS)
def test_tab_and_walk_through_it_are_read_from_its_own_index(plans: Plans, tab: str, sort: str):
    _, page = plans[f"products {tab} by {sort}"][-1]
    read = [page, *(plan for _, plan in plans[f"neighbours {tab} by {sort}"])]

    assert len(read) == 3
    assert [plan for plan in read if TABS[tab] not in plan or SORTS.search(plan)] == []


@pytest.mark.parametrize(
    ("call", "index"),
    [
        ("products refused_by", "owner_refused_amazon"),
        ("products tells_place", "owner_place_order"),
    ],
)
def test_what_a_channel_refuses_and_what_tells_a_place_has_an_index(
    plans: Plans, call: str, index: str
):
    assert index in plans[call][-1][1]


def test_channels_are_counted_in_the_index_alone(plans: Plans):
    pattern = r"(Index Only Scan using|COVERING INDEX) owner_readiness_counts"
    assert re.search(pattern, plans["readiness"][0][1])


def test_words_are_found_by_their_trigrams(postgresql_plans: Plans):
    plans = "".join(plan for _, plan in postgresql_plans["search"])

    assert "folded_name_trigrams" in plans
    assert "file_name_trigrams" in plans


def test_missing_index_of_words_is_told_with_its_remedy(
    postgresql_plans: Plans, growth_env: dict[str, str], tmp_path: Path
):
    env = build_environment(tmp_path, growth_env)
    with psycopg.connect(growth_env["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("drop index gtin_trigrams")
        told = try_manage(env, "check", "--database", "default").stderr
        [remedy] = re.findall("HINT: (.*;)", told)
        for statement in remedy.split("; "):
            connection.execute(statement)

    assert "the database lacks gtin_trigrams." in told
    assert "lacks" not in try_manage(env, "check", "--database", "default").stderr


def test_primary_to_demote_is_found_by_its_index(plans: Plans):
    seeks = re.compile(r"one_primary_image_per_product|gallery_order .*AND is_primary=\?")
    [plan] = [plan for sql, plan in plans["upload"] if "SET is_primary = FALSE" in sql]
    assert seeks.search(plan)


def test_known_files_are_found_by_their_index(plans: Plans):
    [plan] = [plan for sql, plan in plans["known files"] if '"rank_in_product"' in sql]
    assert "image_sha256" in plan


def test_plans_that_read_or_sort_too_much_would_be_found():
    assert READS_ALL.search("->  Seq Scan on products_productimage  (cost=0.00..1)")
    assert READS_ALL.search("SCAN auth_user")
    assert not READS_ALL.search("SEARCH products_product USING INTEGER PRIMARY KEY (rowid=?)")
    assert SORTS.search("  ->  Sort  (cost=8.32..8.33 rows=1 width=146)")
    assert SORTS.search("USE TEMP B-TREE FOR ORDER BY")
