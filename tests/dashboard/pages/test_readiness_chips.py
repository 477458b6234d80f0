"""What the page of a product says of the channels, on the cards of its pictures."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from apps.dashboard.api.identifiers import encode_id
from apps.products.models import ProductImage
from tests.conftest import GTIN, Api, Cast
from tests.products.test_hero_verdicts import PASSING
from tests.sample_images import make_jpeg, make_svg, make_webp

MEASURED = {**PASSING, "measured_at": "2026-11-29T20:00:00Z"}


@pytest.fixture
def read_page(cast: Cast, client: Client):
    client.force_login(cast.ed, backend="django.contrib.auth.backends.ModelBackend")
    path = f"/organizations/{encode_id(cast.acme.id)}/products/{GTIN}"

    def read() -> str:
        return client.get(path).content.decode()

    return read


def choose(cast: Cast, channels: str) -> None:
    cast.acme.channels = channels
    cast.acme.save(update_fields=["channels"])


def list_chips(page: str) -> list[tuple[str, str]]:
    return re.findall(r'data-channel="(\w+)" data-verdict="(\w+)"', page)


def test_chips_are_those_of_the_channels_that_count(api: Api, cast: Cast, read_page):
    api.upload(make_webp(), is_primary="true")
    ProductImage.objects.update(**MEASURED)

    assert list_chips(read_page()) == [("google", "passes"), ("gs1", "refused")]
    choose(cast, "amazon walmart")
    assert list_chips(read_page()) == [("amazon", "refused"), ("walmart", "refused")]
    choose(cast, "")
    assert list_chips(read_page()) == []


def test_chip_opens_the_sentences_with_source_and_date(api: Api, cast: Cast, read_page):
    choose(cast, "google")
    api.upload(make_jpeg(), is_primary="true")
    ProductImage.objects.update(**{**MEASURED, "width": 300, "height": 300})

    page = read_page()

    assert "300 × 300 px; Google recommends 1,500 × 1,500." in page
    assert 'href="https://support.google.com/merchants/answer/6324350"' in page
    assert "read 2026-11" in page
    assert "<b>Look yourself</b> No watermark, border or text over the picture." in page


def test_other_cards_have_a_badge_only_where_something_is_wrong(api: Api, cast: Cast, read_page):
    choose(cast, "google amazon gs1")
    api.upload(make_jpeg())
    ProductImage.objects.update(**MEASURED)
    assert "would refuse it</p>" not in read_page()

    api.upload(make_webp())

    page = read_page()
    assert page.count("Amazon, GS1 would refuse it</p>") == 1
    assert page.count('class="readiness"') == 2
    assert page.count(" hidden>") >= 2


def test_card_says_what_making_it_primary_would_mean(api: Api, cast: Cast, read_page):
    choose(cast, "google amazon")
    api.upload(make_svg())

    assert (
        'data-refusals="Google would refuse it: 1 reason. Amazon would refuse it: 1 reason. "'
        in read_page()
    )


def test_card_waits_until_its_picture_is_measured(api: Api, cast: Cast, read_page):
    api.upload(make_jpeg(1600, 1600), is_primary="true")
    before = read_page()
    ProductImage.objects.update(**MEASURED)
    after = read_page()

    assert list_chips(before) == [("google", "not_measured"), ("gs1", "not_measured")]
    assert "data-awaited" in before
    assert list_chips(after) == [("google", "passes"), ("gs1", "passes")]
    assert "data-awaited" not in after


def test_card_says_that_the_picture_tells_a_place(api: Api, read_page):
    api.upload(make_jpeg())
    assert "Tells where it was taken" not in read_page()

    ProductImage.objects.update(has_position=True)

    page = read_page()
    assert "Tells where it was taken" in page
    assert "data-place" in page
