"""The list of products as pages and as a file."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.test import Client

from apps.dashboard.api.identifiers import encode_id
from apps.products import kept_counts
from apps.products.models import HeroState, Product
from tests.conftest import GTIN, Api, Cast
from tests.dashboard.pages.test_product_pages import list_shown, make_products, open_page
from tests.sample_images import make_jpeg


@pytest.fixture
def olga(client: Client, cast: Cast) -> Client:
    client.force_login(cast.olga)
    return client


def read_text(client: Client, cast: Cast, query: str) -> str:
    return re.sub(r"\s+", " ", open_page(client, cast, f"products{query}").content.decode())


def test_tabs_tell_how_many_there_are_and_lead_to_them(olga: Client, cast: Cast, api: Api):
    make_products(cast, 30)
    api.upload(is_primary="true")

    html = read_text(olga, cast, "?state=no_hero&size=48")

    assert "All <b>31</b>" in html
    assert 'aria-current="page">Without primary <b>30</b>' in html
    assert 'state=no_pictures&amp;size=48">Without pictures <b>30</b>' in html
    assert "1–30 of 30" in html


def test_counts_that_are_kept_are_told_so(olga: Client, cast: Cast, api: Api, monkeypatch):
    assert "counted anew" not in read_text(olga, cast, "")
    monkeypatch.setattr(kept_counts, "COUNTED_AT_ONCE", 0)
    make_products(cast, 2)

    before = read_text(olga, cast, "")
    filtered = read_text(olga, cast, "?fewer=1")
    api.upload(make_jpeg(), is_primary="true")
    Product.objects.filter(gtin=GTIN).update(hero_state=HeroState.READY)
    after = read_text(olga, cast, "")

    assert "what is ready and what a filter finds is counted anew once a minute" in before
    assert after.count("0 % ready") == before.count("0 % ready") == 2
    assert "1–3 of 3" in filtered
    assert "1–2 of 3" in read_text(olga, cast, "?fewer=1")


def test_pages_tell_where_they_are(olga: Client, cast: Cast):
    make_products(cast, 59)

    first = read_text(olga, cast, "")
    query = re.search(r'rel="next" href="[^"?]*([^"]*)"', first)[1].replace("&amp;", "&")
    second = read_text(olga, cast, query)
    last = read_text(olga, cast, "?last=1")

    assert "1–24 of 60" in first
    assert "25–48 of 60" in second
    assert "49–60 of 60" in last
    back = re.search(r'rel="prev" href="[^"?]*([^"]*)"', last)[1].replace("&amp;", "&")
    assert "25–48 of 60" in read_text(olga, cast, back)


def test_table_is_remembered(olga: Client, cast: Cast, api: Api):
    api.upload()
    assert "<table" not in read_text(olga, cast, "")
    assert "<table" in read_text(olga, cast, "?view=table")
    html = read_text(olga, cast, "")
    assert "<table" in html
    assert "<td>ed</td>" in html
    assert "<table" not in read_text(olga, cast, "?view=tiles")


def test_table_is_remembered_for_each_user(olga: Client, cast: Cast):
    read_text(olga, cast, "?view=table")
    olga.force_login(cast.mo)

    assert "<table" not in read_text(olga, cast, "")


def test_nothing_found_tells_how_many_there_are_without_filters(olga: Client, cast: Cast):
    html = read_text(olga, cast, "?q=coffee&fewer=0&mine=1")

    assert "Without the filters there is 1." in html
    assert "?q=coffee" in html


@pytest.mark.parametrize(
    "query",
    [
        *("?state=x&sort=y&size=1&page=-1", "?since=2026-02-31", "?fewer=x", "?last=1"),
        *("?since=never", "?page=99999999999", "?sort=-", "?view=x", "?q=%00"),
    ],
)
def test_odd_addresses_show_the_list(olga: Client, cast: Cast, query: str):
    assert list_shown(open_page(olga, cast, f"products{query}")) == [GTIN]


def test_export_has_as_many_rows_as_the_tab_says(olga: Client, cast: Cast, api: Api):
    make_products(cast, 1200)
    hero = api.upload(is_primary="true").json()
    Product.objects.filter(name="Blend 0000").update(name="=1+1")

    response = open_page(olga, cast, "products.csv?state=all&sort=gtin")
    content = b"".join(response.streaming_content)

    assert content.startswith(b"\xef\xbb\xbf")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in response.headers["Content-Disposition"]
    header, first, *rest = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert header[:3] == ["gtin", "name", "pictures"]
    assert first[:6] == [GTIN, "Coffee", "1", hero["image_url"], "64", "48"]
    assert first[7] == "ed"
    assert len(rest) == 1200
    assert rest[0][1] == "'=1+1"


def test_export_is_for_members(client: Client, cast: Cast):
    client.force_login(cast.zoe)

    path = f"/organizations/{encode_id(cast.acme.pk)}/products.csv"

    assert client.get(path).status_code == 404
