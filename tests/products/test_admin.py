from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
import shortuuid
from django.conf import settings
from django.test import Client
from django.utils import timezone

from apps.products.models import Product, ProductImage, UnclaimedObject
from tests.assertions import list_media
from tests.conftest import FOREIGN_GTIN, GTIN, Cast

IMAGES = "/admin/products/productimage/"
PRODUCTS = "/admin/products/product/"


def keep_image(product: Product, **fields: object) -> ProductImage:
    object_name = f"products/{product.gtin}/{uuid4()}.svg"
    path = Path(settings.MEDIA_ROOT, object_name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("<svg/>")
    return ProductImage.objects.create(
        product=product,
        object_name=object_name,
        image_format="SVG",
        byte_size=6,
        blake3="0" * 64,
        created=timezone.now(),
        **fields,
    )


@pytest.mark.parametrize("term", ["12345678905", "0 12345 67890 5", GTIN, "coff", "acme"])
def test_product_is_found(cast: Cast, admin_client: Client, term: str) -> None:
    page = admin_client.get(PRODUCTS, {"q": term}).content.decode()
    assert GTIN in page
    assert FOREIGN_GTIN not in page


def test_product_page_links_to_its_images(cast: Cast, admin_client: Client) -> None:
    keep_image(cast.product)
    page = admin_client.get(f"{PRODUCTS}{cast.product.pk}/change/").content.decode()
    assert f'<a href="{IMAGES}?q={GTIN}">1</a>' in page


def test_product_with_a_wrong_check_digit_is_refused(cast: Cast, admin_client: Client) -> None:
    response = admin_client.post(f"{PRODUCTS}add/", {"gtin": "00012345678906", "name": "Tea"})
    assert response.context["adminform"].form.errors == {
        "gtin": ["The check digit of 00012345678906 should be 5."]
    }


@pytest.mark.parametrize("printed", ["4 006381 333931", "4006381-333931", "4006381333931"])
def test_gtin_is_taken_as_it_is_printed(admin_client: Client, printed: str) -> None:
    response = admin_client.post(f"{PRODUCTS}add/", {"gtin": printed, "name": "Tea"})
    assert response.status_code == 302
    assert Product.objects.get().gtin == "04006381333931"


@pytest.mark.parametrize("text", ["tea", "1234567", "1.23457E+12"])
def test_what_is_no_gtin_is_refused(admin_client: Client, text: str) -> None:
    response = admin_client.post(f"{PRODUCTS}add/", {"gtin": text, "name": "Tea"})
    errors = response.context["adminform"].form.errors
    assert errors == {"gtin": ["A GTIN has 8 to 14 digits 0-9."]}


def test_product_with_images_cannot_be_deleted(cast: Cast, admin_client: Client) -> None:
    keep_image(cast.product)
    response = admin_client.post(f"{PRODUCTS}{cast.product.pk}/delete/", {"post": "yes"})
    assert "protected related objects" in response.content.decode()
    assert Product.objects.filter(pk=cast.product.pk).exists()


def test_image_list_shows_pictures_and_ids(cast: Cast, admin_client: Client) -> None:
    image = keep_image(cast.product, title="<Front>")
    page = admin_client.get(IMAGES).content.decode()
    ids = f"{shortuuid.encode(image.pk)}/{shortuuid.encode(image.file_id)}"
    assert f'src="/renditions/{ids}/96" alt="&lt;Front&gt;"' in page
    assert shortuuid.encode(image.pk) in page
    assert 'value="delete_selected"' not in page
    assert "/admin/products/productimage/add/" not in page


def test_undecodable_image_is_marked_and_not_shown(cast: Cast, admin_client: Client) -> None:
    image = keep_image(cast.product, is_undecodable=True)
    page = admin_client.get(IMAGES, {"is_undecodable__exact": "1"}).content.decode()
    assert f'<a href="{image.url}">the original</a>' in page
    assert "/renditions/" not in page
    assert '<td class="field-is_undecodable"><img' in page


@pytest.mark.parametrize(
    "make_term", [lambda i: shortuuid.encode(i.pk), lambda i: GTIN[3:], lambda i: "Front"]
)
def test_image_is_found(cast: Cast, admin_client: Client, make_term) -> None:
    image = keep_image(cast.product, title="Front")
    other = keep_image(Product.objects.get(gtin=FOREIGN_GTIN), title="Back")
    page = admin_client.get(IMAGES, {"q": make_term(image)}).content.decode()
    assert shortuuid.encode(image.pk) in page
    assert shortuuid.encode(other.pk) not in page


@pytest.mark.django_db(transaction=True)
def test_change_of_an_image_leaves_the_primary_alone(admin_client: Client) -> None:
    product = Product.objects.create(gtin=GTIN, name="Coffee")
    image, primary = keep_image(product), keep_image(product, is_primary=True)
    form = {"title": "Back", "priority": "7", "is_primary": "on"}
    assert admin_client.post(f"{IMAGES}{image.pk}/change/", form).status_code == 302
    image.refresh_from_db()
    primary.refresh_from_db()
    assert (image.title, image.priority, image.is_primary) == ("Back", 7, False)
    assert primary.is_primary


@pytest.mark.django_db(transaction=True)
def test_deleted_image_takes_its_object_along(admin_client: Client) -> None:
    image = keep_image(Product.objects.create(gtin=GTIN, name="Coffee"))
    response = admin_client.post(f"{IMAGES}{image.pk}/delete/", {"post": "yes"})
    assert response.status_code == 302
    assert not ProductImage.objects.exists()
    assert not UnclaimedObject.objects.exists()
    assert list_media() == []


def test_image_list_takes_the_same_queries_for_many(
    cast: Cast, admin_client: Client, django_assert_max_num_queries
) -> None:
    for _ in range(20):
        keep_image(cast.product)
    with django_assert_max_num_queries(5):
        assert "20 product images" in admin_client.get(IMAGES).content.decode()


def test_unclaimed_objects_can_only_be_looked_at(cast: Cast, admin_client: Client) -> None:
    UnclaimedObject.objects.create(object_name="products/x.jpg")
    address = "/admin/products/unclaimedobject/"
    assert "products/x.jpg" in admin_client.get(address).content.decode()
    assert admin_client.get(f"{address}add/").status_code == 403
    assert (
        'name="_save"'
        not in admin_client.get(f"{address}products_2Fx.jpg/change/").content.decode()
    )
    assert admin_client.post(f"{address}products_2Fx.jpg/delete/").status_code == 403
