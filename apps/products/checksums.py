"""SHA-256 of pictures, made after their upload: it takes three times as long as BLAKE3 does."""

from __future__ import annotations

import hashlib
from typing import IO, Any

from blake3 import blake3
from django.core.files.storage import default_storage

from apps.problems import StorageUnavailable
from apps.products.image_store import take_turn
from apps.products.models import ProductImage

READ_BYTES = 1024 * 1024


def holds_bytes(image: ProductImage, content: IO[bytes]) -> bool:
    """Whether these are the bytes that were uploaded as the image; reads them all."""
    digest: Any = blake3() if image.blake3 else hashlib.sha256()
    while chunk := content.read(READ_BYTES):
        digest.update(chunk)
    return bool(digest.hexdigest() == (image.blake3 or image.sha256))


def fill_in_checksums() -> tuple[int, list[str]]:
    """Give each image without one its SHA-256; how many got it, and the objects that are changed.

    An object that is gone, or is not what was uploaded, stays without. One image after another, so
    that it may be stopped at any time and goes on from there.
    """
    filled, changed = 0, []
    for image in ProductImage.objects.filter(sha256=None).iterator():
        try:
            sha256 = _compute_checked_sha256(image)
        except (FileNotFoundError, StorageUnavailable):
            continue  # deleted meanwhile, or for the audit to tell
        if sha256 is None:
            changed.append(image.object_name)
            continue
        with take_turn():
            filled += ProductImage.objects.filter(pk=image.pk).update(sha256=sha256)
    return filled, changed


def _compute_checked_sha256(image: ProductImage) -> str | None:
    sha256, told = hashlib.sha256(), blake3()
    with default_storage.open(image.object_name) as content:
        while chunk := content.read(READ_BYTES):
            sha256.update(chunk)
            told.update(chunk)
    return sha256.hexdigest() if told.hexdigest() == image.blake3 else None
