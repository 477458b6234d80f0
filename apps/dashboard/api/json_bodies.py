"""What callers send as JSON, as the published document describes it."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from ninja import Schema
from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema

from apps.dashboard.api.identifiers import SHORTUUID_PATTERN, decode_id
from apps.dashboard.api.parameters import (
    MAX_TITLE_LENGTH,
    PRINTABLE_PATTERN,
    build_fault,
    check_text,
)
from apps.products.models import MAX_PRIORITY

MAX_LOOKED_UP = 500


def _read_priority(value: object) -> object:
    # JSON has one kind of number, so 1.0 is an integer (JSON Schema §6.1.1); true and "1" are none.
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _read_image_ids(value: object) -> list[uuid.UUID]:
    if not isinstance(value, list) or not value:
        raise build_fault("image_ids takes a list of at least one id of an image.")
    ids = []
    for place, text in enumerate(value, 1):
        if not isinstance(text, str):
            raise build_fault(f"image_ids, place {place}: This is no text, which an id is.")
        try:
            ids.append(decode_id(text))
        except ValueError as fault:
            raise build_fault(f"image_ids, place {place}: {fault}") from fault
    return ids


class LookupIn(Schema):
    """GTINs as they are printed, or as a spreadsheet left them."""

    gtins: Annotated[
        list[str],
        Field(
            ...,
            min_length=1,
            max_length=MAX_LOOKED_UP,
            description="With spaces, dashes, ``(01)`` or eaten zeros, at most 500 at once.",
        ),
    ]

    model_config = {"extra": "forbid"}


def _omit_defaults(schema: dict[str, Any]) -> None:
    # Generated clients send the defaults that are published: a change of the title would demote.
    for member in schema["properties"].values():
        member.pop("default", None)


class ProductImageIn(Schema):
    """What to change of an image: only the members that are sent."""

    title: Annotated[str, BeforeValidator(check_text)] = Field(
        "",
        max_length=MAX_TITLE_LENGTH,
        json_schema_extra={"pattern": PRINTABLE_PATTERN},
        description="The new caption; no control characters.",
    )
    priority: Annotated[int, BeforeValidator(_read_priority)] = Field(
        0, ge=0, le=MAX_PRIORITY, strict=True, description="The new place; lower comes first."
    )
    is_primary: bool = Field(
        False,
        strict=True,
        description="true makes it the hero and unmarks the previous one; false unmarks it.",
    )

    model_config = {"extra": "forbid", "json_schema_extra": _omit_defaults}


class ImageOrderIn(Schema):
    """The images that come first, in their order."""

    image_ids: Annotated[
        list[uuid.UUID],
        PlainValidator(_read_image_ids),
        WithJsonSchema(
            {
                "type": "array",
                "minItems": 1,
                "uniqueItems": True,
                "items": {
                    "type": "string",
                    "format": "shortuuid",
                    "pattern": SHORTUUID_PATTERN,
                },
            }
        ),
    ] = Field(..., description="Images of the product, each once. Those not named come behind.")

    model_config = {"extra": "forbid"}
