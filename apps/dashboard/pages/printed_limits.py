"""The limits of pictures, as the pages print them."""

from __future__ import annotations

from typing import Final

from apps.products.pictures.image_checks import (
    MAX_FRAME_PIXELS,
    MAX_IMAGE_BYTES,
    MAX_TOTAL_PIXELS,
    ImageFormat,
)

IMAGE_LIMIT: Final = f"{MAX_IMAGE_BYTES // 2**20} MiB"
# For people, in the unit that the cards have.
FILE_LIMIT: Final = f"{MAX_IMAGE_BYTES // 2**20} MB"
FRAME_LIMIT: Final = f"{MAX_FRAME_PIXELS // 10**6} MP"
TOTAL_LIMIT: Final = f"{MAX_TOTAL_PIXELS // 10**6} MP"
FORMATS: Final = tuple(image_format.label for image_format in ImageFormat)
