"""Runs manage.py in a process of its own that finds the libraries imported: half of a start's cost.

Such a process is forked from one that imported what needs no settings. Its settings it reads from
the environment that it is given, as any other does.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile

SCRIPT = Path(__file__).resolve().parents[2] / "manage.py"
LIBRARIES = [
    "boto3.session",
    "botocore.handlers",
    "botocore.httpsession",
    "django.core.management",
    "django.db.models",
    "django.test",
    "django.views.generic",
    "environ",
    "jwcrypto.jwk",
    "oauthlib.oauth2",
    "PIL.Image",
    "prometheus_client",
    "psycopg_pool",
    "pydantic.types",
    "requests",
    "s3transfer.manager",
]
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload([*LIBRARIES, __name__])


def run(
    *arguments: str, environment: Mapping[str, str], seconds: float
) -> subprocess.CompletedProcess[str]:
    """Run `manage.py ARGUMENTS` with nothing but this environment, whatever comes of it.

    What Python itself looks for when it starts, it finds in a fresh process alone. Raises
    subprocess.TimeoutExpired when that takes longer than these seconds; it is killed then.
    """
    if "PYTHONPATH" in environment:
        return subprocess.run(
            [sys.executable, str(SCRIPT), *arguments],
            cwd=SCRIPT.parent,
            env=environment,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    with NamedTemporaryFile("r") as output, NamedTemporaryFile("r") as errors:
        process = _processes.Process(
            target=_become_manage, args=(arguments, dict(environment), output.name, errors.name)
        )
        process.start()
        process.join(seconds)
        exit_code = process.exitcode
        if exit_code is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(arguments, seconds)
        return subprocess.CompletedProcess(arguments, exit_code, output.read(), errors.read())


def _become_manage(
    arguments: tuple[str, ...], environment: dict[str, str], output: str, errors: str
) -> None:
    for descriptor, path in ((1, output), (2, errors)):
        os.dup2(os.open(path, os.O_WRONLY), descriptor)
    os.chdir(SCRIPT.parent)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [str(SCRIPT), *arguments]
    sys.path[0] = str(SCRIPT.parent)
    runpy.run_path(str(SCRIPT), run_name="__main__")
