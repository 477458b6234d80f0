"""Renditions are for those who may see the product, and are asked for once."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from apps.dashboard.api.identifiers import encode_id
from apps.products.models import ProductImage
from tests.assertions import list_media
from tests.conftest import Api, Cast
from tests.products.renditions.test_renditions import make_undecodable_png
from tests.sample_images import make_jpeg, make_svg

PRIVATE = "private, max-age=31536000, immutable"


@pytest.fixture
def image(api: Api) -> ProductImage:
    assert api.upload(make_jpeg(400, 300)).status_code == 201
    return ProductImage.objects.get()


@pytest.fixture
def member(cast: Cast, client: Client) -> Client:
    client.force_login(cast.ed)
    return client


def build_path(image: ProductImage, size: int = 320) -> str:
    return reverse("rendition", args=[encode_id(image.pk), size])


@pytest.mark.parametrize(
    ("name", "status"),
    [("olga", 200), ("mo", 200), ("ed", 200), ("bill", 200), ("zoe", 404), (None, 404)],
)
def test_members_alone_see_renditions(cast: Cast, client, image, name, status):
    if name:
        client.force_login(getattr(cast, name))

    response = client.get(build_path(image))

    assert response.status_code == status
    if status == 404:
        assert len(list_media()) == 1  # nothing was rendered for them


def test_operator_sees_them_in_the_admin(image, admin_client):
    assert admin_client.get(build_path(image, 96)).status_code == 200


def test_removed_member_sees_nothing_more(cast: Cast, member: Client, image):
    assert member.get(build_path(image)).status_code == 200
    cast.ed.memberships.all().delete()

    assert member.get(build_path(image)).status_code == 404


def test_image_of_a_product_that_nobody_owns_is_not_there(cast: Cast, member: Client, image):
    cast.product.owner = None
    cast.product.save()

    assert member.get(build_path(image)).status_code == 404


def test_api_key_opens_no_page(api: Api, client, image):
    assert client.get(build_path(image), headers=api.headers).status_code == 404


@pytest.mark.parametrize("size", [96, 320, 640, 1280])
def test_rendition_is_a_webp_of_that_size(member: Client, image, size):
    response = member.get(build_path(image, size))

    picture = Image.open(io.BytesIO(response.content), formats=["WEBP"])
    assert picture.width == min(size, 400)
    assert response.headers["Content-Type"] == "image/webp"
    assert response.headers["Cache-Control"] == PRIVATE
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["ETag"] == f'"{encode_id(image.pk)}-{size}"'
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path",
    [
        "{id}/0",
        "{id}/97",
        "{id}/99999999999999999999",
        "{id}/-1",
        "{id}/96x",
        "{id}",
        "zzzzzzzzzzzzzzzzzzzzzz/96",
        "nonsense/96",
        "{other}/96",
    ],
)
def test_other_addresses_are_not_there(member: Client, image, path):
    own, other = encode_id(image.pk), encode_id(image.product.owner.pk)

    response = member.get("/renditions/" + path.format(id=own, other=other))

    assert response.status_code == 404
    assert len(list_media()) == 1


def test_second_request_takes_one_query_beside_the_session(
    member: Client, image, django_assert_num_queries
):
    member.get(build_path(image))

    with django_assert_num_queries(3):  # session, user, image with role
        assert member.get(build_path(image)).status_code == 200


def test_known_rendition_is_not_sent_again(member: Client, image):
    etag = member.get(build_path(image)).headers["ETag"]

    response = member.get(build_path(image), headers={"If-None-Match": etag})

    assert (response.status_code, response.content) == (304, b"")
    assert response.headers["ETag"] == etag
    assert response.headers["Cache-Control"] == PRIVATE
    other = member.get(build_path(image, 96), headers={"If-None-Match": etag})
    assert other.status_code == 200


def test_head_has_no_body_and_post_is_refused(member: Client, image):
    assert member.head(build_path(image)).content == b""
    assert member.post(build_path(image)).status_code == 405


def test_undecodable_image_is_an_error_in_plain_text(api: Api, member: Client):
    assert api.upload(make_undecodable_png()).status_code == 201
    image = ProductImage.objects.get()

    for _ in range(2):
        response = member.get(build_path(image))
        assert response.status_code == 422
        assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert response.headers["Cache-Control"] == "no-store"
        assert b"cannot be shown" in response.content
        assert "Retry-After" not in response.headers
    deletion = api.client.delete(f"{api.path}/{encode_id(image.pk)}", headers=api.headers)
    assert deletion.status_code == 204
    assert list_media() == []


def test_storage_that_fails_is_an_error_to_come_back_from(
    member: Client, image, settings, tmp_path
):
    settings.MEDIA_ROOT, kept = tmp_path / "media", settings.MEDIA_ROOT
    (tmp_path / "media").write_bytes(b"")
    response = member.get(build_path(image))
    settings.MEDIA_ROOT = kept

    assert response.status_code == 503
    assert response.headers["Retry-After"] == "3"
    assert member.get(build_path(image)).status_code == 200


def test_image_whose_object_is_gone_is_not_there(member: Client, image, settings):
    (settings.MEDIA_ROOT / image.object_name).unlink()

    assert member.get(build_path(image)).status_code == 404
    image.refresh_from_db()
    assert image.is_undecodable is False


def test_svg_is_shown_as_webp(api: Api, member: Client):
    assert api.upload(make_svg()).status_code == 201

    response = member.get(build_path(ProductImage.objects.get()))

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "image/webp"


def test_svg_that_cannot_be_drawn_is_marked_as_others_are(api: Api, member: Client):
    assert api.upload(make_svg(0, 0)).status_code == 201
    image = ProductImage.objects.get()

    assert member.get(build_path(image)).status_code == 422
    image.refresh_from_db()
    assert image.is_undecodable is True


def test_stored_renditions_are_not_public(member: Client, image, settings):
    member.get(build_path(image))
    names = [str(p.relative_to(settings.MEDIA_ROOT)) for p in list_media() if p.suffix == ".webp"]

    assert len(names) == 4
    for name in names:
        for path in (
            f"/media/{name}",
            f"/media/products/../{name}",
            f"/media/products/%2e%2e/{name}",
        ):
            assert member.get(path).status_code in {400, 404}


def test_present_file_is_asked_for_anew_once_there_was_another(
    api: Api, member: Client, image: ProductImage
):
    files = {"image": ("new.jpg", make_jpeg(30, 20))}
    url = f"{api.path}/{encode_id(image.pk)}/file"
    api.client.put(url, headers=api.headers, files=files)
    replaced = ProductImage.objects.get()

    def read(path: str) -> tuple[tuple[int, int], str]:
        answer = member.get(path)
        return Image.open(io.BytesIO(answer.content)).size, answer.headers["Cache-Control"]

    def build_file_path(file: ProductImage) -> str:
        ids = (encode_id(image.pk), encode_id(file.file_id))
        return reverse("file-rendition", args=[*ids, 320])

    assert read(build_path(image)) == ((30, 20), "private, no-cache")
    assert read(build_file_path(replaced)) == ((30, 20), PRIVATE)
    assert read(build_file_path(image)) == ((320, 240), PRIVATE)
    nobodys = reverse("file-rendition", args=[encode_id(image.pk), "z" * 22, 320])
    assert member.get(nobodys).status_code == 404
