"""What goes in and what comes out, as the published document describes it."""

from __future__ import annotations

import unicodedata
import uuid
from datetime import datetime
from typing import Annotated

from django.conf import settings
from django.http import HttpRequest
from ninja import Schema
from ninja.params.functions import File, Form
from pydantic import (
    BeforeValidator,
    Field,
    PlainValidator,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from apps.dashboard.api.identifiers import SHORTUUID_PATTERN, decode_id, encode_id
from apps.dashboard.api.upload_form import FieldFault
from apps.problems import ImageRefused
from apps.products.gtin import normalize_gtin
from apps.products.incoming_image import IncomingImage
from apps.products.models import ProductImage

MAX_TITLE_LENGTH = 255

_BOOLEAN = TypeAdapter(bool)


def _build_fault(message: str, **limits: object) -> PydanticCustomError:
    """A fault of one field in our own words, which `problem_responses` passes on."""
    return PydanticCustomError("fault", "{message}", {"message": message, **limits})


def _read_organization_id(text: str) -> uuid.UUID:
    try:
        return decode_id(text)
    except ValueError as fault:
        raise _build_fault(str(fault)) from fault


def _read_gtin(text: str) -> str:
    try:
        return normalize_gtin(text)
    except ValueError as fault:
        raise _build_fault(str(fault)) from fault


def _check_title(value: str | FieldFault) -> str:
    if isinstance(value, FieldFault):
        raise _build_fault(value.message)
    if len(value) > MAX_TITLE_LENGTH:
        raise _build_fault(
            f"The title has {len(value)} characters; at most {MAX_TITLE_LENGTH} are allowed.",
            limit=MAX_TITLE_LENGTH,
            actual=len(value),
        )
    if any(unicodedata.category(character) == "Cc" for character in value):
        raise _build_fault("The title has control characters; only printable text is allowed.")
    return value


def _check_is_primary(value: str | bool | FieldFault) -> bool:
    if isinstance(value, FieldFault):
        raise _build_fault(value.message)
    try:
        return _BOOLEAN.validate_python(value)
    except ValidationError as fault:
        raise _build_fault(f"is_primary is {str(value)[:64]!r}; it takes true or false.") from fault


def _check_image(image: IncomingImage) -> IncomingImage:
    if image.fault is not None:
        raise _build_fault(image.fault)
    try:
        _ = image.checked
    except ImageRefused as refusal:
        limits = {key: refusal.members.get(key) for key in ("limit", "actual")}
        raise _build_fault(refusal.detail, **limits) from refusal
    return image


class TradeItemPath(Schema):
    """Which product of which organization."""

    organization_id: Annotated[
        uuid.UUID,
        BeforeValidator(_read_organization_id),
        WithJsonSchema(
            {
                "type": "string",
                "format": "shortuuid",
                "minLength": 22,
                "maxLength": 22,
                "pattern": SHORTUUID_PATTERN,
            }
        ),
    ] = Field(..., description="UUID of the organization that owns the product.")
    gtin: Annotated[
        str,
        BeforeValidator(_read_gtin),
        WithJsonSchema({"type": "string", "pattern": r"^\d{8,14}$"}),
    ] = Field(
        ...,
        description="GTIN-8/12/13/14 of the target product. Normalized to GTIN-14 by zero-padding"
        " before lookup.",
    )


# Ninja wants its own marker last.
ImagePart = Annotated[
    IncomingImage,
    PlainValidator(_check_image),
    WithJsonSchema({"type": "string", "format": "binary"}),
    File(description="Image file to upload (JPEG, PNG, GIF, WebP, SVG, or BMP)."),
]
TitlePart = Annotated[
    str,
    BeforeValidator(_check_title),
    Form(
        "",
        max_length=MAX_TITLE_LENGTH,
        description='Caption / role label for the image (e.g. "Front of package"). Empty string'
        " when not specified.",
    ),
]
IsPrimaryPart = Annotated[
    bool,
    BeforeValidator(_check_is_primary),
    Form(
        False,
        description="When true, this image becomes the product's hero image and the previous"
        " primary image is automatically unmarked. Defaults to false.",
    ),
]


class ProductImageOut(Schema):
    """Single image attached to a product."""

    id: str = Field(
        ...,
        min_length=22,
        max_length=22,
        pattern=SHORTUUID_PATTERN,
        json_schema_extra={"format": "shortuuid"},
        description="URL-safe 22-character shortuuid encoding of the row's UUID primary key. Stable"
        " across the row's lifetime; suitable for sharing in URLs, log lines, and external SDK"
        " clients. Accepted on input as either the shortuuid form or the canonical UUID form"
        " (``xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx``).",
    )
    title: str = Field(
        ...,
        max_length=MAX_TITLE_LENGTH,
        examples=["Front of package"],
        description='Caption / role label for the image (e.g. "Front of package", "Nutrition'
        ' facts"). Empty string when not set.',
    )
    is_primary: bool = Field(
        ...,
        description="True for the single image surfaced as the product's hero. At most one image"
        " per product has this set; uploading a new primary unsets the previous one.",
    )
    priority: int = Field(
        ...,
        ge=0,
        description="Display order within a product's image gallery. Lower numbers appear first;"
        " ties break on ``-created``. Primary image always sorts first regardless of priority.",
    )
    image_url: str | None = Field(
        None,
        examples=["https://cdn.closient.com/products/00012345678905/hero.jpg"],
        json_schema_extra={"format": "uri"},
        description="Absolute URL of the original (non-resized) image asset on the configured"
        " storage backend. ``null`` only when the underlying ``ImageField`` is empty, which should"
        " not occur for persisted rows.",
    )
    created: datetime = Field(
        ..., description="ISO-8601 UTC timestamp of when the image was uploaded."
    )

    model_config = {
        "json_schema_extra": {
            "examples": [
                {
                    "created": "2025-07-01T14:00:00Z",
                    "id": "keATfB8VP2gSjcnTbsMNQL",
                    "image_url": "https://cdn.closient.com/products/00012345678905/hero.jpg",
                    "is_primary": True,
                    "priority": 0,
                    "title": "Front of package",
                }
            ]
        }
    }


def describe_image(request: HttpRequest, image: ProductImage) -> ProductImageOut:
    """The image as callers see it."""
    return ProductImageOut(
        id=encode_id(image.id),
        title=image.title,
        is_primary=image.is_primary,
        priority=image.priority,
        image_url=_make_absolute(request, image.url),
        created=image.created,
    )


def _make_absolute(request: HttpRequest, url: str) -> str:
    # Only the local disk's addresses are paths.
    if not url.startswith("/"):
        return url
    return (
        f"{settings.API_SERVER_URL}{url}"
        if settings.API_SERVER_URL
        else request.build_absolute_uri(url)
    )
