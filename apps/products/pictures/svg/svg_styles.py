"""The style sheets of an SVG: what they load, what they paint with, how dear their rules are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from apps.products.pictures.svg.svg_rules import decode_style, drop_comments, list_style_faults

MAX_STYLE_CHARACTERS: Final = 256 * 1024
# Browsers look for these at each element anew. Of 57,000 files none has more than one.
MAX_DEAR_SELECTORS: Final = 100

_DEAR = re.compile(r":has\b|~(?!=)|(?<!/)\*(?!/)", re.IGNORECASE)


class StyleSheets:
    """Collects the text of one <style> after the other."""

    def __init__(self) -> None:
        self.depth = 0  # of the one that is open
        self.characters = 0
        self.dear_selectors = 0
        self._line = 0
        self._text = bytearray()  # UTF-8: thousands of short strings take three times as much

    def open(self, depth: int, line: int) -> None:
        self.depth, self._line = depth, line
        self._text.clear()

    def collect(self, text: str) -> None:
        self._text += text.encode()
        self.characters += len(text)

    def close(self) -> tuple[Iterator[tuple[int, str]], str]:
        """Its faults with their lines, and its rules without escapes and comments."""
        self.depth = 0
        text = self._text.decode()
        rules = drop_comments(decode_style(text))
        self.dear_selectors += len(_DEAR.findall(rules))
        return ((self._line + line, fault) for line, fault in list_style_faults(text)), rules
