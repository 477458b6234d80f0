"""Which channels count, and whether pictures may tell a place: owners and managers choose."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from apps.dashboard.api.identifiers import encode_id
from apps.organizations.models import Organization
from apps.products import kept_counts
from apps.products.judging import judge_some
from apps.products.models import HeroState, Product
from apps.products.readiness.verdict_bits import get_bit
from apps.products.readiness.verdicts import Verdict
from tests.conftest import Cast

READERS = {"olga": 200, "mo": 200, "ed": 403, "bill": 403, "zoe": 404}


def get_path(cast: Cast) -> str:
    return f"/organizations/{encode_id(cast.acme.id)}/settings/channels"


def list_checked(page: str) -> list[str]:
    return re.findall(r'<input type="checkbox" name="\w+" value="(\w+)" checked>', page)


@pytest.fixture
def owner(cast: Cast, client: Client) -> Client:
    client.force_login(cast.olga, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize(("name", "status"), READERS.items(), ids=READERS)
def test_who_may_open_and_change_it(cast: Cast, client: Client, name: str, status: int):
    client.force_login(getattr(cast, name), backend="django.contrib.auth.backends.ModelBackend")

    assert client.get(get_path(cast)).status_code == status
    answer = client.post(get_path(cast), {"channels": ["amazon"]})
    assert answer.status_code == (302 if status == 200 else status)
    cast.acme.refresh_from_db()
    assert cast.acme.channels == ("amazon" if status == 200 else "google gs1")


def test_google_and_gs1_count_until_somebody_chooses(cast: Cast, owner: Client):
    page = owner.get(get_path(cast)).content.decode()

    assert list_checked(page) == ["google", "gs1"]
    assert page.count('class="card channel"') == 6
    assert "Google wants at least 500 × 500. From 31 January 2027 on." in page
    assert "https://support.google.com/merchants/answer/6324350" in page
    assert "read 2026-11" in page
    assert "Look yourself" in page


def test_choice_is_kept_and_shown(cast: Cast, owner: Client):
    chosen = {"channels": ["amazon", "walmart"], "refuses_positions": "on"}

    page = owner.post(get_path(cast), chosen, follow=True).content.decode()

    assert list_checked(page) == ["amazon", "walmart", "on"]
    assert "Kept." in page
    cast.acme.refresh_from_db()
    assert (cast.acme.channels, cast.acme.refuses_positions) == ("amazon walmart", True)


def test_no_channel_is_a_choice(cast: Cast, owner: Client):
    assert list_checked(owner.post(get_path(cast), {}, follow=True).content.decode()) == []


def test_unknown_channel_changes_nothing(cast: Cast, owner: Client):
    answer = owner.post(get_path(cast), {"channels": ["ebay"]})

    assert answer.status_code == 200
    assert "choose again" in answer.content.decode()
    cast.acme.refresh_from_db()
    assert cast.acme.channels == "google gs1"


def test_products_tell_their_state_by_the_new_choice(cast: Cast, owner: Client):
    verdicts = get_bit("amazon", Verdict.REFUSED) | get_bit("gs1", Verdict.PASSES)
    Product.objects.filter(pk=cast.product.pk).update(has_primary=True, hero_verdicts=verdicts)
    states = []

    for choice in (["amazon"], ["gs1"]):
        owner.post(get_path(cast), {"channels": choice})
        states.append(HeroState(Product.objects.get(pk=cast.product.pk).hero_state))

    assert states == [HeroState.NOT_READY, HeroState.READY]


@pytest.mark.parametrize("counted_at_once", [50_000, 0])
def test_products_that_are_still_judged_by_the_choice_before_are_told(
    cast: Cast, owner: Client, monkeypatch: pytest.MonkeyPatch, counted_at_once: int
):
    monkeypatch.setattr(kept_counts, "COUNTED_AT_ONCE", counted_at_once)
    owner.get(get_path(cast).replace("settings/channels", "products"))
    refused = get_bit("amazon", Verdict.REFUSED)
    Product.objects.filter(pk=cast.product.pk).update(has_primary=True, hero_verdicts=refused)
    Organization.objects.filter(pk=cast.acme.pk).update(channels="amazon", is_being_judged=True)
    paths = (get_path(cast), get_path(cast).replace("settings/channels", "products"))

    told = [owner.get(path).content.decode() for path in paths]
    while judge_some():
        pass

    assert ["Checking 1 product again" in page for page in told] == [True, True]
    assert "Checking" not in owner.get(paths[1]).content.decode()
