"""What callers send in addresses and forms, as the published document describes it."""

from __future__ import annotations

import re
import uuid
from typing import Annotated

from ninja import Schema
from ninja.params.functions import File, Form
from pydantic import (
    BaseModel,
    BeforeValidator,
    Field,
    PlainValidator,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from apps.dashboard.api.identifiers import NO_ID, SHORTUUID_PATTERN, decode_id
from apps.dashboard.api.upload_form import FieldFault
from apps.problems import ImageRefused
from apps.products.gtin import normalize_gtin
from apps.products.incoming_image import IncomingImage
from apps.products.product_list import State
from apps.products.product_search import MAX_SEARCH_LENGTH
from apps.products.readiness.channel_rules import RULES

MAX_TITLE_LENGTH = 255
MAX_SHOWN = 16  # of what was sent: no credential is as short
WHERE_ITS_ID_IS = "The dashboard shows the organization's id above its products, and copies it."
GTIN_PATTERN = r"^\d{8,14}$"
PRINTABLE_PATTERN = r"^[^\x00-\x1f\x7f-\x9f]*$"

CHANNELS = [channel.id for channel in RULES.channels]

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")  # Unicode's category Cc
_BOOLEAN = TypeAdapter(bool)


def build_fault(message: str, **limits: object) -> PydanticCustomError:
    """A fault of one field in our own words, which `problem_responses` passes on."""
    return PydanticCustomError("fault", "{message}", {"message": message, **limits})


def _read_organization_id(text: str) -> uuid.UUID:
    try:
        return decode_id(text)
    except ValueError as fault:
        raise build_fault(f"organization_id: {fault} {WHERE_ITS_ID_IS}") from fault


def read_gtin(text: str) -> str:
    """The 14 digits; raises a fault of the field."""
    try:
        return normalize_gtin(text)
    except ValueError as fault:
        raise build_fault(str(fault)) from fault


def _check_title(value: str | FieldFault) -> str:
    if isinstance(value, FieldFault):
        raise build_fault(value.message)
    return check_text(value)


def check_text(value: str) -> str:
    """Text that can be a caption; raises a fault of the field."""
    if not isinstance(value, str):
        raise build_fault("The title is text.")
    if len(value) > MAX_TITLE_LENGTH:
        raise build_fault(
            f"The title has {len(value)} characters; at most {MAX_TITLE_LENGTH} are allowed.",
            limit=MAX_TITLE_LENGTH,
            actual=len(value),
        )
    if _CONTROL.search(value):
        raise build_fault("The title has control characters; only printable text is allowed.")
    return value


def _check_is_primary(value: str | bool | FieldFault) -> bool:
    if isinstance(value, FieldFault):
        raise build_fault(value.message)
    try:
        return _BOOLEAN.validate_python(value)
    except ValidationError as fault:
        sent = str(value)
        shown = (
            f"the text {sent!r}" if len(sent) <= MAX_SHOWN else f"{len(sent)} characters of text"
        )
        raise build_fault(f"is_primary is {shown}; it takes true or false.") from fault


def _check_image(image: IncomingImage) -> IncomingImage:
    faults = dict(image.faults)
    limits: dict[str, object] = {}
    if "image" not in faults:
        try:
            _ = image.checked
        except ImageRefused as refusal:
            limits = {key: refusal.members.get(key) for key in ("limit", "actual")}
            faults = {"image": refusal.detail, **faults}
    if faults:
        raise build_fault(" ".join(faults.values()), faults=faults, **limits)
    return image


def _read_image_id(text: str) -> uuid.UUID:
    try:
        return decode_id(text)
    except ValueError:
        return NO_ID  # an address that is nobody's: 404


def _check_channel(value: str) -> str:
    if value not in CHANNELS:
        raise build_fault(f"channel is one of {', '.join(CHANNELS)}.")
    return value


class OrganizationPath(BaseModel):  # of ninja's Schema each field is looked for in a row
    """Which organization."""

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


class TradeItemPath(OrganizationPath):
    """Which product of which organization."""

    gtin: Annotated[
        str,
        BeforeValidator(read_gtin),
        WithJsonSchema({"type": "string", "pattern": GTIN_PATTERN}),
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


class ImagePath(TradeItemPath):
    """Which image of which product."""

    image_id: Annotated[
        uuid.UUID,
        BeforeValidator(_read_image_id),
        WithJsonSchema({"type": "string", "format": "shortuuid"}),
    ] = Field(..., description="The image's id, as 22 characters or as canonical UUID.")


class VersionPath(ImagePath):
    """Which version of which image."""

    version_id: Annotated[
        uuid.UUID,
        BeforeValidator(_read_image_id),
        WithJsonSchema({"type": "string", "format": "shortuuid"}),
    ] = Field(..., description="The version's id, as 22 characters or as canonical UUID.")


class PageQuery(Schema):
    """Which page of a list."""

    page: int = Field(1, ge=1, description="The page's number, from 1.")
    page_size: int = Field(25, ge=1, le=100, description="How many on a page, at most 100.")


class ImagePageQuery(PageQuery):
    """Which page of a gallery, and with how much of each image."""

    details: bool = Field(False, description="With file name, format, pixels, bytes and SHA-256.")


class ChannelQuery(Schema):
    """Which channel's verdict."""

    channel: Annotated[
        str | None,
        BeforeValidator(_check_channel),
        WithJsonSchema({"type": "string", "enum": CHANNELS}),
    ] = Field(None, description="Of this channel alone.")


class TradeItemQuery(PageQuery):
    """Which products."""

    state: State = Field(State.ALL, description="Only those that are left to do, or done.")
    q: str = Field(
        "",
        max_length=MAX_SEARCH_LENGTH,
        pattern=PRINTABLE_PATTERN,
        description="What to look for, as on the dashboard: words of the name, a GTIN.",
    )
