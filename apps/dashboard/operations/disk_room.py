"""Which of the local disks that an upload needs is full, and of what."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from django.conf import settings

from apps.products.pictures.image_checks import MAX_IMAGE_BYTES

SQLITE: Final = "django.db.backends.sqlite3"


def list_full_disks() -> dict[str, str]:
    """By the setting that names the disk: "bytes" or "inodes", whichever an upload would lack.

    A picture is written down under MEDIA_ROOT first, also where a bucket is to have it.
    """
    disks = {"MEDIA_ROOT": Path(settings.INCOMING_ROOT)}
    if settings.DATABASES["default"]["ENGINE"] == SQLITE:
        disks["DATABASE_URL"] = Path(settings.DATABASES["default"]["NAME"])
    return {name: lack for name, path in disks.items() if (lack := _find_lack(path))}


def _find_lack(path: Path) -> str | None:
    there = next((each for each in (path, *path.parents) if each.exists()), None)
    if there is None:
        return None  # a database in memory has no disk
    disk = os.statvfs(there)
    if disk.f_bavail * disk.f_frsize < MAX_IMAGE_BYTES:
        return "bytes"
    # Some file systems make inodes as they are needed, and have a total of none.
    return "inodes" if disk.f_files and not disk.f_favail else None
