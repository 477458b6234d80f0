"""Finds the programs that come in wheels, and installs those that come from Debian."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

INSTALL_SECONDS = 600


def find_wheel_file(package: str, wheel: str, pattern: str) -> Path:
    """Return the file that matches the pattern inside an installed package."""
    spec = importlib.util.find_spec(package)
    if spec is not None and spec.origin is not None:
        for path in Path(spec.origin).parent.glob(pattern):
            return path
    raise RuntimeError(f"{pattern} of the wheel {wheel} is missing; install it: make setup")


def find_wheel_script(name: str, wheel: str) -> Path:
    """Return the program that a wheel put beside this Python's own."""
    path = Path(sysconfig.get_path("scripts"), name)
    if path.exists():
        return path
    raise RuntimeError(f"{path} of the wheel {wheel} is missing; install it: make setup")


def install_debian_package(name: str) -> bool:
    """Install the package if this is root on a Debian; tell whether that went well."""
    apt_get = shutil.which("apt-get")
    if apt_get is None or os.geteuid() != 0:
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = [apt_get, "-q", "-o", "DPkg::Lock::Timeout=300"]
    # A failed update (another one is running) does not mean that the lists are too old.
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", name]):
        finished = subprocess.run(
            [*command, *arguments], env=environment, check=False, timeout=INSTALL_SECONDS
        )
    return finished.returncode == 0
