"""Files that were replaced: how many are kept, for how long, and what knows of them."""

from __future__ import annotations

import hashlib
import io
import json
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from PIL import Image

from apps.organizations.models import Organization
from apps.problems import NotFound
from apps.products import checksums, image_versions
from apps.products.checksums import fill_in_checksums
from apps.products.image_history import Actor
from apps.products.image_store import hold_product
from apps.products.image_versions import restore_version, sweep_versions
from apps.products.models import ImageVersion, Product, ProductImage, UnclaimedObject
from apps.products.quotas import move_counts
from apps.products.recounting import list_miscounted, recount
from apps.products.renditions import renditions
from apps.products.renditions.renditions import get_rendition
from apps.products.sweeping import audit_objects
from apps.products.write_turns import take_turn
from tests.assertions import list_media
from tests.conftest import Api, Cast
from tests.sample_images import make_jpeg

ACTOR = Actor(user_id=None, credential="test", request_id="test")


def replace(api: Api, *sizes: int) -> None:
    """Replace the only image by pictures that are so many pixels wide, one after the other."""
    [image] = api.get().json()["data"]
    for size in sizes:
        files = {"image": ("a.jpg", make_jpeg(size, 10))}
        url = f"{api.path}/{image['id']}/file"
        assert api.client.put(url, headers=api.headers, files=files).status_code == 200


@pytest.fixture
def image(api: Api) -> ProductImage:
    api.upload(make_jpeg(10, 10))
    return ProductImage.objects.get()


def sweep(*options: str) -> dict[str, object]:
    printed = StringIO()
    call_command("sweep_unclaimed_objects", "--json", *options, stdout=printed)
    return json.loads(printed.getvalue())


def test_oldest_goes_where_there_are_20(api: Api, image: ProductImage, cast: Cast):
    replace(api, *range(11, 32))

    widths = image.versions.order_by("replaced_at").values_list("width", flat=True)
    assert list(widths) == list(range(11, 31))
    assert len(list_media()) == 21
    assert not UnclaimedObject.objects.exists()
    kept = sum(path.stat().st_size for path in list_media())
    assert Organization.objects.get(pk=cast.acme.pk).kept_bytes == kept
    assert list_miscounted() == []


def test_versions_go_after_a_year(api: Api, image: ProductImage):
    replace(api, 20, 30)
    ages = {10: 365.01, 20: 364.99}
    for width, days in ages.items():
        replaced_at = timezone.now() - timedelta(days=days)
        ImageVersion.objects.filter(width=width).update(replaced_at=replaced_at)

    assert sweep()["removed_versions"] == 1

    assert ImageVersion.objects.get().width == 20
    assert len(list_media()) == 2
    assert list_miscounted() == []


def test_what_takes_too_long_is_left_to_the_next_sweep(api: Api, image: ProductImage):
    replace(api, 20)
    ImageVersion.objects.update(replaced_at=timezone.now() - timedelta(days=400))

    assert sweep_versions(within_seconds=0) == 0
    assert sweep_versions() == 1


def test_version_restored_while_the_old_ones_are_swept_stays(
    api: Api, image: ProductImage, cast: Cast, monkeypatch
):
    replace(api, 20)
    ImageVersion.objects.update(replaced_at=timezone.now() - timedelta(days=400))

    def restore_first(product, admit):
        monkeypatch.undo()
        restore_version(cast.product, image.pk, image.file_id, ACTOR)
        return hold_product(product, admit)

    monkeypatch.setattr(image_versions, "hold_product", restore_first)

    assert sweep_versions() == 0
    assert ProductImage.objects.get().width == 10
    assert len(list_media()) == 2


def test_audit_knows_versions(api: Api, image: ProductImage):
    replace(api, 20)
    get_rendition(ImageVersion.objects.get(), 96)

    audit = audit_objects()

    assert (audit.rows_without_objects, audit.objects_without_rows) == ([], [])
    assert audit.outlived_by_renditions == []

    version = ImageVersion.objects.get()
    [path] = [
        path for path in list_media() if path.match(f"products/*/{Path(version.object_name).name}")
    ]
    path.unlink()
    assert audit_objects().rows_without_objects == [version.object_name]


def test_recount_counts_the_bytes_of_versions(api: Api, image: ProductImage, cast: Cast):
    api.upload()
    api.client.delete(f"{api.path}/{api.get().json()['data'][0]['id']}", headers=api.headers)
    replace(api, 20, 30)
    kept = Organization.objects.get(pk=cast.acme.pk).kept_bytes
    assert list_miscounted() == []
    Organization.objects.update(kept_bytes=0)

    assert recount() == 1

    assert Organization.objects.get(pk=cast.acme.pk).kept_bytes == kept


def test_versions_move_with_their_product(api: Api, image: ProductImage, cast: Cast):
    replace(api, 20, 30)

    move_counts(cast.product, cast.globex.pk)
    Product.objects.filter(pk=cast.product.pk).update(owner=cast.globex)

    assert list_miscounted() == []


def test_checksums_are_filled_in_for_versions(api: Api, image: ProductImage):
    replace(api, 20)

    assert fill_in_checksums() == (2, [])

    assert ImageVersion.objects.get().sha256 == hashlib.sha256(make_jpeg(10, 10)).hexdigest()


def test_checksum_of_what_is_replaced_meanwhile_is_not_given_to_the_new_file(
    api: Api, image: ProductImage, monkeypatch
):
    def replace_first():
        monkeypatch.undo()
        replace(api, 20)
        return take_turn()

    monkeypatch.setattr(checksums, "take_turn", replace_first)

    fill_in_checksums()

    new = hashlib.sha256(make_jpeg(20, 10)).hexdigest()
    assert ProductImage.objects.get().sha256 in (None, new)


def test_renditions_are_those_of_the_file(api: Api, image: ProductImage):
    before = Image.open(io.BytesIO(get_rendition(image, 320))).size
    replace(api, 20)

    after = Image.open(io.BytesIO(get_rendition(ProductImage.objects.get(), 320))).size
    version = Image.open(io.BytesIO(get_rendition(ImageVersion.objects.get(), 320))).size

    assert (before, after, version) == ((10, 10), (20, 10), (10, 10))


def test_damage_inside_is_that_of_the_file(api: Api, image: ProductImage):
    ProductImage.objects.update(is_undecodable=True)

    replace(api, 20)

    assert ProductImage.objects.get().is_undecodable is False
    assert ImageVersion.objects.get().is_undecodable is True


def test_rendition_of_a_version_that_went_meanwhile_is_not_kept(
    api: Api, image: ProductImage, monkeypatch
):
    replace(api, 20)
    ImageVersion.objects.update(replaced_at=timezone.now() - timedelta(days=400))

    def sweep_first():
        sweep_versions()
        return take_turn()

    monkeypatch.setattr(renditions, "take_turn", sweep_first)

    with pytest.raises(NotFound):
        get_rendition(ImageVersion.objects.get(), 96)

    assert len(list_media()) == 1
