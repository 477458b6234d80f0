"""What callers get, as the published document describes it."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from apps.dashboard.api.identifiers import SHORTUUID_PATTERN, encode_id
from apps.dashboard.api.parameters import MAX_TITLE_LENGTH
from apps.dashboard.api.public_origin import get_origin
from apps.products.hero_verdicts import judge_image
from apps.products.models import NO_IMAGE, ImageEvent, ImageVersion, ProductImage
from apps.products.pictures.image_checks import ImageFormat
from apps.products.readiness.verdicts import Verdict


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


class ProductImageDetailsOut(ProductImageOut):
    """Single image attached to a product, with what its file is."""

    file_name: str = Field(
        ..., description="As its sender called it. Empty for images of before this was kept."
    )
    format: ImageFormat = Field(..., description="What the bytes are, whatever the name says.")
    width: int | None = Field(..., description="Pixels, as stored; null where an SVG tells none.")
    height: int | None
    byte_size: int
    sha256: str | None = Field(
        ..., description="Hexadecimal, null until the service has computed it."
    )
    readiness: dict[str, Verdict] = Field(
        ...,
        examples=[{"google": "passes", "amazon": "refused"}],
        description="What each sales channel would say to it as a primary image; ``/readiness`` of"
        " the image tells why.",
    )


class ImageVersionOut(Schema):
    """A file that the image had before it was replaced."""

    id: str = Field(
        ..., json_schema_extra={"format": "shortuuid"}, description="To restore the version by."
    )
    image_url: str = Field(
        ..., json_schema_extra={"format": "uri"}, description="Of this file, for as long as it is."
    )
    file_name: str
    format: ImageFormat
    width: int | None
    height: int | None
    byte_size: int
    sha256: str | None
    uploaded_by: str | None = Field(
        ..., description="The user name, null once the account is gone."
    )
    created: datetime = Field(..., description="When it became the image's file.")
    replaced: datetime = Field(
        ..., description="When another did. It is kept for 365 days from then on."
    )


class ImageVersionsOut(Schema):
    """The versions of an image, at most 20, the last replaced first."""

    data: list[ImageVersionOut]


class PaginationOut(Schema):
    """Where a page stands in its list."""

    page: int
    page_size: int
    total_count: int
    total_pages: int
    has_next: bool
    has_previous: bool


class ProductImagePageOut(Schema):
    """A page of images: the primary first, then by priority, then the newest first."""

    data: list[ProductImageOut]
    pagination: PaginationOut


class ProductImageDetailsPageOut(Schema):
    """A page of images, each with what its file is."""

    data: list[ProductImageDetailsOut]
    pagination: PaginationOut


class ImageEventOut(Schema):
    """One line of the history: who changed what, by which credential, in which request."""

    image_id: str | None = Field(
        ...,
        json_schema_extra={"format": "shortuuid"},
        description="null where the whole gallery was put in order.",
    )
    image_name: str = Field(
        ...,
        description="What the image was called then: its title, else the name of its file. Empty"
        " for events of before this was kept.",
    )
    image_exists: bool = Field(
        ..., description="Whether the image is still there, be it in the bin."
    )
    action: ImageEvent.Action
    old: str
    new: str
    user: str | None = Field(..., description="The user name, null once the account is gone.")
    credential: str = Field(..., examples=["api_key:17"])
    request_id: str
    created: datetime


class ImageEventPageOut(Schema):
    """A page of history, the newest first."""

    data: list[ImageEventOut]
    pagination: PaginationOut


# What `describe_image` reads of an image.
DESCRIBED = ("id", "title", "is_primary", "priority", "object_name", "created", "product")


def describe_image(request: HttpRequest, image: ProductImage) -> ProductImageOut:
    """The image as callers see it; our own rows are not validated again."""
    return ProductImageOut.model_construct(
        id=encode_id(image.id),
        title=image.title,
        is_primary=image.is_primary,
        priority=image.priority,
        image_url=make_absolute(request, image.url),
        created=image.created,
    )


def describe_details(request: HttpRequest, image: ProductImage) -> ProductImageDetailsOut:
    """The image as callers see it, with what its file is."""
    return ProductImageDetailsOut.model_construct(
        **describe_image(request, image).__dict__,
        file_name=image.file_name,
        format=ImageFormat[image.image_format],
        width=image.width,
        height=image.height,
        byte_size=image.byte_size,
        sha256=image.sha256,
        readiness={each.channel.id: each.verdict for each in judge_image(image)},
    )


def describe_version(request: HttpRequest, version: ImageVersion) -> ImageVersionOut:
    """The version as callers see it."""
    return ImageVersionOut(
        id=encode_id(version.pk),
        image_url=make_absolute(request, version.url),
        file_name=version.file_name,
        format=ImageFormat[version.image_format],
        width=version.width,
        height=version.height,
        byte_size=version.byte_size,
        sha256=version.sha256,
        uploaded_by=version.uploaded_by.get_username() if version.uploaded_by else None,
        created=version.placed_at,
        replaced=version.replaced_at,
    )


def describe_events(events: list[ImageEvent]) -> list[ImageEventOut]:
    """The lines of history as callers see them."""
    image_ids = {event.image_id for event in events}
    present = set(ProductImage.objects.filter(pk__in=image_ids).values_list("pk", flat=True))
    return [_describe_event(event, exists=event.image_id in present) for event in events]


def _describe_event(event: ImageEvent, *, exists: bool) -> ImageEventOut:
    return ImageEventOut(
        image_id=None if event.image_id == NO_IMAGE else encode_id(event.image_id),
        image_name=event.image_name,
        image_exists=exists,
        action=ImageEvent.Action(event.action),
        old=event.old,
        new=event.new,
        user=event.user.get_username() if event.user else None,
        credential=event.credential,
        request_id=event.request_id,
        created=event.created,
    )


def make_absolute(request: HttpRequest, url: str) -> str:
    """The storage's address of an object, with this service before it where it has no host."""
    # Only the local disk's addresses are paths.
    return get_origin(request) + url if url.startswith("/") else url
