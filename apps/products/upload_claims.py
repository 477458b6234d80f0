"""One upload per ``Idempotency-Key``: claimed before it is stored, answered in its transaction."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.problems import Conflict, FieldError, InvalidInput, ServiceUnavailable
from apps.products.image_store import take_turn
from apps.products.models import UploadClaim

KEPT_FOR = timedelta(hours=24)
# A first try that has not answered by then has crashed, or is undone when it comes back.
BLOCKS_FOR = timedelta(minutes=1)


def claim_upload(credential: str, key: str, fingerprint: str) -> UploadClaim:
    """The claim of this key, to be completed by the caller, or with the ``answer`` of the first.

    Raises InvalidInput when the key came with another request, Conflict while the first runs.
    """
    now = timezone.now()
    fresh = {
        "fingerprint": fingerprint,
        "holder": uuid.uuid4(),
        "claimed_at": now,
        "created": now,
        "answer": None,
    }
    with take_turn(), transaction.atomic():
        claim, is_new = UploadClaim.objects.select_for_update().get_or_create(
            credential=credential, key=key, defaults=fresh
        )
        if is_new:
            return claim
        if claim.created > now - KEPT_FOR:
            _check_same_request(claim, fingerprint)
            if claim.answer is not None:
                return claim
            _check_overdue(claim)
        for name, value in fresh.items():
            setattr(claim, name, value)
        claim.save()
    return claim


def complete_claim(claim: UploadClaim, answer: dict[str, Any]) -> None:
    """Write the answer down, within the transaction of the image's row.

    Raises ServiceUnavailable when another try has taken the claim over.
    """
    held = UploadClaim.objects.filter(pk=claim.pk, holder=claim.holder)
    if held.update(answer=answer) != 1:
        raise ServiceUnavailable("The upload took too long, and another try of it is under way.")


def release_claim(claim: UploadClaim) -> None:
    """Let the next try have the key at once, unless the answer was written after all."""
    with take_turn():
        UploadClaim.objects.filter(pk=claim.pk, holder=claim.holder, answer__isnull=True).delete()


def sweep_upload_claims() -> int:
    """Remove the claims whose time is over; returns how many."""
    with take_turn():
        return UploadClaim.objects.filter(created__lte=timezone.now() - KEPT_FOR).delete()[0]


def _check_same_request(claim: UploadClaim, fingerprint: str) -> None:
    if claim.fingerprint != fingerprint:
        message = "This Idempotency-Key came with another request before; use a new one."
        raise InvalidInput(message, errors=[FieldError("Idempotency-Key", message)])


def _check_overdue(claim: UploadClaim) -> None:
    left = claim.claimed_at + BLOCKS_FOR - timezone.now()
    # One from a minute hence or later was made before the clock was set back: none waits for that.
    if timedelta(0) < left < 2 * BLOCKS_FOR:
        seconds = int(left.total_seconds()) + 1
        raise Conflict(
            f"The first request with this Idempotency-Key is still running; ask in {seconds} s.",
            headers={"Retry-After": str(seconds)},
        )
