"""What the list of products says of the channels: tabs, bars, filters, tiles and export."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.test import Client

from apps.dashboard.api.identifiers import encode_id
from apps.products.hero_verdicts import get_rules_version
from apps.products.models import HeroState, Product
from apps.products.readiness.verdict_bits import get_bit
from apps.products.readiness.verdicts import Verdict
from tests.conftest import GTIN, Api, Cast
from tests.sample_images import make_webp

READY = get_bit("google", Verdict.PASSES) | get_bit("gs1", Verdict.ADVICE)
NOT_READY = get_bit("google", Verdict.PASSES) | get_bit("gs1", Verdict.REFUSED)
GTINS = ("04000011110015", "04000011110022", "04000011110039")


@pytest.fixture
def open_list(cast: Cast, client: Client):
    client.force_login(cast.olga)
    path = f"/organizations/{encode_id(cast.acme.id)}/products"

    def read(rest: str = "") -> str:
        response = client.get(path + rest)
        assert response.status_code == 200
        return b"".join(response).decode()

    return read


@pytest.fixture
def _products(cast: Cast) -> None:
    """Beside Coffee, which has no primary picture: two that are ready, one that is not."""
    for gtin, encoded, state in (
        (GTINS[0], READY, HeroState.READY),
        (GTINS[1], READY, HeroState.READY),
        (GTINS[2], NOT_READY, HeroState.NOT_READY),
    ):
        Product.objects.create(
            gtin=gtin,
            name=f"Tea {gtin}",
            owner=cast.acme,
            has_primary=True,
            hero_verdicts=encoded,
            hero_state=state,
            rules_version=get_rules_version(),
            tells_place=gtin == GTINS[1],
        )


def list_shown(html: str) -> list[str]:
    return re.findall(r'id="p(\d{14})"', html)


@pytest.mark.usefixtures("_products")
def test_tabs_count_and_show_what_is_ready_and_what_is_not(open_list):
    html = open_list()
    assert re.findall(r"(Not ready|Ready) <b>(\d+)</b>", html) == [
        ("Not ready", "1"),
        ("Ready", "2"),
    ]

    assert list_shown(open_list("?state=ready")) == [GTINS[0], GTINS[1]]
    assert list_shown(open_list("?state=not_ready")) == [GTINS[2]]


@pytest.mark.usefixtures("_products")
def test_bars_tell_how_much_is_ready_for_each_channel(open_list, cast: Cast):
    html = open_list()
    assert re.findall(r"(\d+) % ready for (\w+)", html) == [("75", "Google"), ("50", "GS1")]
    assert 'value="75"' in html

    cast.acme.channels = "walmart"
    cast.acme.save(update_fields=["channels"])
    assert re.findall(r"(\d+) % ready for (\w+)", open_list()) == [("0", "Walmart")]


def test_empty_list_has_no_bars(open_list, cast: Cast):
    cast.product.delete()

    assert "% ready" not in open_list()


@pytest.mark.usefixtures("_products")
def test_filters_find_what_a_channel_refuses_and_what_tells_a_place(open_list):
    assert list_shown(open_list("?refused_by=gs1")) == [GTINS[2]]
    assert list_shown(open_list("?refused_by=google")) == []
    assert list_shown(open_list("?places=1")) == [GTINS[1]]
    assert list_shown(open_list("?places=1&refused_by=gs1")) == []
    assert len(list_shown(open_list("?refused_by=ebay"))) == 4
    assert '<option value="gs1" selected>' in open_list("?refused_by=gs1")


@pytest.mark.parametrize("view", ["tiles", "table"])
def test_each_product_tells_the_worst_of_its_primary_picture(
    open_list, api: Api, cast: Cast, view: str
):
    assert 'badge-clay"><span' not in open_list(f"?view={view}")
    api.upload(make_webp(), is_primary="true")

    assert "✕ </span>not ready" in open_list(f"?view={view}")

    cast.acme.channels = ""
    cast.acme.save(update_fields=["channels"])
    assert "not ready</span>" not in open_list(f"?view={view}")


def test_export_has_a_column_for_each_channel(open_list, api: Api, cast: Cast):
    api.upload(make_webp(), is_primary="true")
    Product.objects.create(gtin=GTINS[0], name="Tea", owner=cast.acme)

    header, coffee, tea = csv.reader(io.StringIO(open_list(".csv").removeprefix("\ufeff")))

    assert header[-5:] == ["Google", "Amazon", "Walmart", "Shopify", "GS1"]
    assert coffee[-5:] == ["refused", "refused", "refused", "advice", "refused"]
    assert tea[-5:] == ["", "", "", "", ""]
    assert coffee[0] == GTIN


@pytest.mark.usefixtures("_products")
def test_callers_may_ask_for_what_is_ready(api: Api):
    collection = api.path.removesuffix(f"/{GTIN}/images")

    def list_gtins(state: str) -> list[str]:
        answer = api.client.get(f"{collection}?state={state}", headers=api.headers)
        return [item["gtin"] for item in answer.json()["data"]]

    assert list_gtins("ready") == [GTINS[0], GTINS[1]]
    assert list_gtins("not_ready") == [GTINS[2]]
