"""Where the workers of one server keep their numbers, so that each can tell the sums of all."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

# Where prometheus_client looks for it, when it is first imported.
FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def prepare_metrics_folder(root: Path) -> Path:
    """An empty folder for the server that this process becomes; those of ended ones are removed.

    Raises OSError where the root can't be written to.
    """
    root.mkdir(parents=True, exist_ok=True)
    own = root / str(os.getpid())
    for folder in root.iterdir():
        if folder == own or not _runs(folder.name):
            shutil.rmtree(folder, ignore_errors=True)
    own.mkdir()
    return own


def _runs(pid: str) -> bool:
    with suppress(ProcessLookupError, ValueError):
        try:
            os.kill(int(pid), 0)
        except PermissionError:
            return True  # somebody else's
        return True
    return False
