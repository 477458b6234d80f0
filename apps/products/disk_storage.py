"""Objects on the local disk that survive power loss once `save` has returned."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from django.core.files.storage import FileSystemStorage

from apps.problems import StorageUnavailable
from apps.products.incoming_image import IncomingImage


class DurableDiskStorage(FileSystemStorage):
    """Django's, with fsync of the file, its folder and every folder newly made."""

    def _save(self, name: str, content: IncomingImage) -> str:
        path = Path(self.path(name))
        try:
            content.flush()
            os.fsync(content.fileno())
            new_folders = [folder for folder in path.parents if not folder.exists()]
            name = super()._save(name, content)  # type: ignore[misc]  # missing in the stubs
            for folder in {path.parent, *(folder.parent for folder in new_folders)}:
                _sync_folder(folder)
        except OSError as fault:
            raise StorageUnavailable("The picture could not be stored; try again.") from fault
        return name

    def delete(self, name: str) -> None:
        """Remove the object; one that is not there is no fault."""
        try:
            super().delete(name)
        except OSError as fault:
            raise StorageUnavailable("The picture could not be removed; try again.") from fault

    def is_ready(self) -> bool:
        """Whether a picture could be stored now."""
        Path(self.location).mkdir(parents=True, exist_ok=True)
        return os.access(self.location, os.W_OK)

    def list_names(self) -> Iterator[str]:
        """The name of every object, in no order."""
        root = Path(self.location)
        for path in (root / "products").rglob("*"):
            if path.is_file():
                yield path.relative_to(root).as_posix()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
