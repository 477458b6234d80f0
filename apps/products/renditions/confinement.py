"""Takes from a process what a decoder never needs, so that a broken one cannot use it either."""

from __future__ import annotations

import ctypes
import os
import resource
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

# linux/prctl.h, linux/seccomp.h, linux/filter.h
PR_SET_SECCOMP: Final = 22
PR_SET_NO_NEW_PRIVS: Final = 38
SECCOMP_MODE_FILTER: Final = 2
LOAD, JUMP_IF_EQUAL, JUMP_FROM, RETURN = 0x20, 0x15, 0x35, 0x06
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050001, 0x80000000  # REFUSE is EPERM
CALL_OFFSET, ARCHITECTURE_OFFSET = 0, 4
X32: Final = 0x40000000  # from here on, x86-64 has every call a second time

# linux/landlock.h: one number on every architecture
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
WANT_VERSION: Final = 1
PATH_BENEATH: Final = 1
READ_FILE_AND_FOLDER: Final = 0b1100
# By version of Landlock: what it knows of files, of TCP, and of signals and abstract sockets.
FILE_RIGHTS: Final = {1: 13, 2: 14, 3: 15, 5: 16}
TCP_RIGHTS, TCP_SINCE = 0b11, 4
SCOPES, SCOPES_SINCE = 0b11, 6

# The architectures' marks (linux/audit.h), and what the limits, or an old Landlock, leave open; the
# numbers are those of asm/unistd_64.h and asm-generic/unistd.h.
ARCHITECTURES: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
REFUSED_CALLS: Final = {
    "x86_64": (
        *(41, 53, 425),  # socket, socketpair, io_uring_setup
        *(56, 57, 58, 435, 59, 322),  # clone, fork, vfork, clone3, execve, execveat
        *(62, 101, 310, 311, 438),  # kill, ptrace, process_vm_readv, _writev, pidfd_getfd
        *(160, 302),  # setrlimit, prlimit64
        *(76, 82, 264, 316),  # truncate, rename, renameat, renameat2
        *(87, 263, 84),  # unlink, unlinkat, rmdir
        *(90, 91, 268, 452),  # chmod, fchmod, fchmodat, fchmodat2
        *(92, 93, 94, 260),  # chown, fchown, lchown, fchownat
        *(132, 235, 261, 280),  # utime, utimes, futimesat, utimensat
        *(188, 189, 190, 463),  # setxattr, lsetxattr, fsetxattr, setxattrat
    ),
    "aarch64": (
        *(198, 199, 425),  # socket, socketpair, io_uring_setup
        *(220, 435, 221, 281),  # clone, clone3, execve, execveat
        *(129, 117, 270, 271, 438),  # kill, ptrace, process_vm_readv, _writev, pidfd_getfd
        *(164, 261),  # setrlimit, prlimit64
        *(45, 38, 276, 35),  # truncate, renameat, renameat2, unlinkat
        *(52, 53, 452),  # fchmod, fchmodat, fchmodat2
        *(54, 55),  # fchownat, fchown
        88,  # utimensat
        *(5, 6, 7, 463),  # setxattr, lsetxattr, fsetxattr, setxattrat
    ),
}


class Ruleset(ctypes.Structure):
    """struct landlock_ruleset_attr; an older kernel takes a longer one whose rest is zero."""

    _fields_ = (
        ("files", ctypes.c_uint64),
        ("tcp", ctypes.c_uint64),
        ("scopes", ctypes.c_uint64),
    )


class PathRule(ctypes.Structure):
    """struct landlock_path_beneath_attr."""

    _pack_ = 1
    _layout_ = "ms"  # what _pack_ has meant all along; Python 3.14 wants it said
    _fields_ = (("rights", ctypes.c_uint64), ("folder", ctypes.c_int32))


class Instruction(ctypes.Structure):
    """struct sock_filter."""

    _fields_ = (
        ("code", ctypes.c_uint16),
        ("jump_true", ctypes.c_uint8),
        ("jump_false", ctypes.c_uint8),
        ("operand", ctypes.c_uint32),
    )


class Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (("length", ctypes.c_uint16), ("instructions", ctypes.POINTER(Instruction)))


def confine(readable: Path | None = None) -> None:
    """For good: no file but those below ``readable``, no socket, no process, no other's memory.

    Call it while there is one thread, with everything imported. What the kernel has not, or keeps
    from a container, is left out: the other layers hold by themselves.
    """
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        with suppress(OSError):
            _call(libc.prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        with suppress(OSError):
            _shut_paths(libc, readable)
    _set_limits(8 if readable else 0)
    if sys.platform == "linux" and os.uname().machine in ARCHITECTURES:
        with suppress(OSError):
            refuse_calls(REFUSED_CALLS[os.uname().machine])


def _shut_paths(libc: ctypes.CDLL, readable: Path | None) -> None:
    version = _call(libc.syscall, CREATE_RULESET, None, 0, WANT_VERSION)
    rights = max(count for since, count in FILE_RIGHTS.items() if since <= version)
    asked = Ruleset(
        files=(1 << rights) - 1,
        tcp=TCP_RIGHTS if version >= TCP_SINCE else 0,
        scopes=SCOPES if version >= SCOPES_SINCE else 0,
    )
    ruleset = _call(libc.syscall, CREATE_RULESET, ctypes.byref(asked), ctypes.sizeof(asked), 0)
    if readable:
        folder = os.open(readable, os.O_PATH)
        rule = PathRule(rights=READ_FILE_AND_FOLDER, folder=folder)
        _call(libc.syscall, ADD_RULE, ruleset, PATH_BENEATH, ctypes.byref(rule), 0)
        os.close(folder)
    _call(libc.syscall, RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def _set_limits(open_files: int) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (open_files, open_files))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # of files alone: standard output is a pipe


def refuse_calls(numbers: tuple[int, ...]) -> None:
    """From now on these system calls fail with EPERM; those of other architectures kill."""
    count = len(numbers)  # of the comparisons; a jump says how many steps it leaves out
    steps = [
        Instruction(LOAD, 0, 0, ARCHITECTURE_OFFSET),
        Instruction(JUMP_IF_EQUAL, 1, 0, ARCHITECTURES[os.uname().machine]),
        Instruction(RETURN, 0, 0, KILL),
        Instruction(LOAD, 0, 0, CALL_OFFSET),
        Instruction(JUMP_FROM, count + 1, 0, X32),
        *(
            Instruction(JUMP_IF_EQUAL, count - place, 0, number)
            for place, number in enumerate(numbers)
        ),
        Instruction(RETURN, 0, 0, ALLOW),
        Instruction(RETURN, 0, 0, REFUSE),
    ]
    program = Program(len(steps), (Instruction * len(steps))(*steps))
    libc = ctypes.CDLL(None, use_errno=True)
    _call(libc.prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)


def _call(function: ctypes._NamedFuncPointer, *arguments: object) -> int:
    # The kernel reads whole registers; ctypes would fill half of one.
    words = (ctypes.c_ulong(word) if isinstance(word, int) else word for word in arguments)
    answer = int(function(*words))
    if answer < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return answer
