"""What the head of a form's part says, as the clients of this world write it (RFC 7578 §4)."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from email.header import decode_header
from typing import Final
from urllib.parse import unquote_to_bytes

from multipart import MultipartSegment

from apps.dashboard.api.part_text import decode_text

# §4.4: what declares one of these is words; everything else that is declared is a file.
_WORDS: Final = ("text/", "application/json", "application/x-www-form-urlencoded")
# RFC 2045 §6.1: these change nothing.
_PLAIN_ENCODINGS: Final = frozenset({"", "7bit", "8bit", "binary", "identity"})
_FILE_NAME: Final = re.compile(r""";\s*filename\*\s*=\s*"?([\w-]+)'[\w-]*'([^";\s]*)""", re.ASCII)
_ENCODED_WORD: Final = re.compile(r"=\?[\w-]+\?[bq]\?[^?\s]*\?=", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PartHead:
    """``file_name`` is None where none was sent, ``encoding`` where the bytes are as they are."""

    name: str
    file_name: str | None
    content_type: str
    charset: str | None
    encoding: str | None

    @property
    def declares_file(self) -> bool:
        """A file's name may be left out (§4.2); its type tells it then."""
        return bool(self.content_type) and not self.content_type.startswith(_WORDS)


def read_part_head(part: MultipartSegment) -> PartHead:
    """Read a head whose bytes the parser has taken for Latin-1, so that none is lost."""
    return PartHead(
        _decode_name(part.name or ""),
        _read_file_name(part),
        part.content_type or "",
        part.charset,
        _read_encoding(part),
    )


def _read_file_name(part: MultipartSegment) -> str | None:
    # §4.2 forbids it, older .NET, urllib3 and Postman send it all the same (RFC 8187).
    extended = _FILE_NAME.search(part.header("Content-Disposition") or "")
    if extended is not None:
        with suppress(LookupError, UnicodeDecodeError):
            return decode_text(unquote_to_bytes(extended[2]), extended[1])
    return None if part.filename is None else _decode_name(part.filename)


def _read_encoding(part: MultipartSegment) -> str | None:
    for header in ("Content-Transfer-Encoding", "Content-Encoding"):
        value = str(part.header(header) or "").strip().lower()
        if value not in _PLAIN_ENCODINGS:
            return value[:40]
    return None


def _decode_name(name: str) -> str:
    text = name.encode("latin-1").decode(errors="replace")
    return _ENCODED_WORD.sub(_decode_word, text) if "=?" in text else text


def _decode_word(match: re.Match[str]) -> str:
    # RFC 2047, as .NET writes every name that is not ASCII.
    try:
        ((word, charset),) = decode_header(match.group())
        return word if isinstance(word, str) else decode_text(word, charset)
    except (LookupError, ValueError):
        return match.group()
