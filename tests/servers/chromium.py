"""A Chromium that playwright can drive, found or installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from tests.servers.packages import install_debian_package

NAMES = ("chromium", "chromium-browser", "google-chrome")
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
PRINT_OWN_PATH = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""


def find_chromium() -> str | None:
    """Return the path of a Chromium that starts: the system's, else playwright's own."""
    for name in NAMES:
        program = shutil.which(name)
        # Ubuntu's chromium-browser may be a script that only says where to get one.
        if program is not None and _starts(program):
            return program
    own = subprocess.run(
        [sys.executable, "-c", PRINT_OWN_PATH], capture_output=True, text=True, check=True
    ).stdout.strip()
    return own if _starts(own) else None


def ensure_chromium() -> str:
    """Return the path of a Chromium, installing playwright's or Debian's if there is none."""
    program = find_chromium()
    if program is None and _install_own():
        program = find_chromium()
    if program is None and install_debian_package("chromium"):
        program = find_chromium()
    if program is None:
        raise RuntimeError(
            "Chromium is missing; install it: python -m playwright install --with-deps chromium, "
            "or apt-get install chromium"
        )
    return program


@contextmanager
def run_chromium() -> Iterator[Browser]:
    """Run a headless Chromium and yield playwright's handle of it."""
    program = ensure_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def _starts(program: str) -> bool:
    try:
        finished = subprocess.run(
            [program, "--version"], capture_output=True, check=False, timeout=60
        )
    except OSError:
        return False
    return finished.returncode == 0


def _install_own() -> bool:
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    try:
        return subprocess.run(command, check=False, timeout=DOWNLOAD_SECONDS).returncode == 0
    except subprocess.TimeoutExpired:
        return False
