"""What the channels would say to a product's primary picture, kept in the product's row.

For lists: whatever shows one picture judges it as it is looked at. A row tells by which rules it
was judged, so that `judging` finds it once these or the day have changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import Q
from django.utils import timezone

from apps.organizations.models import Organization
from apps.products.models import HeroState, Product, ProductImage, match_bit
from apps.products.readiness.channel_rules import RULES, Channel
from apps.products.readiness.verdict_bits import decode_verdicts, encode_verdicts, get_bit
from apps.products.readiness.verdicts import ChannelVerdict, Verdict, judge


def get_today() -> date:
    """The day by whose rules pictures are judged."""
    return timezone.now().date()


def get_rules_version() -> int:
    """What tells today's rules from others."""
    return _get_version(get_today())


@lru_cache(maxsize=1)
def _get_version(today: date) -> int:
    return RULES.get_version(today)


def judge_image(
    image: ProductImage, channels: Iterable[str] | None = None
) -> tuple[ChannelVerdict, ...]:
    """What each channel, or those named, would say to the picture today."""
    return judge(image.measures, get_today(), channels=channels)


def tell_verdicts(product: Product, primary: ProductImage) -> dict[str, Verdict]:
    """What each channel would say to its primary picture: what its row tells, if that is of today.

    No channel is asked that its row answers for, since lists have many.
    """
    if product.rules_version == get_rules_version():
        return decode_verdicts(product.hero_verdicts)
    return {each.channel.id: each.verdict for each in judge_image(primary)}


def list_channels(organization: Organization) -> list[Channel]:
    """The channels that count for the organization."""
    chosen = set(organization.channels.split())
    return [channel for channel in RULES.channels if channel.id in chosen]


def compute_state(encoded: int, channels: Iterable[str]) -> HeroState:
    """The state by the channels that count; unknown without verdicts, and so without primary."""
    if not encoded:
        return HeroState.UNKNOWN
    verdicts = decode_verdicts(encoded)
    told = {verdicts[channel] for channel in channels if channel in verdicts}
    if Verdict.REFUSED in told:
        return HeroState.NOT_READY
    return HeroState.UNKNOWN if Verdict.NOT_MEASURED in told else HeroState.READY


def match_verdict(channel: str, verdict: Verdict) -> Q:
    """Products whose primary picture has that verdict of the channel."""
    return match_bit(get_bit(channel, verdict))


def describe_hero(product: Product) -> dict[str, Any]:
    """What the product's row tells of its primary picture, for an update of it; one query."""
    heroes = ProductImage.objects.filter(product=product.pk, is_primary=True)
    hero = heroes.select_related("product__owner").first()
    if hero is None:
        return {"hero_verdicts": 0, "hero_state": HeroState.UNKNOWN, "rules_version": 0}
    return describe_as_hero(hero)


def describe_as_hero(image: ProductImage) -> dict[str, Any]:
    """As `describe_hero`, of a primary picture whose product and owner are there."""
    owner = image.product.owner
    encoded = encode_verdicts(judge_image(image))
    return {
        "hero_verdicts": encoded,
        "hero_state": compute_state(encoded, owner.channels.split() if owner else ()),
        "rules_version": get_rules_version(),
    }
