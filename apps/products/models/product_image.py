"""Images, each one picture of a product."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from apps.products.measured_picture import PIXEL_MEASURES, TRAITS
from apps.products.models.product import Product
from apps.products.readiness.measures import Measures
from apps.products.stored_picture import StoredPicture

MAX_PRIORITY = 32_767


class ImageSet(models.QuerySet["ProductImage"]):
    """Images, those in the bin included unless it is said."""

    def present(self) -> ImageSet:
        """Those that are not in the bin."""
        return self.filter(discarded_at=None)

    def discarded(self) -> ImageSet:
        """Those in the bin."""
        return self.filter(discarded_at__isnull=False)

    def in_gallery(self) -> ImageSet:
        """Those that are not in the bin, the primary first, then by priority, then the newest."""
        return self.present().order_by("-is_primary", "priority", "-created", "id")


class ProductImage(StoredPicture):
    """One picture of a product: what it is called, its place, and the file that it has now."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The gallery index starts with the product and serves this look-up too.
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="images", db_index=False
    )
    title = models.CharField(max_length=255, blank=True)
    is_primary = models.BooleanField(default=False, editable=False)
    priority = models.PositiveSmallIntegerField(default=0)
    created = models.DateTimeField(editable=False)
    # When its present file took the place of another; null where it is the first.
    replaced_at = models.DateTimeField(null=True, editable=False)
    # When it went to the bin, and whether it was the primary until then.
    discarded_at = models.DateTimeField(null=True, editable=False)
    was_primary = models.BooleanField(default=False, db_default=False, editable=False)

    objects = ImageSet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["product"],
                condition=models.Q(is_primary=True),
                name="one_primary_image_per_product",
            )
        ]
        indexes: ClassVar = [
            # The last so that what is not in the bin is counted in the index alone.
            models.Index(
                fields=["product", "-is_primary", "priority", "-created", "id", "discarded_at"],
                name="gallery_order",
            ),
            models.Index(
                fields=["product", "discarded_at"],
                condition=models.Q(discarded_at__isnull=False),
                name="images_in_bin",
            ),
            models.Index(
                fields=["product"],
                condition=models.Q(has_position=True),
                name="images_with_position",
            ),
            models.Index(
                fields=["measure_due_at", "product"],
                condition=models.Q(measure_due_at__isnull=False),
                name="images_to_measure",
            ),
            models.Index(
                fields=["sha256"],
                condition=models.Q(sha256__isnull=False),
                name="image_sha256",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.object_name

    @property
    def name(self) -> str:
        """What people call it: the caption, else the name of its file; may be empty."""
        return self.title or self.file_name

    @property
    def measures(self) -> Measures:
        """What is known of it by now."""
        is_given_up = self.measured_at is not None and self.is_blank is None
        return Measures(
            image_format=self.image_format,
            byte_size=self.byte_size,
            width=self.width,
            height=self.height,
            frame_count=self.frame_count,
            is_unmeasurable=self.is_undecodable or is_given_up,
            **{name: getattr(self, name) for name in (*TRAITS, *PIXEL_MEASURES)},
        )
