"""Finding what a crash left behind, and telling whether rows and objects match."""

from __future__ import annotations

import math
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPException
from itertools import chain, takewhile
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from urllib.request import urlopen

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone

from apps.products.checksums import holds_bytes
from apps.products.models import ImageVersion, ProductImage, UnclaimedObject
from apps.products.pictures.image_checks import ImageFormat
from apps.products.storage.rendition_names import FOLDER, get_original_name
from apps.products.stored_objects import remove_unclaimed_object

# Whoever uploads for longer than this is told that the upload was undone.
DEFAULT_AGE_SECONDS = 3600
STRANGER_TIMEOUT_SECONDS = 10

_NO_GUARD = "its Content-Security-Policy lacks: default-src 'none'; sandbox"


@dataclass(frozen=True, slots=True)
class Audit:
    """The names that stand on one side only; an unclaimed object is on neither.

    ``outlived_by_renditions`` are images that are gone while their renditions are not: those are
    left to the next sweep.
    """

    rows_without_objects: list[str]
    objects_without_rows: list[str]
    outlived_by_renditions: list[str]


def sweep_unclaimed_objects(
    older_than_seconds: int = DEFAULT_AGE_SECONDS, within_seconds: float = math.inf
) -> int:
    """Remove the unclaimed objects of that age, as many as that time allows; returns how many.

    Raises StorageUnavailable or a database error; what was removed until then stays removed.
    """
    cutoff = timezone.now() - timedelta(seconds=older_than_seconds)
    names = UnclaimedObject.objects.filter(created__lte=cutoff).order_by("created")
    end = time.monotonic() + within_seconds
    in_time = takewhile(lambda _: time.monotonic() < end, list(names.values_list("pk", flat=True)))
    return sum(map(remove_unclaimed_object, in_time))


def sweep_temporary_files(older_than_seconds: int = DEFAULT_AGE_SECONDS) -> int:
    """Remove the temporary files that nobody has written to for that long; returns how many."""
    cutoff = time.time() - older_than_seconds
    removed = 0
    for path in Path(settings.INCOMING_ROOT).glob("*"):
        with suppress(FileNotFoundError):  # its upload has just ended
            if path.stat().st_mtime <= cutoff:
                path.unlink()
                removed += 1
    return removed


def audit_objects() -> Audit:
    """Compare all rows with all objects; the names of both are held in memory.

    Uploads and deletions may go on meanwhile: what looks odd is looked at again.
    """
    objects = set(default_storage.list_names())  # type: ignore[attr-defined]  # ours have it
    images = ProductImage.objects.values_list("object_name", flat=True).iterator()
    versions = ImageVersion.objects.values_list("object_name", flat=True).iterator()
    rows = set(chain(images, versions))
    return Audit(
        rows_without_objects=sorted(filter(_is_row_without_object, rows - objects)),
        objects_without_rows=sorted(filter(_is_object_without_row, objects - rows)),
        outlived_by_renditions=sorted(_leave_renditions_to_sweep(rows)),
    )


def _leave_renditions_to_sweep(rows: set[str]) -> set[str]:
    names = default_storage.list_names(FOLDER)  # type: ignore[attr-defined]  # ours have it
    outlived = {original for original in map(get_original_name, names) if original not in rows}
    # An image that was uploaded or removed meanwhile is none of them.
    left = {name for name in outlived if not (_is_claimable(name) or _has_row(name))}
    UnclaimedObject.objects.bulk_create(map(UnclaimedObject, left), ignore_conflicts=True)
    return left


def find_unreadable_address() -> str | None:
    """The newest picture's public address with why a stranger can't read it, None where one can.

    None too where there is no picture, and where the local disk's has no host to ask.
    """
    image = ProductImage.objects.order_by("-created").first()
    address = _get_address(image)
    if image is None or address is None:
        return None
    try:
        with _open_as_stranger(address) as answer:
            kept = holds_bytes(image, answer)
    except (OSError, HTTPException) as fault:
        return f"{address} ({fault})"
    return None if kept else f"{address} (not the bytes that were stored)"


def find_unguarded_svg() -> str | None:
    """The newest SVG's public address where its answer lacks the policy that no script runs under.

    What can't be read at all is told by `find_unreadable_address`. A bucket's own server adds no
    headers, and its address is nobody's page: asked is what has a name of ours.
    """
    if settings.AWS_STORAGE_BUCKET_NAME and not default_storage.custom_domain:  # type: ignore[attr-defined]  # S3's has one
        return None
    svgs = ProductImage.objects.filter(image_format=ImageFormat.SVG)
    address = _get_address(svgs.order_by("-created").first())
    if address is None:
        return None
    try:
        with _open_as_stranger(address) as answer:
            policies = answer.headers.get_all("Content-Security-Policy", [])
    except (OSError, HTTPException) as fault:
        return f"{address} ({fault})"
    return None if any(map(_is_guarding, policies)) else f"{address} ({_NO_GUARD})"


def _is_guarding(policies: str) -> bool:
    # A list of policies, each of directives (CSP §2.2); one that guards is enough.
    for policy in policies.lower().split(","):
        directives = {tuple(directive.split()) for directive in policy.split(";")}
        if {("sandbox",), ("default-src", "'none'")} <= directives:
            return True
    return False


def _get_address(image: ProductImage | None) -> str | None:
    address = urljoin(settings.API_SERVER_URL, image.url) if image else "/"
    return None if address.startswith("/") else address


def _open_as_stranger(address: str) -> Any:
    return urlopen(address, timeout=STRANGER_TIMEOUT_SECONDS)  # noqa: S310 (our storage's)


def _is_row_without_object(name: str) -> bool:
    return not default_storage.exists(name) and _has_row(name)


def _is_object_without_row(name: str) -> bool:
    return not (_is_claimable(name) or _has_row(name)) and default_storage.exists(name)


def _is_claimable(name: str) -> bool:
    return UnclaimedObject.objects.filter(pk=name).exists()


def _has_row(name: str) -> bool:
    kinds = (ProductImage.objects, ImageVersion.objects)
    return any(kind.filter(object_name=name).exists() for kind in kinds)
