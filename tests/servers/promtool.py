"""Debian's promtool, which reads rules as Prometheus does."""

from __future__ import annotations

import shutil

from tests.servers.packages import install_debian_package


def find_promtool() -> str:
    """The program; installed where it is missing, which starts no server."""
    program = shutil.which("promtool")
    if program is None and install_debian_package("prometheus"):
        program = shutil.which("promtool")
    if program is None:
        raise RuntimeError("promtool is missing; install it: apt-get install prometheus")
    return program
