"""What is active or external in one SVG, as its problem lists it."""

from __future__ import annotations

from typing import Final

from apps.problems import SvgUnsafe

REMEDY: Final = (
    "Export it as plain SVG, with its pictures embedded and its text as outlines (in Illustrator:"
    " Export As, SVG, Font: Convert to Outlines, Images: Embed)."
)
MAX_FINDINGS: Final = 1000
MAX_LISTED: Final = 10


class Findings:
    """How many there are, and the first of them with their lines."""

    def __init__(self) -> None:
        self.count = 0
        self._listed: list[str] = []

    def add(self, what: str, line: int) -> None:
        self.count += 1
        if self.count <= MAX_LISTED:
            self._listed.append(f"{what} on line {line}")

    def build_problem(self) -> SvgUnsafe:
        more = self.count - len(self._listed)
        listed = "; ".join(self._listed) + (f"; and {more} more" if more else "")
        return SvgUnsafe(f"{REMEDY} The SVG holds active or external content: {listed}.")
