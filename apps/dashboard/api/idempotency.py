"""``Idempotency-Key``: the same upload sent again gets the first answer again."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import DatabaseError
from django.http import HttpResponse

from apps.dashboard.api.admission import admit_again
from apps.dashboard.api.request_body import ApiRequest
from apps.dashboard.api.schemas import (
    ProductImageDetailsOut,
    ProductImageOut,
    describe_details,
    describe_image,
)
from apps.problems import FieldError, InvalidInput, Problem
from apps.products.incoming_image import IncomingImage
from apps.products.models import ProductImage
from apps.products.upload_claims import Fingerprint, claim_upload, complete_claim, release_claim

HEADER = "Idempotency-Key"
MAX_KEY_LENGTH = 255

Answer = TypeVar("Answer", bound=ProductImageOut)
_DESCRIBE: dict[type[ProductImageOut], Callable[[ApiRequest, ProductImage], Any]] = {
    ProductImageOut: describe_image,
    ProductImageDetailsOut: describe_details,
}

# An sf-string (RFC 9651 §3.3.3), or the same characters bare.
_QUOTED = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"')
_BARE = re.compile(r"[!#-~]+")


def read_idempotency_key(request: ApiRequest) -> str | None:
    """The key, None where there is none; raises InvalidInput for a malformed one."""
    sent = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if sent is None:
        return None
    quoted = _QUOTED.fullmatch(sent.strip())
    key = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else sent.strip()
    if not 1 <= len(key) <= MAX_KEY_LENGTH or not (quoted or _BARE.fullmatch(key)):
        message = f"The {HEADER} takes 1 to {MAX_KEY_LENGTH} printable ASCII characters."
        raise InvalidInput(message, errors=[FieldError(HEADER, message)])
    return key


def answer_once(
    request: ApiRequest,
    response: HttpResponse,
    image: IncomingImage,
    words: list[object],
    store: Callable[..., ProductImage],
    kind: type[Answer],
) -> Answer:
    """Store and describe the image, or give the first answer again where the key was used.

    ``words`` are what makes two uploads the same, besides caller, path and picture; ``kind`` is how
    the image is described.
    """
    describe: Callable[[ApiRequest, ProductImage], Answer] = _DESCRIBE[kind]
    if request.idempotency_key is None:
        return describe(request, store(before_commit=lambda image: admit_again(request)))
    fingerprint = Fingerprint(request.path, image, words)
    claim = claim_upload(request.auth.credential, request.idempotency_key, fingerprint)
    if claim.answer is not None:
        admit_again(request)
        response.headers["Idempotent-Replayed"] = "true"
        return kind(**claim.answer)

    def write_answer(image: ProductImage) -> None:
        admit_again(request)
        complete_claim(claim, describe(request, image).model_dump(mode="json"))

    try:
        return describe(request, store(before_commit=write_answer))
    except (Problem, DatabaseError):
        release_claim(claim)
        raise
