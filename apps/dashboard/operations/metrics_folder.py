"""Where the workers of one server keep their numbers, so that each can tell the sums of all."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

# Where prometheus_client looks for it, when it is first imported.
FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"

# A worker writes into one file of each kind; with all routes, methods and statuses it has half.
KINDS: Final = ("counter", "histogram")
FILE_BYTES: Final = 1 << 20


def prepare_metrics_folder(root: Path, workers: int) -> Path:
    """A folder for the server that this process becomes, with the files that its workers need.

    Those of ended servers are removed. Raises OSError where there is no room, or no permission.
    """
    root.mkdir(parents=True, exist_ok=True)
    own = root / str(os.getpid())
    for folder in root.iterdir():
        if folder == own or not _runs(folder.name):
            shutil.rmtree(folder, ignore_errors=True)
    own.mkdir()
    for kind in KINDS:
        for number in range(workers):
            _allocate(own / f"{kind}_spare{number}.db")
    return own


def take_metrics_files() -> OSError | None:
    """Before prometheus_client is imported, give this worker files that nobody writes into.

    They are new ones or a dead worker's, whose counts go on. prometheus_client's own would have
    holes, and to write into a hole of a mapped file on a full disk is death (SIGBUS). Where none
    is left and no room for more, this worker counts by itself, and the reason is returned.
    """
    if FOLDER_VARIABLE not in os.environ:
        return None
    folder = Path(os.environ[FOLDER_VARIABLE])
    try:
        for kind in KINDS:
            own = folder / f"{kind}_{os.getpid()}.db"
            if not any(_take(path, own) for path in sorted(folder.glob(f"{kind}_*.db"))):
                _allocate(own)
    except OSError as fault:
        del os.environ[FOLDER_VARIABLE]
        return fault
    return None


def _take(path: Path, own: Path) -> bool:
    if _runs(path.stem.rpartition("_")[2]):
        return False
    try:
        path.rename(own)
    except FileNotFoundError:
        return False  # another new worker was quicker
    return True


def _allocate(path: Path) -> None:
    with path.open("xb") as file:
        os.posix_fallocate(file.fileno(), 0, FILE_BYTES)


def _runs(pid: str) -> bool:
    with suppress(ProcessLookupError, ValueError):
        try:
            os.kill(int(pid), 0)
        except PermissionError:
            return True  # somebody else's
        return True
    return False
