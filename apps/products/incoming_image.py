"""A picture on its way in: walked, and written to a temporary file, while its bytes arrive."""

from __future__ import annotations

import hashlib
import os
import time
import uuid
import zlib
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from io import BufferedRandom
from typing import TypeVar

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from apps.problems import ImageRefused, ImageTellsPlace, StorageUnavailable
from apps.products.pictures.image_checks import CheckedImage, ImageWalk, check_image
from apps.products.readiness.measures import Measures

TELLS_PLACE = (
    "The picture tells where it was taken, and the organization takes none that do; save it without"
    " its position, as by: exiftool -gps:all= -xmp:geotag= photo.jpg"
)

Made = TypeVar("Made")


class IncomingImage(UploadedFile):  # type: ignore[type-arg]  # generic in the stubs alone
    """The temporary file lies beside the store, and is gone when this is closed, kept or not.

    ``sent_name`` is the client's name for it, of which nothing is believed; ``faults`` are
    those of the form itself, by field: one of ``image`` says why there is no picture to look at.
    ``check_seconds`` went into looking
    at it so far, ``storage_seconds`` into handing it to the storage, where it came to that.
    ``crc32`` is counted for a bucket alone, which compares it; the local disk has no use for it.
    """

    def __init__(self, sent_name: str = "image") -> None:
        self.sent_name = sent_name
        self.faults: dict[str, str] = {}
        self.refusal: ImageRefused | None = None
        self.refuses_positions = False  # as the organization has it
        self.check_seconds = 0.0
        self.storage_seconds: float | None = None
        self.crc32 = 0
        self._counts_crc32 = bool(settings.AWS_STORAGE_BUCKET_NAME)
        self._walk = ImageWalk()
        self._is_moved = False
        # As text, here and in the storage: a `Path` costs as much as the call that it is made for.
        self._path = f"{settings.INCOMING_ROOT}/{uuid.uuid4().hex}"
        super().__init__(file=None, name=None)

    def receive(self, chunk: bytes) -> None:
        """Take the next bytes; once the walk has refused the picture, they cost nothing more.

        Raises ImageTooLarge at the first byte too many, StorageUnavailable when the disk is full.
        """
        if self.refusal is not None:
            return
        started = time.perf_counter()
        try:
            self._walk.feed(chunk)
        except ImageRefused as refusal:
            self.refusal = refusal
            self.close()
        finally:
            self.check_seconds += time.perf_counter() - started
        if self.refusal is None:
            self._write(chunk)

    @cached_property
    def checked(self) -> CheckedImage:
        """What the walk found; raises ImageRefused. To be asked for after the last byte."""
        if self.refusal is not None:
            raise self.refusal
        checked = check_image(self._walk)
        if self.refuses_positions and checked.traits.has_position:
            raise ImageTellsPlace(TELLS_PLACE)
        return checked

    @property
    def measures(self) -> Measures:
        """What its headers tell; raises ImageRefused."""
        checked, traits = self.checked, self.checked.traits
        width, height = checked.seen_size
        return Measures(
            image_format=checked.image_format,
            byte_size=checked.byte_size,
            width=width,
            height=height,
            frame_count=checked.frames,
            bits_per_sample=traits.bits_per_sample,
            color_model=traits.color_model,
            has_alpha=traits.has_alpha,
            color_profile=traits.color_profile,
            has_position=traits.has_position,
        )

    def compute_sha256(self) -> str:
        """The SHA-256 of the bytes, in hexadecimal, read back from the file that is still here."""
        self.seek(0)
        return hashlib.file_digest(self, "sha256").hexdigest()

    def move_to(self, path: str) -> None:
        """Give the file its place in the store, whose folder is made where there is none yet."""
        _retry_in_new_folder(path, lambda: os.rename(self._path, path))
        self._is_moved = True

    def close(self) -> None:
        """Close the file and remove it, unless the store has taken it."""
        if self.file is None or self.file.closed:
            return
        if not self._is_moved:
            with suppress(FileNotFoundError):
                os.unlink(self._path)
        with suppress(OSError):  # the last bytes find no room on a full disk
            self.file.close()

    def _write(self, chunk: bytes) -> None:
        try:
            if self.file is None:
                self.file = _retry_in_new_folder(self._path, self._create)
            self.file.write(chunk)
            if self._counts_crc32:
                self.crc32 = zlib.crc32(chunk, self.crc32)
        except OSError as fault:
            self.close()
            raise StorageUnavailable("The picture could not be written down; try again.") from fault

    def _create(self) -> BufferedRandom:
        return open(self._path, "xb+")


def _retry_in_new_folder(path: str, act: Callable[[], Made]) -> Made:
    # Made once it is missing, which saves a call of the system for each upload.
    try:
        return act()
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return act()
