"""Writers that wait together share a commit, and none of them another's fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction

from apps.organizations.models import Membership, Organization
from apps.problems import NotFound
from apps.products import write_turns
from apps.products.write_turns import take_product_turn, take_turn, write_durably
from tests.servers.processes import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def write_together(*writes: Callable[[], object]) -> list[Future[None]]:
    """Each by a thread of its own, all of which wait for their turn; the first to come is this."""
    with ThreadPoolExecutor(len(writes)) as pool:
        with take_turn():
            works = [pool.submit(write_durably, write) for write in writes]
            wait_until(lambda: len(write_turns.waiting) == len(writes))
            write_turns.write_waiting()
        return works


@contextmanager
def list_commits() -> Iterator[list[str]]:
    connection.ensure_connection()
    statements: list[str] = []
    connection.connection.set_trace_callback(
        lambda statement: statements.append(statement) if statement == "COMMIT" else None
    )
    try:
        yield statements
    finally:
        connection.connection.set_trace_callback(None)


def name_organization(name: str) -> None:
    with transaction.atomic():
        Organization.objects.create(name=name)


def refuse() -> None:
    with transaction.atomic():
        Organization.objects.create(name="refused")
        raise NotFound("It has gone.")


def break_reference() -> None:
    with transaction.atomic():
        organization = Organization.objects.create(name="broken")
        Membership.objects.create(user_id=987_654_321, organization=organization, role="owner")


def be_undone() -> None:
    """As SQLite does of itself where the disk is full."""
    with transaction.atomic():
        Organization.objects.create(name="undone")
        connection.connection.execute("ROLLBACK")
        raise OperationalError("database or disk is full")


def list_names() -> list[str]:
    return sorted(Organization.objects.values_list("name", flat=True))


def test_writers_who_wait_share_one_commit():
    with list_commits() as commits:
        works = write_together(*(partial(name_organization, name) for name in "abc"))

    assert [work.exception() for work in works] == [None] * 3
    assert list_names() == ["a", "b", "c"]
    assert commits == ["COMMIT"]


def test_writer_alone_is_kept_or_told():
    write_durably(partial(name_organization, "a"))
    with pytest.raises(NotFound):
        write_durably(refuse)

    assert list_names() == ["a"]


def test_refused_writer_leaves_the_others_alone():
    first, refused, last = write_together(
        partial(name_organization, "a"), refuse, partial(name_organization, "b")
    )

    assert isinstance(refused.exception(), NotFound)
    assert (first.exception(), last.exception()) == (None, None)
    assert list_names() == ["a", "b"]


def test_reference_broken_until_the_commit_is_one_writers_fault():
    first, broken, last = write_together(
        partial(name_organization, "a"), break_reference, partial(name_organization, "b")
    )

    assert isinstance(broken.exception(), IntegrityError)
    assert (first.exception(), last.exception()) == (None, None)
    assert list_names() == ["a", "b"]


def test_writers_undone_with_another_are_written_after_all():
    first, undone, last = write_together(
        partial(name_organization, "a"), be_undone, partial(name_organization, "b")
    )

    assert isinstance(undone.exception(), OperationalError)
    assert (first.exception(), last.exception()) == (None, None)
    assert list_names() == ["a", "b"]


def test_writers_to_a_database_that_only_reads_are_told_all():
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON")
    try:
        works = write_together(*(partial(name_organization, name) for name in "ab"))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA query_only = OFF")

    assert all(isinstance(work.exception(), DatabaseError) for work in works)
    assert list_names() == []


def test_writers_to_one_product_take_turns_and_none_waits_for_long(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(write_turns, "IS_SQLITE", False)
    done: list[str] = []

    def write(product_id: int, name: str) -> None:
        with take_product_turn(product_id):
            done.append(name)

    with ThreadPoolExecutor(2) as pool:
        with take_product_turn(1):
            same = pool.submit(write, 1, "same")
            pool.submit(write, 2, "other").result(10)
            assert done == ["other"]
            done.append("first")
        same.result(10)
        assert done == ["other", "first", "same"]

        monkeypatch.setattr(write_turns, "PRODUCT_TURN_SECONDS", 0.01)
        with take_product_turn(1):
            pool.submit(write, 1, "impatient").result(10)
    assert done[-1] == "impatient"
