"""The Dockerfile's steps, one by one, in a folder: nothing here needs an engine, or a registry.

Each step runs in a mount namespace of its own, where the folder is /srv and the running Python is
/usr/local, as in the image. What pip would install there is the folder of packages that is here.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tests.servers.processes import accepts_connections, run_process, wait_until_ready
from tests.servers.service import REPOSITORY, Service

BASE = {"PATH": "/usr/local/bin:/usr/bin:/bin"}
PACKAGES = f"/srv/venv/lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
ENTER = """
mount --bind "$PYTHON" /usr/local
mount --bind "$ROOT" /srv
if [ -d "$INSIDE" ]; then
    mount --bind "$PACKAGES" "$INSIDE"
    mount -o remount,bind,ro "$INSIDE"
fi
"""
# As `docker run --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges`.
LOCK = """
mount --bind "$DATA" /srv/data
top=/$(echo "$PYTHON" | cut -d/ -f2)
if [ "$top" != /usr ]; then  # Python looks for its library there, and the folder may be root's own
    mount -t tmpfs -o mode=755 tmpfs "$top"
    mkdir -p "$PYTHON"
    mount --bind /usr/local "$PYTHON"
fi
mount -o remount,bind,ro /srv
mount -o remount,bind,ro /
mount -t tmpfs tmpfs /tmp
"""
# What an instruction tells of the image; and those that an engine alone has use for.
SAID: dict[str, tuple[str, Callable[[str], Any]]] = {
    "WORKDIR": ("folder", str),
    "USER": ("user", str),
    "ENTRYPOINT": ("entrypoint", json.loads),
    "CMD": ("command", json.loads),
    "HEALTHCHECK": ("health_check", lambda words: json.loads(words.partition("CMD ")[2])),
}
FOR_ENGINES = ("EXPOSE", "VOLUME", "STOPSIGNAL")


@dataclass
class Image:
    """What the Dockerfile's last stage says, and the folder that is its /srv."""

    root: Path
    env: dict[str, str] = field(default_factory=BASE.copy)
    folder: str = "/"
    user: str = "0:0"
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    health_check: list[str] = field(default_factory=list)

    def build_command(self, data: Path, env: dict[str, str], words: list[str]) -> list[str]:
        """What runs these words as a container would, with the volume in the folder `data`."""
        uid, gid = self.user.split(":")
        become = ["setpriv", "--reuid", uid, "--regid", gid, "--clear-groups", "--no-new-privs"]
        become += ["--inh-caps=-all", "--bounding-set=-all"]
        inner = shlex.join([*become, *_set_environment({**self.env, **env}), *words])
        return self._enter(f"DATA={shlex.quote(str(data))}\n{LOCK}cd {self.folder}\nexec {inner}")

    def run(self, data: Path, env: dict[str, str], *words: str) -> str:
        """What the words print as they run to their end, in place of the entry point."""
        command = self.build_command(data, env, list(words))
        return subprocess.check_output(command, text=True, timeout=120)

    def build_step(self, words: str) -> list[str]:
        """What runs a step's words as the root that builds."""
        step = shlex.join([*_set_environment(self.env), "sh", "-ec", words])
        return self._enter(f"mkdir -p {self.folder}\ncd {self.folder}\nexec {step}")

    def _enter(self, script: str) -> list[str]:
        values = {
            "PYTHON": sys.base_prefix,
            "ROOT": str(self.root),
            "PACKAGES": sysconfig.get_path("purelib"),
            "INSIDE": PACKAGES,
        }
        settings = "".join(f"{name}={shlex.quote(value)}\n" for name, value in values.items())
        namespace = ["unshare", "--mount", "--propagation", "private"]
        return [*namespace, "bash", "-euc", f"{settings}{ENTER}{script}"]


def build_image(folder: Path) -> Image:
    """Build what the Dockerfile says into the folder; RuntimeError for a step that fails."""
    stages: dict[str, Image] = {}
    image = Image(folder)
    for name, words in read_steps((REPOSITORY / "Dockerfile").read_text()):
        if name == "FROM":
            stage = words.partition(" AS ")[2] or "image"
            image = stages[stage] = Image(folder / stage)
            image.root.mkdir(parents=True)
        elif name == "ENV":
            image.env |= _read_variables(words, image.env)
        elif name == "COPY":
            _copy(image, words, stages)
        elif name == "RUN":
            _run_step(image, words)
        elif name in SAID:
            member, read = SAID[name]
            setattr(image, member, read(words))
        elif name not in FOR_ENGINES:
            raise RuntimeError(f"the Dockerfile has {name}, which is not known here")
    return image


def read_steps(dockerfile: str) -> Iterator[tuple[str, str]]:
    """Each instruction and what follows it."""
    for line in dockerfile.splitlines():
        if line.strip() and not line.startswith("#"):
            name, _, words = line.partition(" ")
            yield name, words


@contextmanager
def run_image(image: Image, folder: Path, env: dict[str, str]) -> Iterator[Service]:
    """Run the image's own command with a volume in the folder; until its health check passes."""
    data = make_volume(folder)
    log_path = folder / "container.log"
    command = image.build_command(data, env, [*image.entrypoint, *image.command])
    check = image.build_command(data, env, image.health_check)

    def is_healthy() -> bool:
        if not accepts_connections(int(env["PORT"])):  # asking the image takes a Python each time
            return False
        return subprocess.run(check, stderr=subprocess.DEVNULL, check=False).returncode == 0

    with run_process(command, log_path, folder=folder) as process:
        wait_until_ready(process, log_path, is_healthy)
        url = f"http://127.0.0.1:{env['PORT']}"
        yield Service(url, psutil.Process(process.pid), log_path, process)


def make_volume(folder: Path) -> Path:
    """The volume's folder, the image's user's own, as an engine makes it at first use."""
    data = folder / "data"
    data.mkdir(mode=0o700, exist_ok=True)
    os.chown(data, 10001, 10001)
    return data


def _copy(image: Image, words: str, stages: dict[str, Image]) -> None:
    *sources, target = words.split()
    place = image.root / os.path.relpath(os.path.join(image.folder, target), "/srv")  # noqa: PTH118
    if sources[0].startswith("--from="):
        shutil.copytree(
            stages[sources[0].removeprefix("--from=")].root,
            place,
            symlinks=True,
            dirs_exist_ok=True,
        )
        return
    if target.endswith("/"):
        place.mkdir(parents=True, exist_ok=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    for source in sources:
        subprocess.run(["cp", "-r", REPOSITORY / source, place], check=True)


def _run_step(image: Image, words: str) -> None:
    if words.startswith("/usr/local/bin/pip "):
        return  # the Makefile does that, from the same file with the same hashes
    step = subprocess.run(
        image.build_step(words), capture_output=True, text=True, check=False, timeout=300
    )
    if step.returncode:
        raise RuntimeError(f"RUN {words} failed: {step.stdout}{step.stderr}")


def _read_variables(words: str, env: dict[str, str]) -> dict[str, str]:
    pairs = (word.partition("=") for word in shlex.split(words))
    return {
        name: re.sub(r"\$(\w+)", lambda found: env[found[1]], value) for name, _, value in pairs
    }


def _set_environment(env: dict[str, str]) -> list[str]:
    return ["env", "-i", *(f"{name}={value}" for name, value in env.items())]
