"""The encodings of text that a form may declare (WHATWG Encoding §4.2)."""

from __future__ import annotations

import codecs
from encodings import normalize_encoding
from encodings.aliases import aliases
from typing import Final

_NAMES: Final = (
    *("utf_8", "utf_16", "utf_16_le", "utf_16_be", "ascii", "koi8_r", "koi8_u", "mac_roman"),
    *(f"iso8859_{part}" for part in (*range(2, 12), *range(13, 17))),
    *(f"cp{page}" for page in (874, *range(1250, 1259))),
    *("shift_jis", "cp932", "euc_jp", "iso2022_jp", "gb2312", "gbk", "gb18030", "big5", "euc_kr"),
)
# Who says Latin-1 means Windows's superset of it, as browsers take it; a byte order mark is none
# of the text. All are looked up at the start: without a free file descriptor none can be later.
_CODECS: Final = {
    **{name: codecs.lookup(name) for name in _NAMES},
    "latin_1": codecs.lookup("cp1252"),
    "utf_8": codecs.lookup("utf_8_sig"),
}


def decode_text(text: bytes | bytearray, charset: str | None) -> str:
    """The text, in UTF-8 unless something else is declared.

    Raises LookupError for an encoding that is not known, UnicodeDecodeError for other bytes.
    """
    name = normalize_encoding((charset or "utf-8").strip()).lower()
    codec = _CODECS.get(name) or _CODECS[aliases.get(name, "")]
    return codec.decode(text)[0]
