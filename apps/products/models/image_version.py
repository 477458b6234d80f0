"""The files that images had before."""

from __future__ import annotations

from django.db import models

from apps.products.models.product_image import ProductImage
from apps.products.stored_picture import StoredPicture


class ImageVersion(StoredPicture):
    """A file that an image had before it was replaced; its id is the file's."""

    id = models.UUIDField(primary_key=True, editable=False)
    image = models.ForeignKey(ProductImage, on_delete=models.CASCADE, related_name="versions")
    # From when to when it was the image's file.
    placed_at = models.DateTimeField(editable=False)
    replaced_at = models.DateTimeField(db_index=True, editable=False)

    def __str__(self) -> str:
        return self.file_name or self.object_name
