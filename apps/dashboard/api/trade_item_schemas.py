"""Products as callers get them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from ninja import Schema
from pydantic import Field

from apps.dashboard.api.schemas import PaginationOut


class TradeItemOut(Schema):
    """A product, and how far its pictures are."""

    gtin: str = Field(..., description="The 14 digits.")
    name: str
    image_count: int = Field(..., description="Images in the bin are not counted.")
    primary_image_url: str | None = Field(
        ..., json_schema_extra={"format": "uri"}, description="null where there is no primary."
    )
    last_change: datetime = Field(
        ..., description="When the product came, or it or an image of it last changed."
    )


class TradeItemPageOut(Schema):
    """A page of products."""

    data: list[TradeItemOut]
    pagination: PaginationOut


class LookupStatus(StrEnum):
    """What became of a GTIN that was looked up."""

    FOUND = "found"
    NOT_FOUND = "not_found"
    CHECK_DIGIT = "check_digit"
    MALFORMED = "malformed"


class FoundItemOut(Schema):
    """What was sent, and the product of that GTIN."""

    sent: str
    gtin: str | None = Field(..., description="The 14 digits, null where it is malformed.")
    status: LookupStatus
    name: str | None = Field(..., description="Of the product that is found.")
    check_digit: str | None = Field(..., description="What the wrong last digit should be.")


class LookupOut(Schema):
    """One line for each GTIN, in the order they were sent."""

    data: list[FoundItemOut]
