"""Show the service at work: start it with sample data and upload three pictures over HTTP."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.core.management.color import supports_color
from django.utils.termcolors import colorize

from apps.dashboard.management.commands.serve import check_port
from apps.dashboard.samples.sample_data import SampleData, seed_sample_data
from apps.dashboard.samples.sample_uploads import (
    FOURTH_UPLOAD,
    UPLOADS,
    SampleUpload,
    build_upload_url,
    is_healthy,
    send_upload,
)

HOST = "127.0.0.1"
START_SECONDS = 30
# The server ends within 35 s of being asked to, beside a stalled upload too.
STOP_SECONDS = 40
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOG_TAIL_LINES = 20

_JSON_PART = re.compile(r'(?P<key>"[^"]+"(?=:))|(?P<text>"(?:[^"\\]|\\.)*")|(?P<word>\b[\w.]+\b)')
_JSON_COLOURS = {"key": "cyan", "text": "green", "word": "yellow"}


class Command(BaseCommand):
    """Stays up until Ctrl-C, then stops the server too."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--folder",
            type=Path,
            default=settings.DATA_DIR / "demo",
            help="where the pictures and the server's log go",
        )
        parser.add_argument(
            "--at", metavar="URL", help="upload to a server that runs there, on this database"
        )

    def handle(self, *args: Any, folder: Path, at: str | None, **options: Any) -> None:
        self._in_colour = (
            supports_color() and not os.environ.get("NO_COLOR") and not options["no_color"]
        )
        _raise_on_stops()
        try:
            if at:
                if not is_healthy(at):
                    raise CommandError(f"No service answers at {at}.")
                self._show(at, seed_sample_data(), folder.resolve())
            else:
                self._run(folder.resolve())
        except KeyboardInterrupt:
            self._say("\nThe demo has stopped; its data stays for the next one.")

    def _run(self, folder: Path) -> None:
        check_port(HOST, settings.PORT)
        folder.mkdir(parents=True, exist_ok=True)
        base_url, log_path = f"http://{HOST}:{settings.PORT}", folder / "server.log"
        self._say(f"Starting the service on {base_url} and drawing three pictures ...")
        with _run_server(base_url, log_path) as server:
            sample = seed_sample_data()
            _wait_until_healthy(server, base_url, log_path)
            self._show(base_url, sample, folder)
            self._say(f"\nThe server's log is {log_path}\nCtrl-C stops the demo.")
            server.wait()
            raise _describe_early_end(server, log_path)

    def _show(self, base_url: str, sample: SampleData, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        _draw_pictures(folder)
        for upload in UPLOADS:
            self._upload(upload, base_url, sample, folder)
        self._say_what_next(base_url, sample, folder)

    def _upload(
        self, upload: SampleUpload, base_url: str, sample: SampleData, folder: Path
    ) -> None:
        picture = folder / upload.file_name
        url = build_upload_url(base_url, sample["organization_id"], upload.gtin)
        fields = "".join(f"  {name}={value!r}" for name, value in upload.fields.items())
        self._say(f"\n{self._paint('POST', fg='blue', opts=('bold',))} {url}")
        self._say(f"  image={upload.file_name} ({picture.stat().st_size:,} bytes){fields}")
        answer = send_upload(url, sample["api_keys"]["editor"], picture, upload.fields)
        colour = "green" if answer.status == 201 else "red"
        status = self._paint(f"{answer.status} {answer.reason}", fg=colour, opts=("bold",))
        self._say(f"{status} after {answer.milliseconds:.0f} ms")
        self._say(_JSON_PART.sub(self._paint_json_part, answer.lay_out()))
        if answer.status != 201:
            raise CommandError(f"{upload.file_name} was not stored; the server's log says why.")

    def _say_what_next(self, base_url: str, sample: SampleData, folder: Path) -> None:
        owner = sample["users"]["owner"]
        url = build_upload_url(base_url, sample["organization_id"], FOURTH_UPLOAD.gtin)
        fields = [f"{name}={value}" for name, value in FOURTH_UPLOAD.fields.items()]
        form = [f"image=@{folder / FOURTH_UPLOAD.file_name}", *fields]
        words = ["curl", "-sS", "-i", "-H", f"X-API-Key: {sample['api_keys']['editor']}"]
        words += [word for part in form for word in ("-F", part)]
        self._say("")
        for name, value in (
            ("Dashboard", f"{base_url}/"),
            ("API pages", f"{base_url}/dashboard/api/v1/docs"),
            ("Sign in as", f"{owner['username']}  password {owner['password']}"),
            ("Admin", f"{base_url}/admin/  (first: {_build_operator_line()})"),
        ):
            self._say(f"{self._paint(f'{name:<12}', opts=('bold',))}{value}")
        self._say("\nUpload a fourth picture, from another terminal and any folder:\n\n")
        self._say(self._paint(shlex.join([*words, url]), fg="cyan"))

    def _paint_json_part(self, match: re.Match[str]) -> str:
        return self._paint(match.group(), fg=_JSON_COLOURS[match.lastgroup or "word"])

    def _paint(self, text: str, **style: Any) -> str:
        return colorize(text, **style) if self._in_colour else text

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()  # into a pipe, too


def _build_operator_line() -> str:
    url = os.environ.get("DATABASE_URL", "")
    database = f"DATABASE_URL={shlex.quote(url)} " if url else ""
    return f"{database}.venv/bin/python manage.py createsuperuser"


def _draw_pictures(folder: Path) -> None:
    # Seconds of work, so those of an earlier demo are used again; they get their names when whole.
    for upload in (*UPLOADS, FOURTH_UPLOAD):
        path = folder / upload.file_name
        if not path.exists():
            unfinished = path.with_suffix(".part")
            unfinished.write_bytes(upload.draw())
            unfinished.rename(path)


@contextmanager
def _run_server(base_url: str, log_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        **os.environ,
        "HOST": HOST,
        "PORT": str(settings.PORT),
        "API_SERVER_URL": base_url,
        "SECURE_COOKIES": "false",  # there is no TLS here, and Safari takes that seriously
    }
    server = None
    try:
        with log_path.open("wb") as log, _stops_put_off():
            # A session of its own: Ctrl-C is for the demo, which then stops the server in order.
            server = subprocess.Popen(  # noqa: S603 (our own arguments)
                [sys.executable, settings.BASE_DIR / "manage.py", "serve"],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        yield server
    finally:
        if server is not None:
            _stop_server(server)


@contextmanager
def _stops_put_off() -> Iterator[None]:
    """Until its end, where one that came meanwhile raises KeyboardInterrupt."""
    came: list[int] = []
    for number in STOP_SIGNALS:
        signal.signal(number, lambda number, _: came.append(number))
    yield
    _raise_on_stops()
    if came:
        raise KeyboardInterrupt


def _raise_on_stops() -> None:
    for number in STOP_SIGNALS:
        signal.signal(number, signal.default_int_handler)


def _stop_server(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(STOP_SECONDS)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)


def _wait_until_healthy(server: subprocess.Popen[bytes], base_url: str, log_path: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_healthy(base_url):
        if server.poll() is not None or time.monotonic() > deadline:
            raise _describe_early_end(server, log_path)
        time.sleep(0.05)


def _describe_early_end(server: subprocess.Popen[bytes], log_path: Path) -> CommandError:
    state = "does not answer" if server.returncode is None else f"ended ({server.returncode})"
    tail = "\n".join(log_path.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:])
    return CommandError(f"The server {state}. Its log, {log_path}, ends with:\n{tail}")
