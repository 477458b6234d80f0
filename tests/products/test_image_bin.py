"""What is long in the bin goes for good; what came back meanwhile stays."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from apps.problems import NotFound
from apps.products.image_bin import discard_image, empty_bin, restore_image
from apps.products.image_history import Actor
from apps.products.image_store import change_image
from apps.products.models import ImageEvent, ProductImage
from tests.assertions import assert_nothing_stored, list_media
from tests.conftest import Api, Cast

ACTOR = Actor(user_id=None, credential="test", request_id="test")


@pytest.fixture
def discarded(api: Api, cast: Cast) -> ProductImage:
    api.upload(title="Front", is_primary="true")
    return discard_image(cast.product, ProductImage.objects.get().pk, ACTOR)


def age(days: float) -> None:
    ProductImage.objects.update(discarded_at=timezone.now() - timedelta(days=days))


def test_sweep_empties_the_bin_after_30_days(discarded: ProductImage):
    age(30.01)
    printed = StringIO()

    call_command("sweep_unclaimed_objects", "--json", stdout=printed)

    assert json.loads(printed.getvalue())["removed_from_bin"] == 1
    assert_nothing_stored()
    event = ImageEvent.objects.get(action="deleted")
    assert (event.image_name, event.credential, event.user) == ("Front", "bin", None)


def test_what_is_younger_stays(discarded: ProductImage):
    age(29.99)

    assert empty_bin() == 0
    assert len(list_media()) == 1


def test_what_takes_too_long_is_left_to_the_next_sweep(discarded: ProductImage):
    age(31)

    assert empty_bin(within_seconds=0) == 0
    assert empty_bin() == 1


def test_what_is_in_no_bin_stays_however_old(api: Api):
    api.upload()
    ProductImage.objects.update(created=timezone.now() - timedelta(days=400))

    assert empty_bin() == 0
    assert len(list_media()) == 1


def test_what_is_restored_while_the_bin_is_emptied_stays(
    discarded: ProductImage, api: Api, cast: Cast, monkeypatch
):
    age(31)

    def restore_first(product, image_id, *args, **kwargs):
        restore_image(product, image_id, ACTOR)
        return remove_image(product, image_id, *args, **kwargs)

    from apps.products import image_bin  # noqa: PLC0415

    remove_image = image_bin.remove_image
    monkeypatch.setattr(image_bin, "remove_image", restore_first)

    assert empty_bin() == 0
    assert ProductImage.objects.get().is_primary is True
    assert len(list_media()) == 1


def test_discarded_image_is_not_promoted(discarded: ProductImage, cast: Cast):
    with pytest.raises(NotFound):
        change_image(cast.product, discarded.pk, {"is_primary": True}, ACTOR)

    assert not ProductImage.objects.filter(is_primary=True).exists()
