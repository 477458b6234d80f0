"""What an upload costs: beside its rivals, in a crowd, on S3, and where it is refused.

Short rounds of all servers take turns, in another order each time, so that a noisy moment hits all
of them; figures are medians, with the range of the costs.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from bench.delivery import print_delivery
from bench.load import run_refusals, run_round
from bench.measuring import print_measuring
from bench.operations import print_operations
from bench.pictures import make_jpeg, make_pictures
from bench.rivals import ALL
from bench.rounds import HEAD, list_costs, measure_memory, print_uploads
from bench.seeding import open_session
from bench.services import run_on_sqlite
from tests.servers.processes import find_free_ports
from tests.servers.stack import run_stack

IN_MEMORY_TABLE = ("DRF", "FastAPI", "PocketBase", "service")


def print_costs(folder: Path, options: argparse.Namespace) -> None:
    """Each picture to each server, so many at once."""
    pictures = [p for p in make_pictures() if p.label.startswith(tuple(options.pictures))]
    with ExitStack() as stack:
        targets = [stack.enter_context(ALL[name](_make(folder, name))) for name in options.only]
        for concurrency in options.concurrency:
            print(f"\n{concurrency} at once\n{HEAD}")
            for picture in pictures:
                print_uploads(targets, picture, concurrency, options.rounds)


def print_memory(folder: Path, options: argparse.Namespace) -> None:
    """The most memory, with 16 large pictures on their way at once."""
    picture = make_jpeg("20 MB", 5240, 48)
    print(f"\n16 at once of {len(picture.data) / 1e6:.1f} MB\n{'':11} {'PSS MB':>6}")
    for name in (name for name in IN_MEMORY_TABLE if name in options.only):
        with ALL[name](_make(folder, name)) as target:
            requests = [target.build_upload(picture)] * picture.count
            print(f"{name:11} {measure_memory(target, requests, 16):6.0f}", flush=True)


def print_others(folder: Path, options: argparse.Namespace) -> None:
    """Requests that upload nothing."""
    with run_on_sqlite(folder) as target:
        print_operations(target, open_session(folder), options.rounds)


def print_growth(folder: Path, options: argparse.Namespace) -> None:
    """The same upload into an empty database and into full ones."""
    crowds = {"empty": (0, 0), "10k images": (10_000, 0), "100k, 1M": (100_000, 1_000_000)}
    with ExitStack() as stack:
        targets = []
        for name, (images, products) in crowds.items():
            place = _make(folder, name)
            world = run_on_sqlite(place, name, images=images, products=products)
            targets.append(stack.enter_context(world))
        picture = make_jpeg("JPEG 200 kB", 525, 96)
        print(f"\nInto a crowd of images of the product, and of products\n{HEAD}")
        print_uploads(targets, picture, 4, options.rounds)


def print_s3_share(folder: Path, _options: argparse.Namespace) -> None:
    """A save beside a bare ``put_object``."""
    [port] = find_free_ports(1)
    with run_stack(folder / "s3-share", port, 1) as stack:
        print(f"\nOn S3\n{'':8} {'put':>8} {'save':>8} {'ratio':>6}", flush=True)
        env = {**os.environ, **stack.env}
        subprocess.run([sys.executable, "-m", "bench.s3_share"], env=env, check=True)


def print_refusals(folder: Path, options: argparse.Namespace) -> None:
    """A refused upload of 19 MB beside an accepted one of 8 MB."""
    accepted, refused = make_jpeg("8 MB", 3325, 24), make_jpeg("19 MB", 5120, 16)
    rows: dict[str, list[float]] = {"accepted, 8 MB": [], "refused, 19 MB": [], "it waits": []}
    with run_on_sqlite(folder) as target:
        elsewhere = replace(target, url=target.url.replace("12345678905", "00000000000017"))
        requests = [target.build_upload(accepted)] * accepted.count
        for _ in range(options.rounds + 1):
            rows["accepted, 8 MB"] += list_costs([run_round(target, requests, 1, target.status)])
            target.clear()
            for name, waits in (("refused, 19 MB", False), ("it waits", True)):
                form = refused.build_form()
                cost = run_refusals(elsewhere, form, count=refused.count, waits=waits)
                rows[name].append(cost / refused.count * 1000)
    base = statistics.median(rows["accepted, 8 MB"][1:])
    print(f"\nRefused before the body is read\n{'':16} {'CPU ms':>8} {'ratio':>6}")
    for name, costs in rows.items():
        cost = statistics.median(costs[1:])
        print(f"{name:16} {cost:8.2f} {cost / base:6.2f}")


def print_beside_measuring(folder: Path, options: argparse.Namespace) -> None:
    """Uploads at full speed, with and without what is uploaded being measured meanwhile."""
    with (
        run_on_sqlite(_make(folder, "off"), "off") as off,
        run_on_sqlite(_make(folder, "on"), "on", MEASURE_IMAGES="true") as on,
    ):
        for picture in make_pictures()[:2]:
            print_measuring(off, on, picture, options.rounds)


def print_page(folder: Path, options: argparse.Namespace) -> None:
    """A folder of pictures on the page that delivers them."""
    print_delivery(folder, options.files, options.megabytes)


def _make(folder: Path, name: str) -> Path:
    place = folder / name.replace(",", "").replace(" ", "-")
    place.mkdir()
    return place


TABLES: dict[str, Callable[[Path, argparse.Namespace], None]] = {
    "uploads": print_costs,
    "memory": print_memory,
    "others": print_others,
    "growth": print_growth,
    "s3": print_s3_share,
    "refusals": print_refusals,
    "measuring": print_beside_measuring,
    "delivery": print_page,
}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", nargs="*", choices=TABLES, default=list(TABLES))
    parser.add_argument("--only", nargs="*", choices=ALL, default=list(ALL), help="these servers")
    parser.add_argument("--pictures", nargs="*", default=[""], help="these, as in: 'JPEG 2' PNG")
    parser.add_argument("--concurrency", type=int, nargs="*", default=[1, 4, 16])
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--files", type=int, default=2000, help="of a delivery")
    parser.add_argument("--megabytes", type=float, default=2.5, help="of each of its files")
    options = parser.parse_args()
    Path(".data").mkdir(exist_ok=True)
    for name in options.tables:
        with tempfile.TemporaryDirectory(dir=".data") as folder:
            TABLES[name](Path(folder).resolve(), options)


if __name__ == "__main__":
    main()
