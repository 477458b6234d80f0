from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.dashboard.api.identifiers import encode_id
from apps.products.models import Product, ProductImage
from tests.conftest import GTIN, Api, Cast


@pytest.fixture
def olga(client: Client, cast: Cast) -> Client:
    client.force_login(cast.olga)
    return client


@pytest.fixture
def discarded(api: Api) -> dict:
    image = api.upload(title="Front", is_primary="true").json()
    api.client.post(f"{api.path}/{image['id']}/discard", headers=api.headers)
    return image


def open_page(client: Client, cast: Cast, rest: str = "bin") -> str:
    return client.get(f"/organizations/{encode_id(cast.acme.id)}/{rest}").content.decode()


def test_discarded_picture_is_on_no_page_but_the_bins(olga, cast, discarded):
    for rest in ("products", f"products/{GTIN}"):
        html = open_page(olga, cast, rest)
        assert "0 pictures" in html
        assert discarded["id"] not in html
    assert "1 in the bin" in html
    assert "/bin?gtin=00012345678905" in html
    html = open_page(olga, cast)
    for part in (f"/renditions/{discarded['id']}/320", "Front", "Coffee", "was primary"):
        assert part in html


def test_bin_may_be_one_products(olga, cast, discarded):
    Product.objects.create(gtin="00000000000017", name="Cups", owner=cast.acme)
    assert discarded["id"] in open_page(olga, cast, f"bin?gtin={GTIN}")
    assert "The bin is empty" in open_page(olga, cast, "bin?gtin=00000000000017")
    assert discarded["id"] in open_page(olga, cast, "bin?gtin=%00&page=0")


def test_etag_in_the_bin_is_the_one_that_restores(olga, cast, api, discarded):
    html = open_page(olga, cast)
    etag = html.partition('data-etag="&quot;')[2].partition("&quot;")[0]
    headers = {**api.headers, "If-Match": f'"{etag}"'}
    url = f"{api.path}/{discarded['id']}/restore"
    assert api.client.post(url, headers=headers).json()["id"] == discarded["id"]


@pytest.mark.parametrize(
    ("age", "words"), [(0, "29 days left"), (28.5, "1 day left"), (29.5, "goes today")]
)
def test_bin_tells_how_long_it_stays(olga, cast, discarded, age, words):
    ProductImage.objects.update(discarded_at=timezone.now() - timedelta(days=age))
    assert words in open_page(olga, cast)


def test_bin_has_pages(olga, cast, api, monkeypatch):
    monkeypatch.setattr("apps.dashboard.pages.bin_page.PAGE_SIZE", 2)
    for _ in range(3):
        api.upload()
    ProductImage.objects.update(discarded_at=timezone.now())
    first, second = (open_page(olga, cast, f"bin?page={page}") for page in (1, 2))
    assert (first.count("<li class"), second.count("<li class")) == (2, 1)
    assert 'href="?page=2"' in first


def test_bin_is_open_to_members_alone(client, cast, discarded):
    path = f"/organizations/{encode_id(cast.acme.id)}/bin"
    assert client.get(path).status_code == 302
    client.force_login(cast.zoe)
    assert client.get(path).status_code == 404
    client.force_login(cast.bill)
    html = client.get(path).content.decode()
    assert discarded["id"] in html
    assert "data-action" not in html
