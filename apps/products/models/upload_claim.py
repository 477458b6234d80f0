"""What became of uploads that may be sent again."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models


class UploadClaim(models.Model):
    """An ``Idempotency-Key`` and what became of the upload that it came with first."""

    credential = models.CharField(max_length=64)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    # Who holds the claim: a first try that comes back after its minute finds another here.
    holder = models.UUIDField(default=uuid.uuid4)
    claimed_at = models.DateTimeField()
    answer = models.JSONField(null=True)  # what the 201 said, once there was one
    created = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["credential", "key"], name="one_claim_per_key")
        ]

    def __str__(self) -> str:
        return f"{self.credential} {self.key}"
