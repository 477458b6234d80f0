"""What callers get to know of a picture and the channels, as the published document has it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from ninja import Schema
from pydantic import Field

from apps.products.pictures.image_checks import ImageFormat
from apps.products.readiness.channel_rules import Level
from apps.products.readiness.measures import Measures
from apps.products.readiness.verdicts import ChannelVerdict, Verdict


class MeasuresOut(Schema):
    """What is measured of a picture; null where it is not, yet or at all."""

    format: ImageFormat
    byte_size: int
    width: int | None = Field(..., description="Pixels, as seen; null where an SVG tells none.")
    height: int | None
    frame_count: int | None
    bits_per_sample: int | None
    color_model: str | None = Field(..., examples=["rgb"])
    has_alpha: bool | None
    color_profile: str | None = Field(..., examples=["srgb"])
    has_position: bool | None = Field(
        ..., description="Whether EXIF or XMP tell where it was taken."
    )
    white_border_share: float | None = Field(
        ..., description="0 to 1: how much of the outer 2 % is exactly 255, 255, 255."
    )
    near_white_border_share: float | None = Field(
        ..., description="0 to 1: the same where each channel is at least 250."
    )
    has_transparent_border: bool | None
    content_side_share: float | None = Field(
        ...,
        description="0 to 1: the longer side of the box around what differs from the background,"
        " against the frame's.",
    )
    content_area_share: float | None
    is_blank: bool | None = Field(..., description="Whether it is of one colour.")
    is_unmeasurable: bool = Field(..., description="Whether its pixels cannot be decoded.")


class ReasonOut(Schema):
    """One rule that the picture breaks."""

    level: Level = Field(
        ...,
        description="``must``: it would be refused; ``should``: shown worse, or advised against.",
    )
    sentence: str = Field(..., examples=["It is WebP; Amazon takes JPEG, PNG, GIF or TIFF."])
    source: str = Field(..., description="Where the rule is written.")
    read: str = Field(..., description="The month or day when that was read.", examples=["2026-11"])


class ChannelVerdictOut(Schema):
    """What one channel would say to the picture as a product's primary one."""

    channel: str = Field(..., examples=["amazon"])
    verdict: Verdict
    reasons: list[ReasonOut]
    look_yourself: list[str] = Field(
        ..., description="What the channel asks beside, and no program can see."
    )


class ReadinessOut(Schema):
    """What is measured of a picture, and what the channels would say to it."""

    measures: MeasuresOut
    channels: list[ChannelVerdictOut]


class CheckedImageOut(ReadinessOut):
    """What an upload of this form would answer now, without what only a kept image has."""

    title: str
    is_primary: bool
    priority: int
    file_name: str
    sha256: str = Field(..., description="Hexadecimal.")


def describe_readiness(measures: Measures, verdicts: Iterable[ChannelVerdict]) -> dict[str, Any]:
    """Measures and verdicts as callers see them: the members of `ReadinessOut`."""
    told = asdict(measures)
    image_format = ImageFormat[told.pop("image_format")]
    return {
        "measures": MeasuresOut.model_construct(format=image_format, **told),
        "channels": [_describe_verdict(verdict) for verdict in verdicts],
    }


def _describe_verdict(told: ChannelVerdict) -> ChannelVerdictOut:
    return ChannelVerdictOut.model_construct(
        channel=told.channel.id,
        verdict=told.verdict,
        reasons=[ReasonOut.model_construct(**asdict(reason)) for reason in told.reasons],
        look_yourself=list(told.channel.look),
    )
