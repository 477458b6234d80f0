#!/usr/bin/env python3
# /// script
# requires-python = ">=3.11"
# dependencies = ["httpx"]
# ///
"""Deliver a folder of pictures: each goes to the product that the name of its file tells.

Without --send it only shows what it would do. The API key is read from API_KEY, the address of the
service from SERVER. What is there already is not sent again, so that an interrupted delivery goes
on when it is started anew. Exit codes: 0 all is delivered (or ready to be), 1 something is not,
2 it could not begin, 130 it was interrupted.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, groupby, repeat
from pathlib import Path
from threading import Event
from typing import Any, Final

import httpx

API: Final = "/dashboard/api/v1"
MAX_FILES: Final = 2_000
MAX_BYTES: Final = 20 * 1024 * 1024
TAKEN: Final = re.compile(r"\.(jpe?g|jpe|jfif|png|gif|webp|bmp|svg)")
# Pictures that somebody has to save as something else; whatever remains is no picture.
NOT_TAKEN: Final = re.compile(
    r"\.(tiff?|heic|heif|avif|jp2|jxl|psd|ai|eps|pdf|raw|dng|cr[23]|nef|arw)"
)
TIMEOUT: Final = httpx.Timeout(60, write=300)
PAUSES: Final = (1, 2, 5, 15, 30, 60)
PATIENCE_SECONDS: Final = 15 * 60
FINE: Final = frozenset(("ready", "sent", "already_here", "in_bin", "twin", "left_out"))
COLUMNS: Final = ("file", "GTIN", "product", "result", "reason", "address")


class CannotBeginError(Exception):
    """Why nothing can be delivered at all."""


class GaveUpError(Exception):
    """Why an answer was not waited for any longer."""


@dataclass
class Picture:
    """A file, what is known of it, and what became of it."""

    path: Path
    name: str
    state: str = "ready"
    reason: str = ""
    gtin: str = ""
    product: str = ""
    has_primary: bool = False
    title: str = ""
    sequence: int = 0
    is_hero: bool = False
    is_primary: bool = False
    sha256: str = ""
    stamp: tuple[int, int] = (0, 0)
    tries: int = 0
    image_id: str = ""
    address: str = ""
    twin: Picture | None = None

    def settle(self, state: str, reason: str = "") -> None:
        """Say what became of it."""
        self.state, self.reason = state, reason


class Service:
    """The products of one organization, as the key reaches them."""

    def __init__(self, client: httpx.Client, organization: str | None) -> None:
        self._client = client
        self.stop = Event()
        self.organization = self._find_organization(organization)
        self._items = f"{API}/trade-items/{self.organization}"

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """The answer, however long the service is away; raises GaveUpError."""
        return self._insist(lambda: self._client.request(method, self._items + path, **options))

    def ask_rows(self, path: str, **body: Any) -> list[dict[str, Any]]:
        """The lines of an answer; raises CannotBeginError."""
        answer = self.ask("POST", path, json=body)
        if answer.is_error:
            raise CannotBeginError(explain(answer))
        rows: list[dict[str, Any]] = answer.json()["data"]
        return rows

    def upload(self, picture: Picture) -> httpx.Response:
        """Send the file as a stream, under the key that makes sending it again harmless."""
        form = {"title": picture.title, "is_primary": "true" if picture.is_primary else "false"}
        key = f"delivery/{self.organization}/{picture.gtin}/{picture.sha256}"

        def send() -> httpx.Response:
            picture.tries += 1
            with picture.path.open("rb") as content:
                return self._client.post(
                    f"{self._items}/{picture.gtin}/images",
                    headers={"Idempotency-Key": key},
                    files={"image": (picture.name.rpartition("/")[2], content)},
                    data=form,
                )

        return self._insist(send)

    def _find_organization(self, wanted: str | None) -> str:
        try:
            answer = self._client.get(f"{API}/whoami")
        except httpx.HTTPError as fault:
            raise CannotBeginError(f"The service does not answer: {fault}") from fault
        if location := answer.headers.get("Location"):
            raise CannotBeginError(f"The server leads to {location}: is SERVER right?")
        if answer.is_error:
            raise CannotBeginError(explain(answer))
        try:
            reached = answer.json()["organizations"]
        except (ValueError, KeyError, TypeError):
            raise CannotBeginError("What answers at SERVER is not this service.") from None
        found = [each["id"] for each in reached if wanted in {None, each["id"], each["name"]}]
        if len(found) != 1:
            names = ", ".join(f"{each['id']} ({each['name']})" for each in reached) or "none"
            raise CannotBeginError(f"Say with --organization which one it is: {names}.")
        return str(found[0])

    def _insist(self, send: Callable[[], httpx.Response]) -> httpx.Response:
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        for pause in chain(PAUSES, repeat(PAUSES[-1])):
            seconds = float(pause)
            try:
                answer = send()
            except httpx.TransportError as fault:
                told = f"The service does not answer: {fault or type(fault).__name__}"
            else:
                after = answer.headers.get("Retry-After", "")
                is_running = answer.status_code == httpx.codes.CONFLICT and bool(after)
                if not (is_running or answer.status_code == 429 or answer.is_server_error):
                    return answer
                told, seconds = explain(answer), float(after) if after.isdigit() else seconds
            if time.monotonic() + seconds > give_up_at:
                raise GaveUpError(told)
            say(f"{told} Trying again in {seconds:.0f} s.")
            if self.stop.wait(seconds):
                raise GaveUpError("Interrupted before it was answered.")
        raise AssertionError


def explain(answer: httpx.Response) -> str:
    """The service's own sentence, where it has one."""
    return str(_read_problem(answer).get("detail", f"The server answered {answer.status_code}."))


def _read_problem(answer: httpx.Response) -> dict[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def list_pictures(
    folder: Path, root: Path, above: frozenset[tuple[int, int]] = frozenset()
) -> Iterator[Picture]:
    """The files in the folder and below, but hidden ones; links in circles lead nowhere."""
    try:
        found = folder.stat()
        entries = sorted(folder.iterdir())
    except OSError as fault:
        yield Picture(folder, _show(folder, root), "unreadable", fault.strerror or "unreadable")
        return
    identity = (found.st_dev, found.st_ino)
    if identity in above:
        return
    for path in entries:
        if path.name.startswith("."):
            continue
        if path.is_dir():
            yield from list_pictures(path, root, above | {identity})
        else:
            yield _look_at(path, _show(path, root))


def _look_at(path: Path, name: str) -> Picture:
    picture = Picture(path, name)
    suffix = path.suffix.lower()
    if NOT_TAKEN.fullmatch(suffix):
        picture.settle("not_taken", f"{suffix[1:].upper()} is not taken; save it as JPEG")
    elif not TAKEN.fullmatch(suffix):
        picture.settle("left_out", "no picture")
    else:
        try:
            found = path.stat()
        except OSError as fault:
            picture.settle("unreadable", fault.strerror or "unreadable")
            return picture
        picture.stamp = (found.st_size, found.st_mtime_ns)
        if not path.is_file():
            picture.settle("left_out", "no file")
        elif not 0 < found.st_size <= MAX_BYTES:
            picture.settle(
                "not_taken", f"it has {found.st_size:,} bytes; 1 to {MAX_BYTES:,} are taken"
            )
    return picture


def _show(path: Path, root: Path) -> str:
    # Bytes that are no UTF-8 come as surrogates, which nothing but the file system takes.
    return os.fsencode(path.relative_to(root).as_posix()).decode(errors="replace")


def read_names(service: Service, pictures: list[Picture]) -> None:
    """Find out which product each is for."""
    rows = service.ask_rows("/file-names", names=[picture.name for picture in pictures])
    for picture, row in zip(pictures, rows, strict=True):
        product = row["product"] or {}
        picture.gtin, picture.product = row["gtin"] or "", product.get("name", "")
        picture.has_primary = product.get("has_primary", False)
        picture.title, picture.sequence = row["title"], row["sequence"]
        picture.is_hero = row["is_hero"]
        if row["status"] != "ready":
            picture.settle(row["status"], _explain_name(row))


def _explain_name(row: dict[str, Any]) -> str:
    match row["status"]:
        case "check_digit":
            right = row["corrected_gtin"]
            product = row["product"]["name"] if row["product"] else "which you do not have either"
            return f"the last digit of {row['gtin']} should be {right[-1]}: {right}, {product}"
        case "not_found":
            return f"{row['gtin']} is not among your products"
        case _:
            return "no GTIN in the name"


def hash_files(pictures: Iterable[Picture]) -> None:
    """Give each its SHA-256; none is in memory as a whole."""
    for picture in pictures:
        try:
            with picture.path.open("rb") as content:
                picture.sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        except OSError as fault:
            picture.settle("unreadable", fault.strerror or "unreadable")


def compare(service: Service, pictures: list[Picture]) -> None:
    """Find out which the service has, and which come twice."""
    files = [{"sha256": picture.sha256, "gtin": picture.gtin} for picture in pictures]
    first: dict[tuple[str, str], Picture] = {}
    for picture, row in zip(pictures, service.ask_rows("/known-files", files=files), strict=True):
        here = next((image for image in row["images"] if image["gtin"] == picture.gtin), None)
        same = first.setdefault((picture.gtin, picture.sha256), picture)
        if same is not picture:
            picture.twin = same
            picture.settle("twin", f"the same bytes as {same.name}")
        elif here:
            picture.address = here["image_url"]
            if here["is_discarded"]:
                picture.settle("in_bin", f"in the bin as “{here['name']}”")
            else:
                picture.image_id = here["image_id"]
                picture.settle("already_here", f"already here as “{here['name']}”")


def choose_primaries(pictures: list[Picture], *, replaces: bool) -> None:
    """The first front of each product that has no primary picture, or that is to have another."""
    for _, group in group_by_product(pictures):
        heroes = (each for each in group if each.is_hero and each.state == "ready")
        hero = next(heroes, None)
        if hero:
            hero.is_primary = replaces or not hero.has_primary


def group_by_product(pictures: Iterable[Picture]) -> Iterator[tuple[str, list[Picture]]]:
    """The pictures of each product, in their order."""
    ordered = sorted(pictures, key=lambda picture: (picture.gtin, picture.sequence))
    for gtin, group in groupby(ordered, key=lambda picture: picture.gtin):
        yield gtin, list(group)


def send_all(service: Service, pictures: list[Picture], parallel: int) -> None:
    """Send what is ready; Ctrl-C lets what is on its way arrive, and leaves the rest."""
    ready = [p for _, group in group_by_product(pictures) for p in group if p.state == "ready"]
    pool = ThreadPoolExecutor(parallel)
    try:
        # One alone is sent from this thread.
        for picture in (map if parallel == 1 else pool.map)(
            lambda each: send(service, each), ready
        ):
            say(f"{picture.state:12} {picture.name}  {picture.reason}".rstrip())
    except KeyboardInterrupt:
        service.stop.set()
        say("Interrupted: waiting for what is on its way.")
        pool.shutdown(cancel_futures=True)
        raise
    finally:
        pool.shutdown()


def send(service: Service, picture: Picture) -> Picture:
    """Send one, and say what became of it."""
    if service.stop.is_set():
        return picture
    try:
        found = picture.path.stat()
        if picture.stamp != (found.st_size, found.st_mtime_ns):
            picture.settle("failed", "it was changed meanwhile")
            return picture
        settle(service, picture, service.upload(picture))
    except OSError as fault:
        picture.settle("unreadable", fault.strerror or "unreadable")
    except GaveUpError as fault:
        picture.settle("failed", str(fault))
    return picture


def settle(service: Service, picture: Picture, answer: httpx.Response) -> None:
    """Say what an answer to an upload means."""
    if answer.status_code == httpx.codes.CREATED:
        image = answer.json()
        picture.image_id, picture.address = image["id"], image["image_url"]
        picture.settle("sent")
        # Unless it is the answer to a try of just now that was lost.
        was_sent_before = "Idempotent-Replayed" in answer.headers and picture.tries == 1
    else:
        picture.settle("refused", explain(answer))
        # With another caption, or as another kind of picture.
        faults = _read_problem(answer).get("errors", ())
        was_sent_before = {fault["field"] for fault in faults} == {"Idempotency-Key"}
    if was_sent_before:
        look_for(service, picture)
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        service.stop.set()


def look_for(service: Service, picture: Picture) -> None:
    """Find out whether what was sent within the last day is still there."""
    images, _ = list_images(service, picture.gtin, "&details=true")
    sent = (picture.path.name, picture.stamp[0])
    for image in images:
        is_same = image["sha256"] in {None, picture.sha256}
        if image["id"] == picture.image_id or (
            is_same and (image["file_name"], image["byte_size"]) == sent
        ):
            picture.image_id, picture.address = image["id"], image["image_url"]
            picture.settle("already_here")
            return
    picture.image_id = picture.address = ""
    picture.settle(
        "refused", "it was sent within a day and deleted since; send it on its product's page"
    )


def put_in_order(service: Service, gtin: str, pictures: list[Picture]) -> None:
    """Put new pictures behind those that were there, as their names say."""
    for _ in PAUSES:
        images, etag = list_images(service, gtin)
        places = {image["id"]: image["priority"] for image in images}
        ours = [picture.image_id for picture in pictures if picture.image_id in places]
        # A picture that was never put in order has place 0.
        if len(images) < 2 or all(places[image_id] for image_id in ours):
            return
        others = sorted((each for each in places if each not in ours), key=places.__getitem__)
        order = {"image_ids": [*others, *ours]}
        path = f"/{gtin}/images/order"
        answer = service.ask("PUT", path, json=order, headers={"If-Match": etag})
        if answer.is_success:
            return
    raise GaveUpError(explain(answer))


def list_images(service: Service, gtin: str, query: str = "") -> tuple[list[dict[str, Any]], str]:
    """All images of a product, and the tag of the gallery as it was before."""
    images: list[dict[str, Any]] = []
    etag = ""
    for page in range(1, 1000):
        answer = service.ask("GET", f"/{gtin}/images?page_size=100&page={page}{query}")
        if answer.is_error:
            raise GaveUpError(explain(answer))
        etag = etag or answer.headers["ETag"]
        images += answer.json()["data"]
        if not answer.json()["pagination"]["has_next"]:
            break
    return images, etag


def say(line: str) -> None:
    """Print it, without what would steer a terminal."""
    try:
        print("".join(c if c.isprintable() else "\ufffd" for c in line), flush=True)
    except BrokenPipeError:  # nobody reads on, as behind `| head`; what is done goes on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def show(pictures: list[Picture]) -> None:
    """Print what is known: by product, then what somebody has to look at."""
    placed = [picture for picture in pictures if picture.sha256]
    for gtin, group in group_by_product(placed):
        say(f"{gtin}  {group[0].product}")
        for picture in group:
            hero = " → primary" if picture.is_primary else ""
            say(f"  {picture.state:12} {picture.name}  {picture.reason or picture.title}{hero}")
    asides = ("not_taken", "left_out")
    for picture in pictures:
        if not picture.sha256 and picture.state not in asides:
            say(f"{picture.state:12} {picture.name}  {picture.reason}")
    for state in asides:
        reasons = Counter(picture.reason for picture in pictures if picture.state == state)
        for reason, count in reasons.items():
            say(f"{state:12} {count} file{'' if count == 1 else 's'}: {reason}")


def summarize(pictures: list[Picture]) -> str:
    """How many there are of each."""
    counts = Counter(picture.state for picture in pictures)
    products = len({picture.gtin for picture in pictures if picture.state in ("ready", "sent")})
    words = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in counts.items())
    return f"{words or 'no file'}; {products} product{'' if products == 1 else 's'}"


def write_report(path: Path, pictures: list[Picture]) -> None:
    """All files as CSV, which no spreadsheet takes for formulas."""
    with path.open("w", encoding="utf-8-sig", newline="") as report:
        writer = csv.writer(report)
        writer.writerow(COLUMNS)
        for each in pictures:
            address = (each.twin or each).address
            row = (each.name, each.gtin, each.product, each.state, each.reason, address)
            writer.writerow([f"'{cell}" if cell[:1] in tuple("=+-@\t\r") else cell for cell in row])


def deliver(service: Service, pictures: list[Picture], options: argparse.Namespace) -> bool:
    """Look at all, show it, and send it where that is wanted; whether all is in order then."""
    is_ordered = True
    candidates = [picture for picture in pictures if picture.state == "ready"]
    if len(candidates) > MAX_FILES:
        raise CannotBeginError(
            f"There are {len(candidates):,} pictures; at most {MAX_FILES:,} are delivered at once."
            " Give the folders in it one after the other."
        )
    if candidates:
        read_names(service, candidates)
    hash_files(picture for picture in candidates if picture.state == "ready")
    hashed = [picture for picture in candidates if picture.sha256]
    if hashed:
        compare(service, hashed)
    choose_primaries(hashed, replaces=options.replace_primary)
    show(pictures)
    if not options.send:
        say(f"{summarize(pictures)}. Nothing was sent: --send does.")
        return is_ordered
    send_all(service, hashed, options.parallel)
    for gtin, group in group_by_product(picture for picture in hashed if picture.image_id):
        try:
            put_in_order(service, gtin, group)
        except GaveUpError as fault:
            say(f"The pictures of {gtin} are not in their order; start again. {fault}")
            is_ordered = False
    say(f"{summarize(pictures)}.")
    return is_ordered


def _read_folder(text: str) -> Path:
    if not Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"{text} is no folder")
    return Path(text)


def _read_report(text: str) -> Path:
    path = Path(text)
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise argparse.ArgumentTypeError(f"{text} cannot be written")
    return path


def read_options(arguments: list[str] | None) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=_read_folder)
    parser.add_argument("--send", action="store_true", help="send; else only show")
    parser.add_argument("--organization", help="id or name, where the key reaches several")
    parser.add_argument(
        "--replace-primary", action="store_true", help="fronts become primary in place of others"
    )
    parser.add_argument(
        "--report", type=_read_report, help="write what became of each file, as CSV"
    )
    parser.add_argument(
        "--parallel", type=int, default=3, choices=range(1, 9), help="uploads at once"
    )
    return parser.parse_args(arguments)


def open_client(transport: httpx.BaseTransport | None) -> httpx.Client:
    """What asks the service that the environment names; raises CannotBeginError."""
    key, server = (os.environ.get(name, "").strip() for name in ("API_KEY", "SERVER"))
    if not key or not server:
        raise CannotBeginError("API_KEY and SERVER have to be in the environment.")
    if not (key.isascii() and key.isprintable()):  # httpx would refuse it, and print it
        raise CannotBeginError("API_KEY has characters that no key has; copy it once more.")
    headers = {"X-API-Key": key}
    try:
        return httpx.Client(base_url=server, headers=headers, timeout=TIMEOUT, transport=transport)
    except httpx.InvalidURL as fault:
        raise CannotBeginError(f"SERVER is no address: {fault}.") from fault


def main(arguments: list[str] | None = None, transport: httpx.BaseTransport | None = None) -> int:
    """Deliver, and give the exit code."""
    options = read_options(arguments)
    pictures: list[Picture] = []
    try:
        with open_client(transport) as client:
            service = Service(client, options.organization)
            pictures += list_pictures(options.folder, options.folder)
            is_ordered = deliver(service, pictures, options)
    except (CannotBeginError, GaveUpError) as fault:
        print(fault, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        say("Interrupted. Start it again: only the rest is sent.")
        return 130
    finally:
        if options.report and pictures:
            write_report(options.report, pictures)
    fine = FINE - {"ready"} if options.send else FINE
    return 0 if is_ordered and all(picture.state in fine for picture in pictures) else 1


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal may have no arrows
    sys.exit(main())
