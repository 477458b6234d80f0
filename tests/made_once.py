"""What all processes of the tests need and one of them makes, in this run or in an earlier one."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Callable
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]


def make_once(folder: Path, make: Callable[[Path], object]) -> Path:
    """Return the folder, filled by whoever came first; others wait meanwhile."""
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            unfinished = folder.with_suffix(".unfinished")
            make(unfinished)
            unfinished.rename(folder)
    return folder


def make_migrated_database(cache: Path) -> Path:
    """Return the path of a SQLite database that is migrated and empty, to be copied.

    It is kept for as long as nothing changes that decides what its tables look like.
    """
    paths = [
        *sorted(REPOSITORY.glob("apps/*/migrations/*.py")),
        REPOSITORY / "requirements/base.txt",
    ]
    contents = [f"{path} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in paths]
    digest = hashlib.sha256("\n".join(contents).encode()).hexdigest()
    return make_once(cache / digest, _migrate) / "db.sqlite3"


def _migrate(folder: Path) -> None:
    from tests.servers import run_manage  # noqa: PLC0415 (half a second that is seldom needed)

    run_manage(folder, {}, "migrate", "--no-input", "--verbosity", "0")
