"""One upload per ``Idempotency-Key``: claimed before it is stored, answered in its transaction."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.problems import Conflict, FieldError, InvalidInput, ServiceUnavailable
from apps.products.incoming_image import IncomingImage
from apps.products.models import UploadClaim
from apps.products.write_turns import take_turn

# What fingerprints by SHA-256, which are hexadecimal throughout, don't begin with.
BY_BLAKE3 = "blake3:"
KEPT_FOR = timedelta(hours=24)
# A first try that has not answered by then has crashed, or is undone when it comes back.
BLOCKS_FOR = timedelta(minutes=1)


# No key that a client can send (RFC 9651 §3.3.3).
CHECK_KEY = "\u2713"
# One that has not answered by then has crashed.
CHECK_BLOCKS_FOR = timedelta(seconds=30)


class Fingerprint:
    """What tells one upload from another: the path, the picture's bytes, the words beside it."""

    def __init__(self, path: str, image: IncomingImage, words: list[object]) -> None:
        self._path, self._image, self._words = path, image, words
        self.text = f"{BY_BLAKE3}{self._compose(image.checked.blake3)[len(BY_BLAKE3) :]}"

    def is_told_by(self, text: str) -> bool:
        """Whether a claim with that text was made for the same upload."""
        if text.startswith(BY_BLAKE3):
            return text == self.text
        # An earlier release told pictures by their SHA-256; its claims last for a day.
        return text == self._compose(self._image.compute_sha256())

    def _compose(self, digest: str) -> str:
        told = json.dumps([self._path, digest, *self._words])
        return hashlib.sha256(told.encode()).hexdigest()


def claim_upload(credential: str, key: str, fingerprint: Fingerprint) -> UploadClaim:
    """The claim of this key, to be completed by the caller, or with the ``answer`` of the first.

    Raises InvalidInput when the key came with another request, Conflict while the first runs.
    """
    now = timezone.now()
    fresh = {
        "fingerprint": fingerprint.text,
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


def is_claimed(credential: str, key: str) -> bool:
    """Whether an upload came with this key before, and may have its answer again."""
    return UploadClaim.objects.filter(credential=credential, key=key).exists()


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


@contextmanager
def hold_check(credential: str) -> Iterator[None]:
    """One check of a picture at a time for each credential; raises Conflict while another runs."""
    now, holder = timezone.now(), uuid.uuid4()
    held = {"holder": holder, "claimed_at": now, "created": now}
    with take_turn(), transaction.atomic():
        claims = UploadClaim.objects.select_for_update()
        claim, is_new = claims.get_or_create(credential=credential, key=CHECK_KEY, defaults=held)
        if not is_new:
            if timedelta(0) <= now - claim.claimed_at < CHECK_BLOCKS_FOR:
                raise Conflict(
                    "Another check of yours is still running; send this one again when it is done.",
                    headers={"Retry-After": "1"},
                )
            UploadClaim.objects.filter(pk=claim.pk).update(**held)
            claim.holder = holder
    try:
        yield
    finally:
        release_claim(claim)


def sweep_upload_claims() -> int:
    """Remove the claims whose time is over; returns how many."""
    with take_turn():
        return UploadClaim.objects.filter(created__lte=timezone.now() - KEPT_FOR).delete()[0]


def build_still_running(seconds: int) -> Conflict:
    """The 409 for a retry that comes too early, by that much."""
    return Conflict(
        "The first request with this Idempotency-Key is still running; send this one again in"
        f" {seconds} seconds, and get its answer.",
        headers={"Retry-After": str(seconds)},
    )


def _check_same_request(claim: UploadClaim, fingerprint: Fingerprint) -> None:
    if not fingerprint.is_told_by(claim.fingerprint):
        message = "This Idempotency-Key came with another request before; use a new one."
        raise InvalidInput(message, errors=[FieldError("Idempotency-Key", message)])


def _check_overdue(claim: UploadClaim) -> None:
    left = claim.claimed_at + BLOCKS_FOR - timezone.now()
    # One from a minute hence or later was made before the clock was set back: none waits for that.
    if timedelta(0) < left < 2 * BLOCKS_FOR:
        raise build_still_running(int(left.total_seconds()) + 1)
