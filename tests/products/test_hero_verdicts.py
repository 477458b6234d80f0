from collections import Counter
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from apps.organizations.models import Organization
from apps.products import judging
from apps.products.hero_verdicts import compute_state, get_rules_version, match_verdict
from apps.products.judging import choose_channels, judge_heroes, judge_some, note_measured
from apps.products.models import HeroState, Product, ProductImage
from apps.products.readiness.channel_rules import RULES
from apps.products.readiness.verdict_bits import decode_verdicts, encode_verdicts, get_bit
from apps.products.readiness.verdicts import ChannelVerdict, Verdict
from tests.conftest import Api, Cast
from tests.sample_images import make_jpeg, make_webp

CHANNELS = ("google", "amazon", "walmart", "shopify", "gs1")
PASSING = {
    "width": 2400,
    "height": 2400,
    "white_border_share": 1.0,
    "near_white_border_share": 1.0,
    "has_transparent_border": False,
    "content_side_share": 0.88,
    "content_area_share": 0.7,
    "is_blank": False,
}


def read_product() -> Product:
    return Product.objects.get(gtin="00012345678905")


def measure(image_id: str | None = None, **measures: object) -> ProductImage:
    """As the worker does, later than the upload."""
    image = ProductImage.objects.select_related("product__owner").latest("created")
    for name, value in {**PASSING, **measures}.items():
        setattr(image, name, value)
    image.save()
    note_measured(image)
    return image


@given(st.lists(st.sampled_from(list(Verdict)), min_size=5, max_size=5))
def test_verdicts_of_all_channels_fit_one_number(verdicts: list[Verdict]):
    told = [
        ChannelVerdict(each, verdict, ())
        for each, verdict in zip(RULES.channels, verdicts, strict=True)
    ]

    encoded = encode_verdicts(told)

    assert 0 <= encoded < 2**15
    assert decode_verdicts(encoded) == dict(zip(CHANNELS, verdicts, strict=True))


def test_nothing_measured_is_zero():
    assert set(decode_verdicts(0).values()) == {Verdict.NOT_MEASURED}
    assert get_bit("gs1", Verdict.NOT_MEASURED) == 0


@pytest.mark.parametrize(
    ("google", "gs1", "state"),
    [
        (Verdict.PASSES, Verdict.PASSES, HeroState.READY),
        (Verdict.PASSES, Verdict.ADVICE, HeroState.READY),
        (Verdict.ADVICE, Verdict.REFUSED, HeroState.NOT_READY),
        (Verdict.NOT_MEASURED, Verdict.REFUSED, HeroState.NOT_READY),
        (Verdict.NOT_MEASURED, Verdict.PASSES, HeroState.UNKNOWN),
    ],
)
def test_state_is_that_of_the_strictest_channel(google: Verdict, gs1: Verdict, state: HeroState):
    encoded = get_bit("google", google) | get_bit("gs1", gs1) | get_bit("amazon", Verdict.REFUSED)

    assert compute_state(encoded, ["google", "gs1"]) is state


def test_no_channel_has_nothing_against_a_picture_that_is_measured():
    assert compute_state(get_bit("gs1", Verdict.REFUSED), []) is HeroState.READY
    assert compute_state(0, []) is HeroState.UNKNOWN


def test_new_primary_is_unknown_until_it_is_measured(api: Api):
    api.upload(make_jpeg(), is_primary="true")
    measure()
    assert read_product().hero_state == HeroState.READY

    api.upload(make_jpeg())
    assert read_product().hero_state == HeroState.READY

    api.upload(make_webp(), is_primary="true")
    before = read_product()
    measure()
    after = read_product()

    assert (before.hero_state, before.hero_verdicts) == (HeroState.UNKNOWN, 0)
    assert after.hero_state == HeroState.NOT_READY
    assert decode_verdicts(after.hero_verdicts)["gs1"] is Verdict.REFUSED


def test_measures_of_another_picture_change_nothing(api: Api):
    api.upload(make_jpeg(), is_primary="true")
    measure()
    api.upload(make_webp())

    measure()

    assert read_product().hero_state == HeroState.READY


def test_product_tells_what_its_next_primary_is(api: Api):
    first = api.upload(make_jpeg(), is_primary="true").json()["id"]
    measure()
    second = api.upload(make_webp()).json()["id"]
    measure()
    states = []

    for method, path, body in (
        ("PATCH", second, {"is_primary": True}),
        ("PATCH", second, {"is_primary": False}),
        ("PATCH", first, {"is_primary": True}),
        ("POST", f"{first}/discard", None),
        ("POST", f"{first}/restore", None),
        ("DELETE", first, None),
    ):
        api.client.request(method, f"{api.path}/{path}", headers=api.headers, json=body)
        states.append(HeroState(read_product().hero_state))

    assert states == [
        HeroState.NOT_READY,
        HeroState.UNKNOWN,
        HeroState.READY,
        HeroState.UNKNOWN,
        HeroState.READY,
        HeroState.UNKNOWN,
    ]


def test_choice_of_channels_changes_the_state_of_all_products(api: Api, cast: Cast):
    api.upload(make_webp(), is_primary="true")
    measure()
    states = []

    for choice in ("google", "google amazon", "", "walmart"):
        choose_channels(cast.acme, choice.split())
        states.append(HeroState(read_product().hero_state))

    assert states == [HeroState.READY, HeroState.NOT_READY, HeroState.READY, HeroState.NOT_READY]
    assert set(
        Product.objects.exclude(gtin="00012345678905").values_list("hero_state", flat=True)
    ) == {0}


def load_ready(organization: Organization, count: int) -> None:
    """Add products that Google takes and Amazon refuses."""
    verdicts = get_bit("google", Verdict.PASSES) | get_bit("amazon", Verdict.REFUSED)
    Product.objects.bulk_create(
        Product(
            gtin=f"{81_000_000_000_000 + number}",
            name="Tea",
            owner=organization,
            has_primary=True,
            hero_verdicts=verdicts,
            hero_state=HeroState.READY,
            rules_version=get_rules_version(),
        )
        for number in range(count)
    )


def count_states(organization: Organization) -> Counter[int]:
    found = Product.objects.filter(owner=organization, has_primary=True)
    return Counter(found.values_list("hero_state", flat=True))


def test_choice_restates_a_part_and_the_service_the_rest(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(judging, "RESTATED_AT_ONCE", 3)
    monkeypatch.setattr(judging, "RESTATED_WITH_THE_CHOICE", 6)
    load_ready(cast.acme, 11)

    choose_channels(cast.acme, ["amazon"])
    states = [count_states(cast.acme)[HeroState.NOT_READY]]
    while judge_some():
        states.append(count_states(cast.acme)[HeroState.NOT_READY])

    assert states == [6, 9, 11]
    cast.acme.refresh_from_db()
    assert not cast.acme.is_being_judged


def test_each_organization_has_its_turn_while_another_has_many(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    load_ready(cast.acme, 11)
    coffee = Product.objects.filter(owner=cast.globex)
    coffee.update(has_primary=True, hero_verdicts=get_bit("amazon", Verdict.REFUSED))
    monkeypatch.setattr(judging, "RESTATED_AT_ONCE", 3)
    Organization.objects.update(channels="amazon", is_being_judged=True)

    judge_some()

    assert set(coffee.values_list("hero_state", flat=True)) == {HeroState.NOT_READY}


def test_choice_made_while_the_one_before_is_judged_holds(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(judging, "RESTATED_AT_ONCE", 3)
    monkeypatch.setattr(judging, "RESTATED_WITH_THE_CHOICE", 3)
    load_ready(cast.acme, 11)

    for channels in (["amazon"], ["google"], []):
        choose_channels(cast.acme, channels)
        judge_some()
    judge_heroes()

    assert count_states(cast.acme) == {HeroState.READY: 11}


def test_what_was_judged_by_the_rules_of_another_day_is_judged_again(api: Api):
    api.upload(make_jpeg(), is_primary="true")
    measure(width=300, height=300)
    assert judge_heroes() == 0
    assert judge_heroes(is_whole=True) == 1

    later = RULES.get_version(date(2027, 1, 31))
    Product.objects.update(hero_verdicts=get_bit("google", Verdict.REFUSED), rules_version=later)

    assert judge_heroes() == 1
    assert decode_verdicts(read_product().hero_verdicts)["google"] is Verdict.ADVICE
    assert judge_heroes() == 0


def test_service_judges_again_when_the_rules_are_others_and_then_rests(api: Api):
    api.upload(make_jpeg(), is_primary="true")
    measure(width=300, height=300)
    while judge_some():
        pass
    assert decode_verdicts(read_product().hero_verdicts)["google"] is Verdict.ADVICE

    with time_machine.travel(datetime(2027, 1, 31, 12, tzinfo=UTC)):
        judged = [judge_some(), judge_some(), judge_some()]

    assert judged == [1, 0, 0]
    assert decode_verdicts(read_product().hero_verdicts)["google"] is Verdict.REFUSED


def test_moved_product_is_judged_by_the_channels_of_its_new_owner(
    api: Api, cast: Cast, admin_client: Client
):
    cast.globex.channels = "walmart"
    cast.globex.save(update_fields=["channels"])
    api.upload(make_webp(), is_primary="true")
    cast.acme.channels = "google"
    cast.acme.save(update_fields=["channels"])
    measure()
    assert read_product().hero_state == HeroState.READY

    sent = {"owner": str(cast.globex.pk), "name": "Coffee"}
    admin_client.post(f"/admin/products/product/{cast.product.pk}/change/", sent)

    assert read_product().owner == cast.globex
    assert read_product().hero_state == HeroState.NOT_READY


def test_row_that_an_older_release_wrote_is_judged(api: Api):
    api.upload(make_jpeg(), is_primary="true")
    measure()
    Product.objects.update(hero_verdicts=0, hero_state=0, rules_version=0)

    assert judge_heroes() == 1
    assert read_product().hero_state == HeroState.READY


def test_products_are_found_by_what_a_channel_says(api: Api):
    api.upload(make_webp(), is_primary="true")
    measure()

    assert Product.objects.filter(match_verdict("gs1", Verdict.REFUSED)).count() == 1
    assert Product.objects.filter(match_verdict("google", Verdict.PASSES)).count() == 1
    assert not Product.objects.filter(match_verdict("google", Verdict.REFUSED)).exists()
