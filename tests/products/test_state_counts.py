"""Whichever way products come and go, their organization counts them."""

from __future__ import annotations

import pytest
from django.contrib.admin import site
from django.http import HttpRequest

from apps.products.admin import ProductAdmin
from apps.products.models import Product
from apps.products.product_list import State, count_states
from apps.products.quotas import move_counts
from apps.products.recounting import list_miscounted
from tests.conftest import Api, Cast

GTINS = ("04006381333931", "05901234123457")


def count(cast: Cast) -> tuple[int, ...]:
    """All of Acme, those without primary and without pictures; the same is what there is."""
    assert list_miscounted() == []
    counts = count_states(cast.acme.pk)
    return counts[State.ALL], counts[State.NO_HERO], counts[State.NO_PICTURES]


def test_products_are_counted_as_they_come_and_go(api: Api, cast: Cast):
    api.upload(is_primary="true")
    assert count(cast) == (1, 0, 0)

    tea = Product.objects.create(gtin="00000096385067", name="Tea", owner=cast.acme)
    assert count(cast) == (2, 1, 1)
    owners = (cast.acme, cast.globex)
    Product.objects.bulk_create(
        Product(gtin=gtin, name="Cups", owner=owner)
        for gtin, owner in zip(GTINS, owners, strict=True)
    )
    assert count(cast) == (3, 2, 2)
    tea.delete()
    assert count(cast) == (2, 1, 1)
    tea_of_nobody = Product.objects.create(gtin="00000096385067", name="Tea")
    tea_of_nobody.delete()
    ProductAdmin(Product, site).delete_queryset(
        HttpRequest(), Product.objects.filter(gtin__in=GTINS)
    )
    assert count(cast) == (1, 0, 0)
    assert not Product.objects.filter(gtin__in=GTINS).exists()


@pytest.mark.parametrize("is_to_somebody", [True, False])
def test_product_that_moves_is_counted_where_it_is(api: Api, cast: Cast, is_to_somebody: bool):
    api.upload()
    owner = cast.globex if is_to_somebody else None

    move_counts(cast.product, owner and owner.pk)
    Product.objects.filter(pk=cast.product.pk).update(owner=owner)

    assert count(cast) == (0, 0, 0)


def test_product_saved_again_is_counted_once(cast: Cast):
    cast.product.save()

    assert count(cast) == (1, 1, 1)
