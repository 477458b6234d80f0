"""Where the renditions of an object lie: their names follow from its own, so that none is lost."""

from __future__ import annotations

from typing import Final

FOLDER: Final = "renditions/"
# Pixels of the longest side: a row of a list, a tile of the gallery, the same on a phone's dense
# screen, the hero.
RENDITION_SIZES: Final = (96, 320, 640, 1280)

_ORIGINALS: Final = "products/"


def get_rendition_name(object_name: str, size: int) -> str:
    """The name of the rendition of ``size`` that the original of that name has."""
    return f"{FOLDER}{object_name.removeprefix(_ORIGINALS)}.{size}.webp"


def list_rendition_names(object_name: str) -> list[str]:
    """The names that its renditions have, where they were made."""
    return [get_rendition_name(object_name, size) for size in RENDITION_SIZES]


def get_original_name(rendition_name: str) -> str:
    """The name of the original that a rendition was made of."""
    return _ORIGINALS + rendition_name.removeprefix(FOLDER).rsplit(".", 2)[0]
