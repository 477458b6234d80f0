"""Keeping what products tell of their pictures as it is: after a measure, a choice, another day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from django.db import transaction

from apps.organizations.models import Organization
from apps.products.hero_verdicts import (
    compute_state,
    describe_as_hero,
    describe_hero,
    get_rules_version,
)
from apps.products.kept_counts import forget_counts
from apps.products.models import HeroState, Product, ProductImage
from apps.products.readiness_counts import count_readiness
from apps.products.write_turns import take_turn

JUDGED_AT_ONCE: Final = 500
# In one transaction, which uploads to these products wait for.
RESTATED_AT_ONCE: Final = 1000
# While whoever chooses channels waits: half a second's work.
RESTATED_WITH_THE_CHOICE: Final = 3 * RESTATED_AT_ONCE

# By the version of the rules, how far this process has come; None: to the end.
_reached: dict[int, int | None] = {}


def note_measured(image: ProductImage) -> None:
    """Have the product tell what was measured of one of its pictures, which is saved by now."""
    with take_turn(), transaction.atomic():
        # Whoever changes the primary holds the product's row.
        product = Product.objects.select_for_update(no_key=True).get(pk=image.product_id)
        changes = describe_hero(product)
        if image.has_position and image.discarded_at is None:
            changes["tells_place"] = True
        Product.objects.filter(pk=product.pk).update(**changes)


def judge_heroes(*, is_whole: bool = False) -> int:
    """Judge again what was judged by other channels or rules, or all; returns how many were."""
    count = last = 0
    while restated := judge_choices():
        count += restated
    while keys := _judge_next(last, is_whole=is_whole):
        last = keys[-1]
        count += len(keys)
    return count


def judge_some() -> int:
    """Judge the next few again: by channels that were chosen, or by rules that are others.

    0 once this process saw all.
    """
    return judge_choices() or _judge_some_by_rules()


def choose_channels(organization: Organization, channels: Iterable[str]) -> None:
    """Have these count for it from now on, and its products tell their state by them.

    Of very many products these are the first; `judge_some` comes to the others.
    """
    organization.channels = " ".join(channels)
    organization.is_being_judged = True
    organization.save(update_fields=["channels", "is_being_judged"])
    restated = RESTATED_AT_ONCE
    for _ in range(0, RESTATED_WITH_THE_CHOICE, RESTATED_AT_ONCE):
        if restated == RESTATED_AT_ONCE:
            restated = _restate_next(list_misjudged(organization))
    forget_counts(organization.pk)


def judge_choices() -> int:
    """Have the next few of each organization that chose channels tell their state by these.

    Returns how many did. Which one is done with is told by a look of its own, so that whatever was
    being written by the channels of before is in it.
    """
    restated = 0
    for organization in Organization.objects.filter(is_being_judged=True):
        if misjudged := list_misjudged(organization):
            restated += _restate_next(misjudged)
        else:
            chosen = Organization.objects.filter(pk=organization.pk, channels=organization.channels)
            chosen.update(is_being_judged=False)
            forget_counts(organization.pk)
    return restated


class Misjudged(NamedTuple):
    """Products of an organization that tell the same verdicts, and by these the wrong state."""

    organization: Organization
    state: HeroState
    hero_verdicts: int
    right_state: HeroState


def list_misjudged(organization: Organization) -> list[Misjudged]:
    """What there is of them, by the channels that count; as quick among any number of products."""
    channels = organization.channels.split()
    told = (
        Misjudged(organization, state, encoded, compute_state(encoded, channels))
        for state in HeroState
        for encoded in _list_verdicts(organization, state)
    )
    return [group for group in told if group.state != group.right_state]


def count_misjudged(organization: Organization) -> int:
    """How many of its products tell their state by channels that counted before.

    As old as `count_readiness`.
    """
    if not organization.is_being_judged:
        return 0
    if count := _count_misjudged(organization):
        return count
    # What this process keeps may be from before a choice that another one took.
    forget_counts(organization.pk)
    return _count_misjudged(organization)


def _count_misjudged(organization: Organization) -> int:
    channels = organization.channels.split()
    return sum(
        count
        for (state, encoded), count in count_readiness(organization.pk).by_verdicts.items()
        if state != compute_state(encoded, channels)
    )


def _list_verdicts(organization: Organization, state: HeroState) -> Iterator[int]:
    """Each once, from one place of the index to the next."""
    found = Product.objects.filter(owner=organization.pk, hero_state=state)
    numbers = found.order_by("hero_verdicts").values_list("hero_verdicts", flat=True)
    number = numbers.first()
    while number is not None:
        yield number
        number = numbers.filter(hero_verdicts__gt=number).first()


def _restate_next(misjudged: list[Misjudged]) -> int:
    restated = 0
    for group in misjudged:
        restated += _restate(group, RESTATED_AT_ONCE - restated)
    return restated


def _restate(group: Misjudged, most: int) -> int:
    """Those that somebody else has wait for the next time, so that nobody waits for them here."""
    found = Product.objects.filter(
        owner=group.organization.pk, hero_state=group.state, hero_verdicts=group.hero_verdicts
    )
    with take_turn(), transaction.atomic():
        locked = found.order_by().select_for_update(skip_locked=True, no_key=True)
        keys = list(locked.values_list("pk", flat=True)[:most])
        return Product.objects.filter(pk__in=keys).update(hero_state=group.right_state)


def _judge_some_by_rules() -> int:
    version = get_rules_version()
    last = _reached.get(version, 0)
    if last is None:
        return 0
    keys = _judge_next(last)
    _reached[version] = keys[-1] if keys else None
    return len(keys)


def _judge_next(last: int, *, is_whole: bool = False) -> list[int]:
    """Judge the first of those with a later key; returns their keys."""
    found = Product.objects.filter(has_primary=True, pk__gt=last).order_by("pk")
    if not is_whole:
        found = found.exclude(rules_version=get_rules_version())
    keys = list(found.values_list("pk", flat=True)[:JUDGED_AT_ONCE])
    _judge_products(keys)
    return keys


def _judge_products(keys: list[int]) -> None:
    with take_turn(), transaction.atomic():
        products = Product.objects.select_for_update(no_key=True).filter(pk__in=keys)
        locked = {product.pk: product for product in products.order_by("pk")}
        heroes = ProductImage.objects.filter(product__in=keys, is_primary=True)
        for image in heroes.select_related("product__owner"):
            changes = describe_as_hero(image)
            product = locked[image.product_id]
            if any(getattr(product, name) != value for name, value in changes.items()):
                Product.objects.filter(pk=product.pk).update(**changes)
