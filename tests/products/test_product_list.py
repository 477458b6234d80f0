"""An organization's products: found, chosen, sorted, counted and read a page at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.products.gtin import get_check_digit
from apps.products.models import Product, ProductImage
from apps.products.product_list import (
    Filters,
    Sort,
    State,
    count_products,
    count_states,
    find_neighbours,
    find_products,
    read_products,
)
from tests.conftest import Api, Cast

STATES = (State.ALL, State.NO_HERO, State.NO_PICTURES)
NAMES = ["Highland Coffee 500 g", "Grüner Veltliner", "Ärmel 10", "Armel 9", "Zimt"]


@pytest.fixture
def products(cast: Cast) -> list[Product]:
    """Beside the cast's Coffee; each with another GTIN that has 5074 or does not."""
    bodies = [f"040000{5074 if n == 0 else 1111}{n:03}" for n in range(len(NAMES))]
    return Product.objects.bulk_create(
        Product(gtin=body + get_check_digit(body + "0"), name=name, owner=cast.acme)
        for body, name in zip(bodies, NAMES, strict=True)
    )


def list_names(cast: Cast, **chosen: object) -> list[str]:
    return [each.name for each in find_products(cast.acme.pk, Filters(**chosen))]  # type: ignore[arg-type]


def test_name_of_a_file_is_found_without_case_and_accents(api: Api, cast: Cast):
    api.upload(name="Grüße_VORNE.jpg")

    assert list_names(cast, search="grusse vorne") == ["Coffee"]
    assert list_names(cast, search="GRÜSSE") == ["Coffee"]
    assert list_names(cast, search="grusse hinten") == []


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("coffee highland", ["Highland Coffee 500 g"]),
        ("GRÜNER", ["Grüner Veltliner"]),
        ("gruner velt", ["Grüner Veltliner"]),
        ("5074", ["Highland Coffee 500 g"]),
        ("0-00050-74000", ["Highland Coffee 500 g"]),
        ("500", ["Highland Coffee 500 g"]),
        ("coffee nowhere", []),
        ("100%", []),
        ("_", []),
    ],
)
def test_every_word_is_found_in_any_order(
    cast: Cast, products: list[Product], search: str, names: list[str]
):
    assert list_names(cast, search=search) == names


def test_product_is_found_by_the_name_of_a_file(api: Api, cast: Cast, products: list[Product]):
    image = api.upload(name="Packshot LINKS.jpg").json()

    assert list_names(cast, search="links packshot") == ["Coffee"]
    api.client.post(f"{api.path}/{image['id']}/discard", headers=api.headers)
    assert list_names(cast, search="links packshot") == []


def test_new_name_is_found_and_sorted_whichever_way_it_is_saved(cast: Cast):
    cast.product.name = "Été"
    cast.product.save(update_fields=["name"])

    assert list_names(cast, search="ete") == ["Été"]
    assert Product.objects.get(pk=cast.product.pk).sort_key == "ete"


def test_names_are_sorted_as_people_sort_them(cast: Cast, products: list[Product]):
    assert list_names(cast) == [
        *("Armel 9", "Ärmel 10", "Coffee", "Grüner Veltliner", "Highland Coffee 500 g", "Zimt")
    ]


def test_product_follows_its_pictures(api: Api, cast: Cast):
    def read() -> tuple[int, bool, int | None, dict[State, int]]:
        found = Product.objects.get(pk=cast.product.pk)
        counts = count_states(cast.acme.pk)
        counts = {state: counts[state] for state in STATES if counts[state]}
        return found.kept_images, found.has_primary, found.changed_by_id, counts

    bare, pictured, led = (
        {State.ALL: 1} | dict.fromkeys(states, 1)
        for states in ([State.NO_HERO, State.NO_PICTURES], [State.NO_HERO], [])
    )
    assert read() == (0, False, None, bare)
    image = f"{api.path}/{api.upload().json()['id']}"
    assert read() == (1, False, cast.ed.pk, pictured)
    api.client.patch(image, headers=api.headers, json={"is_primary": True})
    assert read() == (1, True, cast.ed.pk, led)
    api.client.post(f"{image}/discard", headers=api.headers)
    assert read() == (0, False, cast.ed.pk, bare)
    api.client.post(f"{image}/restore", headers=api.headers)
    assert read() == (1, True, cast.ed.pk, led)
    api.client.delete(image, headers=api.headers)
    assert read() == (0, False, cast.ed.pk, bare)
    api.upload(is_primary="true")
    assert read() == (1, True, cast.ed.pk, led)
    api.upload(is_primary="true")
    assert read() == (2, True, cast.ed.pk, led)


def test_filters_choose(api: Api, cast: Cast, products: list[Product]):
    Product.objects.filter(owner=cast.acme).update(
        changed_at=timezone.now() - timedelta(days=3), changed_by=cast.mo
    )
    api.upload(is_primary="true")
    zimt = api.path.replace(cast.product.gtin, products[4].gtin)
    api.upload(path=zimt, title="Front")

    assert list_names(cast, fewer=1) == ["Armel 9", "Ärmel 10", *sorted(NAMES[:2])]
    assert list_names(cast, since=timezone.now() - timedelta(days=1)) == ["Coffee", "Zimt"]
    assert list_names(cast, changed_by=cast.ed.pk) == ["Coffee", "Zimt"]
    assert list_names(cast, is_uncaptioned=True) == ["Coffee"]
    assert list_names(cast, state=State.NO_HERO, fewer=2, search="zim") == ["Zimt"]
    assert count_states(cast.acme.pk) == {
        State.ALL: 6,
        State.NO_HERO: 5,
        State.NO_PICTURES: 4,
        State.NOT_READY: 0,
        State.READY: 0,
    }
    assert count_products(cast.acme.pk, Filters(changed_by=cast.ed.pk)) == 2


@pytest.mark.parametrize("is_reversed", [False, True])
@pytest.mark.parametrize("sort", list(Sort))
def test_pages_lead_there_and_back_without_gaps(
    cast: Cast, products: list[Product], sort: Sort, is_reversed: bool
):
    Product.objects.filter(name__contains="e").update(kept_images=2, changed_at=timezone.now())
    filters = Filters(sort=sort, is_reversed=is_reversed)
    wanted = list(find_products(cast.acme.pk, filters))

    first = read_products(cast.acme.pk, filters, 4)
    second = read_products(cast.acme.pk, filters, 4, after=first.products[-1].gtin)
    back = read_products(cast.acme.pk, filters, 4, before=second.products[0].gtin)
    last = read_products(cast.acme.pk, filters, 4, from_end=2)

    assert first.products + second.products == wanted
    assert (first.has_previous, first.has_next) == (False, True)
    assert (second.has_previous, second.has_next) == (True, False)
    assert back == first
    assert last == second
    before, after = find_neighbours(cast.acme.pk, filters, wanted[3])
    assert (before, after) == (wanted[2], wanted[4])


@pytest.mark.parametrize("chosen", [{"fewer": 3}, {"state": State.NO_PICTURES}])
def test_filters_hold_on_pages_by_number_of_pictures(
    cast: Cast, products: list[Product], chosen: dict[str, Any]
):
    for number, product in enumerate(products):
        Product.objects.filter(pk=product.pk).update(kept_images=number)
    filters = Filters(sort=Sort.PICTURES, is_reversed=True, **chosen)
    wanted = list(find_products(cast.acme.pk, filters))

    second = read_products(cast.acme.pk, filters, 9, after=wanted[0].gtin)
    first = read_products(cast.acme.pk, filters, 9, before=wanted[-1].gtin)

    assert len(wanted) == {"fewer": 4, "state": 2}[next(iter(chosen))]
    assert (second.products, first.products) == (wanted[1:], wanted[:-1])


def test_foreign_products_are_in_no_list(cast: Cast):
    assert list_names(cast, search="soap") == []
    assert list_names(cast, search="09506000134352") == []
    assert not ProductImage.objects.exists()
