"""A picture on its way in: walked, and written to a temporary file, while its bytes arrive."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from apps.problems import ImageRefused, StorageUnavailable
from apps.products.image_checks import CheckedImage, ImageWalk, check_image

Made = TypeVar("Made")


class IncomingImage(UploadedFile):  # type: ignore[type-arg]  # generic in the stubs alone
    """The temporary file lies beside the store, and is gone when this is closed, kept or not.

    ``sent_name`` is the client's name for it, of which nothing is believed; ``fault`` is why there
    is no picture to look at, where the form itself is at fault. ``check_seconds`` went into looking
    at it so far, ``storage_seconds`` into handing it to the storage, where it came to that.
    """

    def __init__(self, sent_name: str = "image") -> None:
        self.sent_name = sent_name
        self.fault: str | None = None
        self.refusal: ImageRefused | None = None
        self.check_seconds = 0.0
        self.storage_seconds: float | None = None
        self._walk = ImageWalk()
        self._is_moved = False
        self._path = Path(settings.INCOMING_ROOT, uuid.uuid4().hex)
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
        return check_image(self._walk)

    def move_to(self, path: Path) -> None:
        """Give the file its place in the store, whose folder is made where there is none yet."""
        _retry_in_new_folder(path, lambda: self._path.rename(path))
        self._is_moved = True

    def close(self) -> None:
        """Close the file and remove it, unless the store has taken it."""
        if self.file is None or self.file.closed:
            return
        if not self._is_moved:
            self._path.unlink(missing_ok=True)
        with suppress(OSError):  # the last bytes find no room on a full disk
            self.file.close()

    def _write(self, chunk: bytes) -> None:
        try:
            if self.file is None:
                self.file = _retry_in_new_folder(self._path, lambda: self._path.open("xb+"))
            self.file.write(chunk)
        except OSError as fault:
            self.close()
            raise StorageUnavailable("The picture could not be written down; try again.") from fault


def _retry_in_new_folder(path: Path, act: Callable[[], Made]) -> Made:
    # Made once it is missing, which saves a call of the system for each upload.
    try:
        return act()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return act()
