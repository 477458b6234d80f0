"""Keeping what products tell of their pictures as it is: after a measure, a choice, another day."""

from __future__ import annotations

from typing import Final

from django.db import transaction

from apps.organizations.models import Organization
from apps.products.hero_verdicts import (
    compose_state,
    describe_as_hero,
    describe_hero,
    get_rules_version,
)
from apps.products.models import Product, ProductImage
from apps.products.readiness_counts import forget_counts
from apps.products.write_turns import take_turn

JUDGED_AT_ONCE: Final = 500
CHOSEN_AT_ONCE: Final = 20_000

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
    """Judge again what was judged by other rules, or all; returns how many were judged."""
    count = last = 0
    while keys := _judge_next(last, is_whole=is_whole):
        last = keys[-1]
        count += len(keys)
    return count


def judge_some() -> int:
    """Judge the next few again that were judged by other rules; 0 once this process saw all."""
    version = get_rules_version()
    last = _reached.get(version, 0)
    if last is None:
        return 0
    keys = _judge_next(last)
    _reached[version] = keys[-1] if keys else None
    return len(keys)


def judge_organization(organization: Organization) -> None:
    """Have all of its products tell their state by the channels that it counts now."""
    state = compose_state(organization.channels.split())
    found = Product.objects.filter(owner=organization.pk, has_primary=True).order_by("pk")
    last = 0
    while keys := list(found.filter(pk__gt=last).values_list("pk", flat=True)[:CHOSEN_AT_ONCE]):
        last = keys[-1]
        part = Product.objects.filter(owner=organization.pk, pk__gte=keys[0], pk__lte=last)
        with take_turn():
            part.filter(has_primary=True).exclude(hero_state=state).update(hero_state=state)
    forget_counts(organization.pk)


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
