"""The history of products' images."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from apps.products.models.product import Product

# In the history of what was done to a gallery as a whole: nobody's (RFC 9562 §5.9).
NO_IMAGE = uuid.UUID(int=0)


class ImageEvent(models.Model):
    """One line of a product's image history: who changed what; lines are only ever added."""

    class Action(models.TextChoices):
        UPLOADED = "uploaded"
        PROMOTED = "promoted"
        DEMOTED = "demoted"
        RETITLED = "retitled"
        REPRIORITISED = "reprioritised"
        ORDERED = "ordered"
        REPLACED = "replaced"
        REVERTED = "reverted"
        DISCARDED = "discarded"
        RESTORED = "restored"
        DELETED = "deleted"

    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="image_events", db_index=False
    )
    image_id = models.UUIDField()  # no foreign key: the history outlives the image
    image_name = models.CharField(max_length=255, blank=True, default="", db_default="")  # of then
    action = models.CharField(max_length=16, choices=Action.choices)
    old = models.CharField(max_length=255, blank=True)
    new = models.CharField(max_length=255, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", null=True
    )
    credential = models.CharField(max_length=64)
    request_id = models.CharField(max_length=128)
    created = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["product", "-id"], name="history_order")]

    def __str__(self) -> str:
        return f"{self.action} {self.image_id}"
