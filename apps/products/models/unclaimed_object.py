"""The objects in storage that no image owns."""

from __future__ import annotations

from django.db import models


class UnclaimedObject(models.Model):
    """The name of an object that may exist in storage and belongs to no row."""

    object_name = models.CharField(max_length=255, primary_key=True)
    created = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return self.object_name
