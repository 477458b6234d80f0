"""From one product of a list to the next, and back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.test import Client

from apps.dashboard.api.identifiers import encode_id
from apps.products.models import Product
from tests.conftest import GTIN, Api, Cast
from tests.dashboard.pages.test_product_pages import make_products, open_page

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def olga(client: Client, cast: Cast) -> Client:
    client.force_login(cast.olga)
    return client


def follow(client: Client, html: str, pattern: str) -> str:
    """What the link of the page shows; spaces as one."""
    address = unescape(re.search(pattern, html)[1])
    return re.sub(r"\s+", " ", client.get(address).content.decode())


def test_list_is_walked_there_and_back(olga: Client, cast: Cast):
    make_products(cast, 30)
    listed = open_page(olga, cast, "products?state=no_hero&sort=-name").content.decode()

    first = follow(olga, listed, r'card-title"><a href="([^"]*)"')
    second = follow(olga, first, r'rel="next" href="([^"]*)"')

    assert "1 of 31 without primary" in first
    assert 'rel="prev"' not in first
    assert "2 of 31 without primary" in second
    assert "1 of 31" in follow(olga, second, r'rel="prev" href="([^"]*)"')
    back = unescape(re.search(r'class="back" href="([^"]*)"', second)[1])
    assert "state=no_hero&sort=-name#p" in back


def test_last_fix_leads_to_the_next(olga: Client, cast: Cast, api: Api):
    Product.objects.bulk_create(
        Product(gtin=gtin, name=name, owner=cast.acme)
        for gtin, name in (("04006381333931", "Apple"), ("05901234123457", "Raw Honey"))
    )
    address = f"products/{GTIN}?list=state%3Dno_hero&place=2"
    assert "Next without primary" not in open_page(olga, cast, address).content.decode()

    api.upload(is_primary="true")
    fixed = re.sub(r"\s+", " ", open_page(olga, cast, address).content.decode())

    assert "2 left without primary" in fixed
    assert re.search(r"Next without primary: <a [^>]*>Raw Honey</a>", fixed)
    assert "2 of 2 without primary" in follow(olga, fixed, r'rel="next" href="([^"]*)"')


@pytest.mark.parametrize(
    ("state", "sort"), [("no_pictures", "changed"), ("no_hero", "-changed"), ("all", "pictures")]
)
def test_fix_that_moves_the_product_leads_on_from_where_it_stood(
    olga: Client, cast: Cast, api: Api, state: str, sort: str
):
    make_products(cast, 8)
    for number, product in enumerate(Product.objects.filter(owner=cast.acme).order_by("gtin")):
        changes = {"changed_at": NOW - timedelta(days=number % 4)}
        if sort == "pictures":
            changes["kept_images"] = int(number % 4 == 0)
        Product.objects.filter(pk=product.pk).update(**changes)
    listed = open_page(olga, cast, f"products?state={state}&sort={sort}").content.decode()
    gtins = re.findall(r'id="p(\d{14})"', listed)
    place = gtins.index(GTIN)
    address = unescape(re.findall(r'card-title"><a href="([^"]*)"', listed)[place])

    api.upload(is_primary="true")
    fixed = olga.get(address).content.decode()

    found = [re.search(rf'rel="{way}" href="[^"]*/(\d{{14}})\?', fixed) for way in ("prev", "next")]
    assert [each and each[1] for each in found] == [gtins[place - 1], gtins[place + 1]]


@pytest.mark.parametrize(
    "query",
    [
        *("list=sort%3Dchanged&at=x", "list=sort%3Dchanged&at=2026-01-01"),
        *("list=sort%3Dpictures&at=-", "list=sort%3Dpictures&at=99999999999999999999"),
        "list=&place=x",
        "list=%26%26&place=-1",
        "list=q%3D%2500&place=9999999999",
    ],
)
def test_odd_walks_show_the_product(olga: Client, cast: Cast, query: str):
    assert open_page(olga, cast, f"products/{GTIN}?{query}").status_code == 200


def test_search_in_the_gallery_stays_on_the_walk(olga: Client, cast: Cast, api: Api):
    make_products(cast, 2)
    api.upload(name="Verpackung_GRÜN.jpg")
    walk = "list=state%3Dall%26sort%3D-name&place=1"

    html = open_page(olga, cast, f"products/{GTIN}?{walk}&q=grun").content.decode()

    assert "1 of 1 pictures match" in html
    assert '<input type="hidden" name="list" value="state=all&amp;sort=-name">' in html
    assert '<input type="hidden" name="place" value="1">' in html
    assert f'href="/organizations/{encode_id(cast.acme.pk)}/products/{GTIN}?list=' in html


def test_product_of_no_list_has_no_neighbours(olga: Client, cast: Cast):
    make_products(cast, 2)

    html = open_page(olga, cast, f"products/{GTIN}").content.decode()

    assert 'rel="next"' not in html
