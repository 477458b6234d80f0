"""Neither a row without its object nor an object without its row, whatever fails."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection

from apps.products.image_history import Actor
from apps.products.image_store import remove_image
from apps.products.models import Product, ProductImage, UnclaimedObject, UploadClaim
from apps.products.stored_objects import remove_unclaimed_object
from apps.products.sweeping import (
    audit_objects,
    sweep_temporary_files,
    sweep_unclaimed_objects,
)
from tests.assertions import assert_nothing_stored, assert_problem, list_media
from tests.conftest import Api, Cast, Service

ACTOR = Actor(user_id=None, credential="test", request_id="test")


@pytest.fixture
def media_root_is_a_file(settings, tmp_path):
    """A storage that cannot store; the temporary files' folder still works."""
    blocked = tmp_path / "media"
    blocked.write_bytes(b"")
    settings.MEDIA_ROOT = blocked


def fail_in_database(moment: str, table: str, reaction: str) -> None:
    """Let SQLite itself react, as it would to a fault: a trigger on the real table."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TRIGGER fault {moment} ON {table} BEGIN {reaction}; END")


def test_failing_storage_leaves_no_row(api: Api, media_root_is_a_file):
    problem = assert_problem(api.upload(is_primary="true"), "service_unavailable")

    assert problem["retryable"] is True
    assert not ProductImage.objects.exists()


def test_failing_storage_leaves_the_name_for_the_sweep(api: Api, media_root_is_a_file, settings):
    api.upload()

    assert UnclaimedObject.objects.count() == 1
    settings.MEDIA_ROOT = settings.INCOMING_ROOT.parent
    assert sweep_unclaimed_objects(older_than_seconds=0) == 1
    assert_nothing_stored()


def test_failing_insert_leaves_no_object(api: Api):
    fail_in_database("BEFORE INSERT", "products_productimage", "SELECT RAISE(ABORT, 'no')")

    assert_problem(api.upload(), "internal_error")
    assert_nothing_stored()


@pytest.mark.parametrize("is_primary", ["false", "true"])
@pytest.mark.parametrize("lost", ["product", "owner"])
@pytest.mark.django_db(transaction=True)
def test_upload_whose_product_goes_meanwhile_is_not_found(
    api: Api, cast: Cast, service_here: Service, lost: str, is_primary: str
):
    product = Product.objects.filter(pk=cast.product.pk)
    service_here.while_body_comes = {
        "product": product.delete,
        "owner": partial(product.update, owner=cast.globex),
    }[lost]

    problem = assert_problem(api.upload(is_primary=is_primary), "not_found")

    assert problem["detail"] == "The product, or who changes it, has gone from here meanwhile."
    assert_nothing_stored()


@pytest.mark.django_db(transaction=True)
def test_idempotency_key_is_free_again_when_the_product_went(
    api: Api, cast: Cast, service_here: Service
):
    api.headers["Idempotency-Key"] = "once"
    service_here.while_body_comes = cast.product.delete

    assert_problem(api.upload(), "not_found")

    assert not UploadClaim.objects.exists()


def test_failing_insert_keeps_the_previous_primary(api: Api):
    first = api.upload(is_primary="true").json()
    fail_in_database("BEFORE INSERT", "products_productimage", "SELECT RAISE(ABORT, 'no')")

    api.upload(is_primary="true")

    assert ProductImage.objects.get().is_primary is True
    assert first["is_primary"] is True


def test_name_lost_to_a_sweep_undoes_the_upload(api: Api):
    fail_in_database(
        "AFTER INSERT", "products_productimage", "DELETE FROM products_unclaimedobject"
    )

    problem = assert_problem(api.upload(), "service_unavailable")

    assert problem["detail"] == "The upload took too long and was undone; try again."
    assert not ProductImage.objects.exists()
    assert list_media() == []


def test_removed_image_leaves_nothing(api: Api, cast: Cast):
    api.upload()

    remove_image(cast.product, ProductImage.objects.get().pk, ACTOR)

    assert_nothing_stored()


def test_image_whose_object_has_gone_can_be_removed(api: Api, cast: Cast):
    api.upload()
    image = ProductImage.objects.get()
    default_storage.delete(image.object_name)

    remove_image(cast.product, image.pk, ACTOR)

    assert_nothing_stored()


def test_failing_removal_keeps_row_and_object(api: Api, cast: Cast):
    api.upload()
    fail_in_database("BEFORE DELETE", "products_productimage", "SELECT RAISE(ABORT, 'no')")

    with pytest.raises(DatabaseError):
        remove_image(cast.product, ProductImage.objects.get().pk, ACTOR)

    assert ProductImage.objects.count() == len(list_media()) == 1
    assert not UnclaimedObject.objects.exists()


def test_claimed_object_is_not_removed(api: Api):
    api.upload()

    assert remove_unclaimed_object(ProductImage.objects.get().object_name) is False
    assert len(list_media()) == 1


def test_removed_object_stays_removed_after_power_loss(api: Api, monkeypatch):
    image_id = api.upload().json()["id"]
    [path] = list_media()
    synced = []
    sync = os.fsync

    def note(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    assert api.client.delete(f"{api.path}/{image_id}", headers=api.headers).status_code == 204

    assert not path.exists()
    assert path.parent.resolve() in synced


def test_sweep_spares_what_is_young(api: Api):
    UnclaimedObject.objects.create(object_name="products/1/a.jpg")

    assert sweep_unclaimed_objects(older_than_seconds=60) == 0
    assert sweep_unclaimed_objects(older_than_seconds=0) == 1


def test_sweep_removes_temporary_files(db, settings):
    settings.INCOMING_ROOT.mkdir(parents=True, exist_ok=True)
    (settings.INCOMING_ROOT / "left").write_bytes(b"half a picture")

    assert sweep_temporary_files(older_than_seconds=60) == 0
    assert sweep_temporary_files(older_than_seconds=0) == 1


def test_sweep_leaves_to_the_next_what_takes_too_long(db):
    for number in range(3):
        UnclaimedObject.objects.create(object_name=f"products/1/{number}.jpg")

    assert sweep_unclaimed_objects(older_than_seconds=0, within_seconds=0) == 0
    assert sweep_unclaimed_objects(older_than_seconds=0, within_seconds=60) == 3


def test_sweep_goes_on_when_an_upload_ends_beside_it(db, settings, monkeypatch):
    settings.INCOMING_ROOT.mkdir(parents=True, exist_ok=True)
    left = settings.INCOMING_ROOT / "left"
    left.write_bytes(b"half a picture")
    listed = [settings.INCOMING_ROOT / "moved", left]
    monkeypatch.setattr(Path, "glob", lambda self, pattern, **_: iter(listed))

    assert sweep_temporary_files(older_than_seconds=0) == 1
    assert not left.exists()


def test_audit_finds_what_stands_on_one_side_only(api: Api, settings):
    api.upload()
    image = ProductImage.objects.get()
    assert audit_objects().rows_without_objects == audit_objects().objects_without_rows == []

    path = settings.MEDIA_ROOT / image.object_name
    path.rename(path.with_name("other.jpg"))

    audit = audit_objects()
    assert audit.rows_without_objects == [image.object_name]
    assert audit.objects_without_rows == ["products/00012345678905/other.jpg"]
