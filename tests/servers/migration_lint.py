"""Refuse migrations that an older release, which still runs, would not survive: `make lint`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.servers.postgres import run_postgres
from tests.servers.service import try_manage


def lint_migrations(url: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Lint what PostgreSQL would be told; SQLite makes a table anew for each column."""
    env = {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "tests.servers.migration_lint_settings",
        "LOG_LEVEL": "WARNING",
    }
    return try_manage(env, "lintmigrations", "--no-cache", *options)


def main() -> None:
    """Lint them on a PostgreSQL that runs for as long."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # PostgreSQL runs as somebody else than root
        with run_postgres(Path(folder)) as url:
            linted = lint_migrations(url)
    sys.stdout.write(linted.stdout)
    sys.stderr.write(linted.stderr)
    sys.exit(linted.returncode)


if __name__ == "__main__":
    main()
