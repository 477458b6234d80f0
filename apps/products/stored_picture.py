"""What is told of one file: of the one that an image has now, and of each that it had."""

from __future__ import annotations

import uuid
from typing import Final

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models

from apps.products.folding import MAX_FOLDED_LENGTH
from apps.products.measured_picture import MeasuredPicture
from apps.products.pictures.image_checks import ImageFormat

UUID_LENGTH: Final = 36


class StoredPicture(MeasuredPicture):
    """A picture whose bytes are the storage's object ``object_name``."""

    object_name = models.CharField(max_length=255, unique=True, editable=False)
    # As its sender called it; empty for pictures of before this was kept.
    file_name = models.CharField(
        max_length=255, blank=True, default="", db_default="", editable=False
    )
    # The same without case and accents, as it is looked for (`folding`).
    folded_file_name = models.CharField(
        max_length=MAX_FOLDED_LENGTH, default="", db_default="", editable=False
    )
    image_format = models.CharField(
        max_length=4, choices=[(f.value, f.label) for f in ImageFormat], editable=False
    )
    # As it is seen: turned as its EXIF says, but for pictures of before that was looked at.
    width = models.PositiveIntegerField(null=True, editable=False)
    height = models.PositiveIntegerField(null=True, editable=False)
    frame_count = models.PositiveIntegerField(null=True, editable=False)  # null: not yet known
    byte_size = models.PositiveIntegerField(editable=False)
    # Told of the bytes as they arrived; null where they came before there was this.
    blake3 = models.CharField("BLAKE3", max_length=64, null=True, editable=False)  # noqa: DJ001 (null: not yet known)
    # What the world compares by; null until `fill_in_checksums` has read the object.
    sha256 = models.CharField("SHA-256", max_length=64, null=True, editable=False)  # noqa: DJ001 (the same)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        editable=False,
    )
    # Found out when its renditions were to be made.
    is_undecodable = models.BooleanField(default=False, db_default=False, editable=False)

    class Meta:
        abstract = True

    @property
    def file_id(self) -> uuid.UUID:
        """The id in the object's name, which no other object has; of its first file, the image's.

        Where the name has none, the row's own id.
        """
        try:
            return uuid.UUID(self.object_name.rpartition(".")[0][-UUID_LENGTH:])
        except ValueError:
            own: uuid.UUID = self.pk
            return own

    @property
    def is_animated(self) -> bool:
        """Whether it is known to move."""
        return (self.frame_count or 1) > 1

    @property
    def content_type(self) -> str:
        """The media type that the bytes have, whatever the client declared."""
        return ImageFormat[self.image_format].content_type

    @property
    def url(self) -> str:
        """The storage's public address of the original; a path only on local disk."""
        return default_storage.url(self.object_name)


PICTURE_FIELDS: Final = tuple(field.attname for field in StoredPicture._meta.local_fields)
