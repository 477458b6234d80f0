"""A decoder that was taken over gets at nothing, and one that was not misses nothing."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from apps.products.renditions.render_worker import render
from apps.products.renditions.worker_run import PICTURE_FAULTS, WORKER
from tests.sample_images import list_encoder_samples

BROKEN_DECODER = Path(__file__).with_name("broken_decoder.py")
LIMITS = (str(1536 << 20), "15")
FILES_AND_SOCKETS = {
    *("read the database", "read the secret key", "read the parent's environment"),
    *("list the pictures", "overwrite a picture", "add a picture"),
    *("open a TCP socket", "send a datagram", "open a Unix socket", "open a pair of sockets"),
}
PATHS = {"rename a picture", "remove a picture", "cut a picture", "change a picture's mode"}
EVERYTHING = (
    FILES_AND_SOCKETS
    | PATHS
    | {"start a process", "signal the parent", "read the parent's memory", "set limits"}
)

# Everything is rendered in one process, so that nothing is there because a picture before asked.
RENDER_ALL = f"""
import pickle, sys
sys.path.append({str(WORKER.parents[3])!r})
from apps.products.renditions import render_worker
render = render_worker.render
render_worker.render = lambda pickled, *_: [
    pickle.dumps([render(picture, image_format, [96]) for image_format, picture in pickle.loads(pickled)])
]
render_worker.main(*sys.argv[1:])
"""


def run(*arguments: str, given: bytes) -> bytes:
    command = [sys.executable, "-I", *arguments]
    done = subprocess.run(
        command, input=given, capture_output=True, env={}, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def places(tmp_path: Path) -> bytes:
    for name in ("database", "key", "picture", "spare", "other"):
        (tmp_path / name).write_bytes(b"secret")
    return json.dumps({path.name: str(path) for path in tmp_path.iterdir()}).encode()


def list_done(places: bytes, *arguments: str) -> set[str]:
    told = run(str(BROKEN_DECODER), *arguments, given=places)
    return set(json.loads(told.splitlines()[-1]))


def test_broken_decoder_could_do_all_of_it_unconfined(places: bytes):
    assert list_done(places, "unconfined") == EVERYTHING


@pytest.mark.parametrize("image_format", ["PNG", "SVG"])
def test_broken_decoder_can_do_none_of_it(places: bytes, image_format: str):
    assert list_done(places, "", "5", image_format, *LIMITS, "96") == set()
    assert all(Path(path).read_bytes() == b"secret" for path in json.loads(places).values())


@pytest.mark.parametrize(
    ("missing", "refused"),
    [
        ("landlock", EVERYTHING),
        ("seccomp", FILES_AND_SOCKETS | PATHS - {"change a picture's mode"}),
        ("landlock,seccomp", FILES_AND_SOCKETS),
    ],
)
def test_layers_that_are_left_refuse_what_they_can(places: bytes, missing: str, refused: set[str]):
    assert list_done(places, missing, "5", "PNG", *LIMITS, "96") & refused == set()


def list_pictures() -> list[tuple[str, bytes]]:
    names = {"apng": "PNG", "mpo": "JPEG"}
    kinds = ((name.split()[0], picture) for name, picture in list_encoder_samples().items())
    return [(names.get(kind, kind.upper()), picture) for kind, picture in kinds]


def test_confined_decoders_miss_nothing():
    pictures = list_pictures()

    told = run("-c", RENDER_ALL, "5", "PNG", *LIMITS, "96", given=pickle.dumps(pictures))
    shown = pickle.loads(told.partition(b"\n")[2])

    assert shown == [render(picture, image_format, [96]) for image_format, picture in pictures]


@pytest.mark.parametrize(
    ("fault", "is_the_pictures"),
    [
        ("ImportError('no such module')", False),
        ("PermissionError(13, 'Permission denied')", False),
        ("OSError(24, 'Too many open files')", False),
        ("OSError('image file is truncated')", True),
    ],
)
def test_what_the_confinement_refuses_is_no_fault_of_the_picture(fault: str, is_the_pictures: bool):
    code = f"""
import sys
sys.path.append({str(WORKER.parents[3])!r})
from apps.products.renditions import render_worker
def render(*_): raise {fault}
render_worker.render = render
render_worker.main("5", "PNG", *sys.argv[1:])
"""
    command = [sys.executable, "-I", "-c", code, *LIMITS, "96"]
    done = subprocess.run(command, input=b"", capture_output=True, env={}, timeout=60, check=False)

    assert done.returncode != 0
    assert (done.returncode in PICTURE_FAULTS) is is_the_pictures
