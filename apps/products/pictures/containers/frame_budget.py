"""How many pixels a picture may hold, counted frame by frame from its headers."""

from __future__ import annotations

import math
from dataclasses import dataclass

from apps.problems import ImageTooManyPixels


@dataclass(frozen=True, slots=True)
class ImageSize:
    """The size at which a picture is shown."""

    width: int
    height: int


@dataclass(slots=True)
class FrameBudget:
    """What one picture may still announce; ``frames`` is how many it has announced.

    ``whole`` is what the picture is if the file ends right here, None where it would be cut off.
    """

    max_frame_pixels: int
    max_total_pixels: int
    frames: int = 0
    total_pixels: int = 0
    whole: ImageSize | None = None

    def check_canvas(self, width: int, height: int) -> None:
        """Refuse a canvas larger than one frame may be."""
        pixels = width * height
        if pixels > self.max_frame_pixels:
            scale = math.sqrt(self.max_frame_pixels / pixels)
            raise ImageTooManyPixels(
                f"Make the picture smaller, {max(1, int(width * scale)):,} x"
                f" {max(1, int(height * scale)):,} pixels or less. It is {width:,} x {height:,}"
                f" pixels, {pixels:,} in one frame; {self.max_frame_pixels:,} are allowed.",
                limit=self.max_frame_pixels,
                actual=pixels,
            )

    def add_frame(self, width: int, height: int) -> None:
        """Count one frame, or refuse it."""
        self.check_canvas(width, height)
        self.frames += 1
        self.total_pixels += width * height
        if self.total_pixels > self.max_total_pixels:
            raise ImageTooManyPixels(
                "Make the animation smaller or shorter. Its first"
                f" {self.frames:,} frames have {self.total_pixels:,} pixels;"
                f" {self.max_total_pixels:,} are allowed over all frames.",
                limit=self.max_total_pixels,
                actual=self.total_pixels,
            )
