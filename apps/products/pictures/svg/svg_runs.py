"""Shortens what an SVG mostly is, path data and base64, before its XML is read."""

from __future__ import annotations

import re

_SHORTEN_FROM_BYTES = 4096
_KEPT_BYTES = 256
# Path data and base64, with the line breaks that Illustrator writes as references. A run begins
# where no other can, and never backtracks: every byte is read once.
_PLAIN = rb"[A-Za-z0-9+/.,\- \t\r\n]"
_PLAIN_RUN = re.compile(rb"(?<!%b)%b{60,}+(?:&#(?:xA|10);%b{60,}+)*+" % (_PLAIN, _PLAIN, _PLAIN))
_LINE_BREAK = re.compile(rb"&#(?:xA|10);")


def shorten_runs(step: bytes) -> bytes:
    """The bytes without the middle of their long runs, of which every line break is kept."""
    return _PLAIN_RUN.sub(_shorten_run, step)


def _shorten_run(match: re.Match[bytes]) -> bytes:
    # None of its characters opens or ends anything in XML, URLs or CSS; the filling keeps two words
    # from meeting, its line feeds keep the count.
    run = match.group()
    if len(run) < _SHORTEN_FROM_BYTES:
        return run
    run = _LINE_BREAK.sub(b"", run)
    first, last = run[:_KEPT_BYTES].removesuffix(b"\r"), run[-_KEPT_BYTES:]
    dropped = run[len(first) : -_KEPT_BYTES]
    filling = (b" 0 0 " if dropped.strip() else b" ") + b"\n" * dropped.count(b"\n")
    return first + filling + last
