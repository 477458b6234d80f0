"""The worker with a decoder that somebody has taken over: it tells what it could do.

Arguments: the layers that the kernel has not (of ``landlock,seccomp``), then the worker's own; or
``unconfined`` alone. Standard input: where the things lie that it is after, as JSON.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import resource
import socket
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.append(str(Path(__file__).parents[3]))
from apps.products.renditions import confinement, render_worker

LIBC = ctypes.CDLL(None, use_errno=True)
# What a kernel without these layers, or a container that keeps them back, refuses.
MISSING = {
    "landlock": {"x86_64": (444, 445, 446), "aarch64": (444, 445, 446)},
    "seccomp": {"x86_64": (157, 317), "aarch64": (167, 277)},
}


def spawn() -> None:
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)


def read_memory_of_parent() -> None:
    # Nobody's address: with leave to look, the answer is EFAULT.
    class Range(ctypes.Structure):
        _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]

    byte = ctypes.create_string_buffer(1)
    here, there = Range(ctypes.addressof(byte), 1), Range(1, 1)
    LIBC.process_vm_readv(os.getppid(), ctypes.byref(here), 1, ctypes.byref(there), 1, 0)
    if ctypes.get_errno() != errno.EFAULT:
        raise PermissionError


def send_datagram() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"", ("127.0.0.1", 9))


def list_attacks(places: dict[str, str]) -> dict[str, Callable[[], object]]:
    names = ("database", "key", "picture", "spare", "other")
    database, key, picture, spare, other = (Path(places[name]) for name in names)
    return {
        "read the database": database.read_bytes,
        "read the secret key": key.read_bytes,
        "read the parent's environment": Path(f"/proc/{os.getppid()}/environ").read_bytes,
        "list the pictures": lambda: list(picture.parent.iterdir()),
        "overwrite a picture": lambda: picture.write_bytes(b"other"),
        "add a picture": lambda: picture.with_name("new").write_bytes(b"other"),
        "rename a picture": lambda: spare.rename(spare.with_name("renamed")),
        "remove a picture": other.unlink,
        "cut a picture": lambda: os.truncate(picture, 1),
        "change a picture's mode": lambda: picture.chmod(0o644),
        "open a TCP socket": lambda: socket.socket().close(),
        "send a datagram": send_datagram,
        "open a Unix socket": lambda: socket.socket(socket.AF_UNIX).close(),
        "open a pair of sockets": lambda: [end.close() for end in socket.socketpair()],
        "start a process": spawn,
        "signal the parent": lambda: os.kill(os.getppid(), 0),
        "read the parent's memory": read_memory_of_parent,
        "set limits": lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)),
    }


def attack(original: bytes, *_: object) -> list[bytes]:
    done = []
    for name, action in list_attacks(json.loads(original)).items():
        try:
            action()
        except (OSError, ValueError):  # the latter is what `setrlimit` makes of EPERM
            continue
        done.append(name)
    return [json.dumps(done).encode()]


if __name__ == "__main__":
    if sys.argv[1] == "unconfined":
        sys.stdout.buffer.write(attack(sys.stdin.buffer.read())[0])
    else:
        LIBC.prctl(confinement.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        for layer in filter(None, sys.argv[1].split(",")):
            confinement.refuse_calls(MISSING[layer][os.uname().machine])
        render_worker.render = attack
        render_worker.main(*sys.argv[2:])
