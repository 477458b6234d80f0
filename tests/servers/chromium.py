"""A Chromium that playwright can drive, found or installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from tests.servers.packages import install_debian_package

# The headless shell has no interface, which the others start for every context: half the CPU.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
PACKAGES = ("chromium-headless-shell", "chromium")  # not every release has the first
# Without these Chromium looks for its maker's servers at every start. Playwright adds the others.
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DOWNLOAD_SECONDS = 300
# In a process of its own, since playwright cannot be started twice in one thread.
START_OWN = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    playwright.chromium.launch().close()
"""


def find_chromium() -> str | None:
    """Return the path of the first of the system's Chromiums that starts."""
    for name in NAMES:
        program = shutil.which(name)
        # Ubuntu's chromium-browser may be a script that only says where to get one.
        if program is not None and _starts(program, "--version"):
            return program
    return None


def ensure_chromium() -> str | None:
    """Return the path of the system's Chromium, or None for playwright's own headless shell.

    Without either, installs playwright's, else Debian's. RuntimeError: it could not.
    """
    program = find_chromium()
    if program is not None or _own_starts() or (_install_own() and _own_starts()):
        return program
    for package in PACKAGES:
        if install_debian_package(package):
            program = find_chromium()
        if program is not None:
            return program
    raise RuntimeError(
        "Chromium is missing; install it: "
        "python -m playwright install --with-deps --only-shell chromium, "
        "or apt-get install chromium-headless-shell"
    )


@contextmanager
def run_chromium() -> Iterator[Browser]:
    """Run a headless Chromium and yield playwright's handle of it."""
    path = ensure_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def _own_starts() -> bool:
    return _starts(sys.executable, "-c", START_OWN)


def _starts(*command: str) -> bool:
    try:
        finished = subprocess.run(command, capture_output=True, check=False, timeout=60)
    except OSError:
        return False
    return finished.returncode == 0


def _install_own() -> bool:
    command = [sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"]
    try:
        return subprocess.run(command, check=False, timeout=DOWNLOAD_SECONDS).returncode == 0
    except subprocess.TimeoutExpired:
        return False
