"""What an upload costs in calls of Python, which no other load on the machine changes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from tests.servers.service import REPOSITORY, build_environment

# Of one that demotes the previous primary, on Python 3.11; later ones inline comprehensions.
# Asking again, once the body is there, whether the key still may takes 36 of them; counting what
# the organization keeps takes 32.
CALLS = 1568


def test_upload_takes_as_many_calls_as_are_written_down(migrated_database: Path, tmp_path: Path):
    shutil.copy(migrated_database, tmp_path)
    finished = subprocess.run(
        [sys.executable, "-m", "bench.calls", "--quick"],
        cwd=REPOSITORY,
        env=build_environment(tmp_path, {"LOG_LEVEL": "WARNING"}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    count = json.loads(finished.stdout)["JPEG 200 kB"]

    assert CALLS * 0.97 <= count <= CALLS * 1.03
