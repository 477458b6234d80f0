"""Statements told to the driver itself: what comes back, what is raised, who hears of them."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, OperationalError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.organizations.models import Organization
from apps.organizations.plain_sql import fetch_rows

pytestmark = pytest.mark.django_db
RENAME = "UPDATE organizations_organization SET name = %s WHERE name = %s RETURNING name"


def test_rows_of_a_statement_come_back():
    Organization.objects.create(name="Acme")

    assert fetch_rows(RENAME, ["Globex", "Acme"]) == [("Globex",)]
    assert fetch_rows("UPDATE organizations_organization SET name = %s", ["100 % wool"]) == []
    assert Organization.objects.get().name == "100 % wool"


def test_fault_of_the_driver_is_raised_as_that_of_django():
    with pytest.raises(OperationalError), transaction.atomic():
        fetch_rows("SELECT nothing FROM nowhere WHERE 1 = %s", [1])
    with pytest.raises((ProgrammingError, IntegrityError)), transaction.atomic():
        fetch_rows("SELECT %s", [])


def test_broken_transaction_takes_no_further_statement():
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(transaction.TransactionManagementError):
            fetch_rows("SELECT %s", [1])


def test_transaction_that_is_undone_undoes_it():
    Organization.objects.create(name="Acme")
    with transaction.atomic():
        fetch_rows(RENAME, ["Globex", "Acme"])
        transaction.set_rollback(True)

    assert Organization.objects.get().name == "Acme"


def test_whoever_listens_to_django_hears_of_it():
    with CaptureQueriesContext(connection) as queries:
        fetch_rows("SELECT %s", [1])

    assert [query["sql"] for query in queries] == ["SELECT 1"]
