"""SHA-256 of pictures, made after their upload: it takes three times as long as BLAKE3 does."""

from __future__ import annotations

import hashlib
from itertools import chain
from typing import IO, Any

from blake3 import blake3
from django.core.files.storage import default_storage

from apps.problems import StorageUnavailable
from apps.products.models import ImageVersion, ProductImage
from apps.products.stored_picture import StoredPicture
from apps.products.write_turns import take_turn

READ_BYTES = 1024 * 1024


def holds_bytes(image: StoredPicture, content: IO[bytes]) -> bool:
    """Whether these are the bytes that were uploaded as the image; reads them all."""
    digest: Any = blake3() if image.blake3 else hashlib.sha256()
    while chunk := content.read(READ_BYTES):
        digest.update(chunk)
    return bool(digest.hexdigest() == (image.blake3 or image.sha256))


def fill_in_checksums() -> tuple[int, list[str]]:
    """Give each file without one its SHA-256; how many got it, and the objects that are changed.

    An object that is gone, or is not what was uploaded, stays without. One file after another, so
    that it may be stopped at any time and goes on from there.
    """
    filled, changed = 0, []
    kinds: tuple[type[ProductImage | ImageVersion], ...] = (ProductImage, ImageVersion)
    for file in chain.from_iterable(kind.objects.filter(sha256=None).iterator() for kind in kinds):
        try:
            sha256 = _compute_checked_sha256(file)
        except (FileNotFoundError, StorageUnavailable):
            continue  # deleted meanwhile, or for the audit to tell
        if sha256 is None:
            changed.append(file.object_name)
            continue
        with take_turn():
            # By its name, for it may be a version by now, or an image.
            for kind in kinds:
                filled += kind.objects.filter(object_name=file.object_name).update(sha256=sha256)
    return filled, changed


def _compute_checked_sha256(file: StoredPicture) -> str | None:
    sha256, told = hashlib.sha256(), blake3()
    with default_storage.open(file.object_name) as content:
        while chunk := content.read(READ_BYTES):
            sha256.update(chunk)
            told.update(chunk)
    return sha256.hexdigest() if told.hexdigest() == file.blake3 else None
