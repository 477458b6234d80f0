"""Entity tags, so that two windows do not overwrite each other's changes (RFC 9110 §8.8.3, §13)."""

from __future__ import annotations

import hashlib

from django.http import HttpRequest
from django.utils.http import parse_etags

from apps.problems import FieldError, InvalidInput, PreconditionFailed
from apps.products.models import Product, ProductImage

CHANGED = (
    "If-Match names another state of this image than it has: it was changed since you read it. Get"
    " it again, look, then send your change with its new ETag."
)


def build_etag(image: ProductImage) -> str:
    """The tag of what can change of an image."""
    changeable = repr((image.id, image.title, image.priority, image.is_primary))
    if image.replaced_at:
        changeable += image.object_name
    if image.discarded_at:
        changeable += image.discarded_at.isoformat()
    return f'"{hashlib.sha256(changeable.encode()).hexdigest()[:32]}"'


def build_gallery_etag(product: Product, last_event_id: int) -> str:
    """The tag of a product's gallery: each change of it is another line of history."""
    state = f"{product.pk} {last_event_id}"
    return f'"{hashlib.sha256(state.encode()).hexdigest()[:32]}"'


def check_if_match(request: HttpRequest, image: ProductImage) -> None:
    """Raise PreconditionFailed unless ``If-Match`` is absent, ``*``, or names this image's tag.

    Raises InvalidInput as `check_tag`.
    """
    check_tag(request, build_etag(image), "image")


def check_tag(request: HttpRequest, etag: str, what: str) -> None:
    """Raise PreconditionFailed unless ``If-Match`` is absent, ``*``, or names this tag.

    Raises InvalidInput where it holds no tag at all, or only weak ones, which never match.
    """
    sent = request.headers.get("If-Match")
    if sent is None:
        return
    tags = parse_etags(sent)
    if not any(tag == "*" or tag.startswith('"') for tag in tags):
        told = "only weak tags (W/…), which never match" if tags else "no tag in double quotes"
        message = (
            f"If-Match holds {told}; send the {what}'s ETag as GET answers it, quotes included,"
            f" as in If-Match: {etag}"
        )
        raise InvalidInput(message, errors=[FieldError("If-Match", message)])
    if "*" not in tags and etag not in tags:
        raise PreconditionFailed(CHANGED.replace("image", what))


def is_known(request: HttpRequest, image: ProductImage) -> bool:
    """Whether ``If-None-Match`` says that the caller has this state of the image already."""
    tags = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in tags or build_etag(image) in {tag.removeprefix("W/") for tag in tags}
