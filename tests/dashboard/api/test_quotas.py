"""What an organization may keep: refused before the body where that can be known."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db.models import F
from django.db.models.signals import pre_save
from django.test import Client

from apps.organizations.models import Organization
from apps.products.models import ImageEvent, Product, ProductImage, UnclaimedObject
from apps.products.recounting import list_miscounted, recount
from tests.assertions import assert_nothing_stored, assert_problem, list_media
from tests.conftest import GTIN, OTHER_GTIN, Api, Cast, Service
from tests.sample_images import make_jpeg

ASK = "delete some that nobody needs, or ask whoever runs the service for more."
# By the quota: the setting, the organization's own, and what is said of one picture too many.
QUOTAS: dict[str, tuple[str, str, str]] = {
    "product_images": (
        "MAX_PRODUCT_IMAGES",
        "max_product_images",
        f"With this picture this product would have 2 pictures, and may have 1: {ASK}",
    ),
    "organization_images": (
        "MAX_ORGANIZATION_IMAGES",
        "max_images",
        f"With this picture the organization would have 2 pictures, and may have 1: {ASK}",
    ),
}


def count_kept() -> tuple[int, int, int]:
    """Images of the product, images and bytes of the organization, as they are counted."""
    acme = Organization.objects.get(name="Acme")
    product = Product.objects.get(gtin=GTIN)
    return product.kept_images, acme.kept_images, acme.kept_bytes


@pytest.mark.parametrize("quota", QUOTAS)
@pytest.mark.parametrize("sets", ["operator", "organization"])
def test_picture_too_many_is_refused_before_its_body(
    api: Api, cast: Cast, service_here: Service, settings: Any, quota: str, sets: str
):
    setting, field, detail = QUOTAS[quota]
    setattr(settings, setting, 1 if sets == "operator" else 1000)
    if sets == "organization":
        Organization.objects.filter(pk=cast.acme.pk).update(**{field: 1})
    first = api.upload()

    problem = assert_problem(api.upload(), "conflict")

    assert first.status_code == 201
    assert problem["detail"] == detail
    assert (problem["quota"], problem["limit"], problem["actual"]) == (quota, 1, 2)
    assert service_here.bytes_read_before_answer == 0
    assert (ProductImage.objects.count(), len(list_media())) == (1, 1)
    assert not UnclaimedObject.objects.exists()


def test_picture_of_more_bytes_than_there_is_room_is_refused_when_it_is_there(
    api: Api, service_here: Service, settings: Any
):
    picture = make_jpeg()
    settings.MAX_ORGANIZATION_BYTES = 2 * len(picture) - 1
    api.upload(picture)

    problem = assert_problem(api.upload(picture), "conflict")

    assert problem["detail"] == (
        f"With this picture the organization would have {2 * len(picture):,} bytes of pictures,"
        f" and may have {2 * len(picture) - 1:,}: delete for good what nobody needs, or ask whoever"
        " runs the service for more."
    )
    assert problem["quota"] == "organization_bytes"
    assert (problem["limit"], problem["actual"]) == (2 * len(picture) - 1, 2 * len(picture))
    assert service_here.bytes_read_before_answer > 0
    assert (ProductImage.objects.count(), len(list_media())) == (1, 1)
    assert count_kept() == (1, 1, len(picture))
    assert not UnclaimedObject.objects.exists()


def test_length_beyond_the_room_is_refused_before_the_body(
    api: Api, service_here: Service, settings: Any
):
    settings.MAX_ORGANIZATION_BYTES = 10_000
    body = b"x" * (10_001 + 64 * 1024)

    problem = assert_problem(api.post(body), "conflict")

    assert (problem["limit"], problem["actual"]) == (10_000, 10_001)
    assert service_here.bytes_read_before_answer == 0
    assert_nothing_stored()


def test_organization_without_any_room_uploads_nothing(api: Api, cast: Cast):
    Organization.objects.filter(pk=cast.acme.pk).update(max_images=0)

    assert_problem(api.upload(), "conflict")

    assert_nothing_stored()


def test_deleted_picture_makes_room(api: Api, settings: Any):
    settings.MAX_PRODUCT_IMAGES = 1
    first = api.upload().json()
    assert_problem(api.upload(), "conflict")

    api.client.delete(f"{api.path}/{first['id']}", headers=api.headers)

    assert count_kept() == (0, 0, 0)
    assert api.upload().status_code == 201


def test_discarded_picture_makes_room_for_a_picture_but_none_for_bytes(api: Api, settings: Any):
    settings.MAX_PRODUCT_IMAGES = 1
    image = api.upload().json()
    url = f"{api.path}/{image['id']}"
    byte_size = len(make_jpeg())

    api.client.post(f"{url}/discard", headers=api.headers)
    assert (count_kept(), list_miscounted()) == ((0, 0, byte_size), [])
    assert api.upload().status_code == 201

    problem = assert_problem(api.client.post(f"{url}/restore", headers=api.headers), "conflict")
    assert (problem["quota"], problem["limit"], problem["actual"]) == ("product_images", 1, 2)
    assert (count_kept(), list_miscounted()) == ((1, 1, 2 * byte_size), [])
    assert ProductImage.objects.discarded().count() == 1

    settings.MAX_PRODUCT_IMAGES, settings.MAX_ORGANIZATION_BYTES = 2, byte_size
    assert api.client.post(f"{url}/restore", headers=api.headers).status_code == 200
    assert (count_kept(), list_miscounted()) == ((2, 2, 2 * byte_size), [])


def test_picture_deleted_from_the_bin_is_counted_out_once(api: Api):
    image = api.upload().json()
    url = f"{api.path}/{image['id']}"
    api.client.post(f"{url}/discard", headers=api.headers)

    api.client.delete(url, headers=api.headers)

    assert (count_kept(), list_miscounted()) == ((0, 0, 0), [])


def test_first_answer_is_given_again_though_all_is_full(api: Api, settings: Any):
    settings.MAX_PRODUCT_IMAGES = 1
    api.headers["Idempotency-Key"] = "once"
    first = api.upload()

    again = api.upload()

    assert again.content == first.content
    assert again.headers["Idempotent-Replayed"] == "true"
    api.headers["Idempotency-Key"] = "another"
    assert_problem(api.upload(), "conflict")


@pytest.mark.django_db(transaction=True)
def test_room_that_was_taken_while_the_body_came_is_told_and_no_fault_of_ours(
    api: Api,
    cast: Cast,
    service_here: Service,
    settings: Any,
    caplog: pytest.LogCaptureFixture,
):
    settings.MAX_PRODUCT_IMAGES = 3
    service_here.while_body_comes = partial(
        Product.objects.filter(pk=cast.product.pk).update, kept_images=3
    )
    api.headers["Idempotency-Key"] = "once"

    problem = assert_problem(api.upload(), "conflict")

    assert (problem["quota"], problem["limit"], problem["actual"]) == ("product_images", 3, 4)
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
    assert_nothing_stored()
    assert count_kept() == (3, 0, 0)
    Product.objects.update(kept_images=2)
    service_here.while_body_comes = int
    assert api.upload().status_code == 201  # its key is free again


def test_failed_upload_counts_nothing(api: Api):
    assert_problem(api.upload(b"no picture"), "validation_error")

    assert count_kept() == (0, 0, 0)


def give_to_globex(cast: Cast) -> dict[str, object]:
    return {"owner": str(cast.globex.pk), "name": "Coffee"}


def give_to_nobody(cast: Cast) -> dict[str, object]:
    return {"owner": "", "name": "Coffee"}


@pytest.mark.parametrize(("give", "there"), [(give_to_globex, 2), (give_to_nobody, 0)])
def test_product_that_is_moved_counts_for_its_new_owner(
    api: Api, cast: Cast, admin_client: Client, give: Callable[[Cast], Any], there: int
):
    for _ in range(2):
        api.upload()
    _, _, byte_count = count_kept()

    page = f"/admin/products/product/{cast.product.pk}/change/"
    assert admin_client.post(page, give(cast)).status_code == 302

    assert count_kept() == (2, 0, 0)
    cast.globex.refresh_from_db()
    assert (cast.globex.kept_images, cast.globex.kept_bytes) == (there, there * byte_count // 2)
    assert list_miscounted() == []


@pytest.fixture
def upload_before_each_save() -> Iterator[None]:
    """What a form was read for counts one more when it is saved."""

    def count(sender: Any, instance: Any, **_: Any) -> None:
        if sender in {Organization, Product}:
            sender.objects.filter(pk=instance.pk).update(kept_images=F("kept_images") + 1)

    pre_save.connect(count)
    yield
    pre_save.disconnect(count)


@pytest.mark.usefixtures("upload_before_each_save")
def test_forms_of_the_admin_leave_the_counts_alone(cast: Cast, admin_client: Client):
    product = f"/admin/products/product/{cast.product.pk}/change/"
    organization = f"/admin/organizations/organization/{cast.acme.pk}/change/"
    members = {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}

    for page, form in (
        (product, {"name": "Mocha", "owner": str(cast.acme.pk)}),
        (organization, {"name": "Acme", "max_images": 5, **members}),
    ):
        assert admin_client.post(page, form).status_code == 302

    cast.acme.refresh_from_db()
    cast.product.refresh_from_db()
    assert (cast.product.name, cast.acme.max_images) == ("Mocha", 5)
    assert count_kept() == (1, 1, 0)
    assert "1 pictures, 0" in admin_client.get(organization).content.decode()


def test_picture_deleted_in_the_admin_is_counted_out(
    api: Api, cast: Cast, admin_client: Client, django_capture_on_commit_callbacks: Any
):
    api.upload()
    image = ProductImage.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        admin_client.post(f"/admin/products/productimage/{image.pk}/delete/", {"post": "yes"})

    assert count_kept() == (0, 0, 0)


def test_what_an_older_release_uploaded_is_counted_again(api: Api, cast: Cast):
    api.upload()
    ProductImage.objects.create(
        id=uuid.uuid4(),
        product=Product.objects.get(gtin=OTHER_GTIN),
        object_name="products/x.jpg",
        image_format="JPEG",
        byte_size=7,
        created=cast.product.created,
    )
    kept = count_kept()
    Organization.objects.update(kept_images=-1, kept_bytes=-5)
    Product.objects.filter(gtin=GTIN).update(kept_images=9)

    assert sorted(list_miscounted()) == [
        "organization Acme",
        "organization Globex",
        f"product {OTHER_GTIN}",
        f"product {GTIN}",
    ]
    assert recount() == 4
    assert count_kept() == kept
    assert (list_miscounted(), recount()) == ([], 0)


def test_what_a_product_did_not_tell_of_its_images_is_told_again(api: Api, cast: Cast):
    api.upload(is_primary="true")
    told = {"has_primary": True, "changed_by": cast.ed.pk}
    [event] = ImageEvent.objects.all()
    before = event.created - timedelta(days=1)
    Product.objects.filter(gtin=GTIN).update(
        has_primary=False, changed_at=before, changed_by=cast.mo
    )
    Organization.objects.update(products_without_primary=9, kept_products=0)

    assert recount() == 3
    found = Product.objects.filter(gtin=GTIN, changed_at=event.created).values(*told)
    assert list(found) == [told]
    counts = ("kept_products", "products_without_primary", "products_without_pictures")
    assert Organization.objects.values_list(*counts).get(name="Acme") == (1, 0, 0)
    assert list_miscounted() == []
