"""Objects on the local disk that survive power loss once `save` has returned."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage

from apps.problems import StorageUnavailable
from apps.products.incoming_image import IncomingImage


class DurableDiskStorage(FileSystemStorage):
    """Django's, with fsync of the file and of every folder from it to the root."""

    def save(  # type: ignore[override]  # no other object is kept
        self, name: str, content: IncomingImage, max_length: int | None = None
    ) -> str:
        """Django's, without looking the name over three times: it is ours, and free."""
        return self._save(name, content)

    def url(self, name: str | None) -> str:
        """Its path; the names are ours, and nothing in them wants quoting."""
        return f"{self.base_url}{name}"

    def _save(self, name: str, content: IncomingImage) -> str:
        path = f"{self.location}/{name}"
        folder = path.rpartition("/")[0]
        try:
            content.flush()
            descriptor = content.fileno()
            os.fchmod(descriptor, settings.FILE_UPLOAD_PERMISSIONS)
            os.fsync(descriptor)
            content.move_to(path)
            _sync_folder(folder)
            _sync_way_to(folder, str(self.location))
        except OSError as fault:
            raise StorageUnavailable("The picture could not be stored; try again.") from fault
        return name

    def delete(self, name: str) -> None:
        """Remove the object for good; one that is not there is no fault."""
        try:
            super().delete(name)
            with suppress(FileNotFoundError):
                _sync_folder(Path(self.path(name)).parent)
        except OSError as fault:
            raise StorageUnavailable("The picture could not be removed; try again.") from fault

    def is_ready(self) -> bool:
        """Whether a picture could be stored now."""
        with suppress(OSError):
            Path(self.location).mkdir(parents=True, exist_ok=True)
        return os.access(self.location, os.W_OK)

    def save_rendition(self, name: str, webp: bytes) -> None:
        """Keep it under that name, whole or not at all; not durable, as it can be made anew."""
        path = Path(self.path(name))
        temporary = Path(settings.INCOMING_ROOT, uuid.uuid4().hex)
        try:
            temporary.parent.mkdir(parents=True, exist_ok=True)
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(webp)
            temporary.replace(path)
        except OSError as fault:
            with suppress(OSError):
                temporary.unlink()
            raise StorageUnavailable("The rendition could not be stored; try again.") from fault

    def list_names(self, folder: str = "products/") -> Iterator[str]:
        """The name of every object in the folder, in no order."""
        root = Path(self.location)
        for path in (root / folder).rglob("*"):
            if path.is_file():
                yield path.relative_to(root).as_posix()


@lru_cache(maxsize=10_000)
def _sync_way_to(folder: str, root: str) -> None:
    # Once in each process, since another upload may have made a folder that is not yet synced.
    for above in Path(folder).parents:
        _sync_folder(above)
        if above == Path(root).parent:
            break


def _sync_folder(folder: str | Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
