"""`make lint` knows migrations that the release before would not survive."""

from __future__ import annotations

from tests.servers.migration_lint import lint_migrations


def test_column_that_an_older_release_cannot_leave_out_is_refused(postgres_url: str):
    only = ("--include-name", "0003_product_image_is_undecodable", "--ignore-name", "none")

    linted = lint_migrations(postgres_url, *only)

    assert linted.returncode == 1
    assert "NOT NULL constraint on columns" in linted.stdout
