"""What is asked of a delivery of many files before they are sent, and what is answered."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

from ninja import Schema
from pydantic import AfterValidator, Field, WithJsonSchema

from apps.dashboard.api.parameters import GTIN_PATTERN, MAX_TITLE_LENGTH, read_gtin

MAX_FILES: Final = 2_000
Gtin = Annotated[
    str, AfterValidator(read_gtin), WithJsonSchema({"type": "string", "pattern": GTIN_PATTERN})
]


class FileNamesIn(Schema):
    """Names of files, each with its folders where it has some."""

    names: Annotated[
        list[str],
        Field(
            ...,
            min_length=1,
            max_length=MAX_FILES,
            examples=[["04006381333931_C1N1.jpg", "4006381333931/back.png"]],
            description="Relative paths with ``/`` or ``\\``, at most 2,000 at once.",
        ),
    ]

    model_config = {"extra": "forbid"}


class NameStatus(StrEnum):
    """What became of a name that was read."""

    READY = "ready"
    CHECK_DIGIT = "check_digit"
    NOT_FOUND = "not_found"
    NO_GTIN = "no_gtin"


class DeliveredProductOut(Schema):
    """The product that a picture is for."""

    gtin: str = Field(..., description="The 14 digits.")
    name: str
    has_primary: bool
    image_count: int = Field(..., description="Images in the bin are not counted.")


class FileNameOut(Schema):
    """A name as it was sent, and what it tells."""

    name: str
    status: NameStatus
    gtin: str | None = Field(..., description="The 14 digits, as the name or its folder has them.")
    corrected_gtin: str | None = Field(
        ..., description="With the right last digit, where the check digit is wrong."
    )
    product_name: str | None = Field(..., description="Of the product, where it is ``ready``.")
    product: DeliveredProductOut | None = Field(
        ...,
        description="The organization's product of that GTIN, or of the corrected one; null where"
        " it has none.",
    )
    title: str = Field(
        ...,
        max_length=MAX_TITLE_LENGTH,
        examples=["Front, in packaging"],
        description="A caption from GS1's codes or from a word such as ``front``. May be empty.",
    )
    is_hero: bool = Field(
        ...,
        description="Whether GS1's codes tell a front in packaging, seen straight, of kind A or C.",
    )
    is_primary: bool = Field(
        ...,
        description="Proposed: the first ``is_hero`` of a product that has no primary image.",
    )
    sequence: int = Field(
        ...,
        ge=1,
        description="The order of a product's images, lower first: front, back, left, right, top,"
        " bottom, the others; then by number, then by name. It counts through all names that were"
        " sent, and so holds for whichever product they go to.",
    )


class FileNamesOut(Schema):
    """One line for each name, in the order they were sent."""

    data: list[FileNameOut]


class FileIn(Schema):
    """The bytes of a file, and the product that it is for."""

    sha256: str = Field(
        ..., pattern="^[0-9a-fA-F]{64}$", description="Of the whole file, in hexadecimal."
    )
    gtin: Gtin | None = Field(
        None, description="Where it is known: what this product has comes first."
    )

    model_config = {"extra": "forbid"}


class KnownFilesIn(Schema):
    """Files that somebody is about to send."""

    files: Annotated[
        list[FileIn],
        Field(..., min_length=1, max_length=MAX_FILES, description="At most 2,000 at once."),
    ]

    model_config = {"extra": "forbid"}


class KnownImageOut(Schema):
    """An image that has these bytes."""

    image_id: str = Field(..., json_schema_extra={"format": "shortuuid"})
    gtin: str = Field(..., description="The 14 digits.")
    product_name: str
    name: str = Field(
        ..., description="What people call it: its title, else the name of its file. May be empty."
    )
    is_discarded: bool = Field(..., description="Whether it is in the bin.")
    image_url: str = Field(
        ...,
        json_schema_extra={"format": "uri"},
        description="Of its file; answers from the bin, too.",
    )


class KnownFileOut(Schema):
    """A file as it was asked for, and where its bytes are."""

    sha256: str
    gtin: str | None
    images: list[KnownImageOut] = Field(
        ...,
        description="At most one of each product: that of ``gtin`` first, then of up to five"
        " others. Empty where nothing has these bytes, or is not measured yet.",
    )


class KnownFilesOut(Schema):
    """One line for each file, in the order they were sent."""

    data: list[KnownFileOut]
