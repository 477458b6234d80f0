"""Renditions are made once, by a worker that may die, and go when their original goes."""

from __future__ import annotations

import io
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from PIL import Image

import apps
from apps.problems import ImageDamaged, ServiceUnavailable, StorageUnavailable
from apps.products.image_history import Actor
from apps.products.image_store import remove_image
from apps.products.models import ProductImage, UnclaimedObject
from apps.products.renditions import renditions, worker_run
from apps.products.renditions.renditions import get_rendition
from apps.products.storage.rendition_names import (
    RENDITION_SIZES,
    list_rendition_names,
)
from apps.products.sweeping import audit_objects, sweep_unclaimed_objects
from tests.assertions import assert_nothing_stored, list_media
from tests.conftest import Api, Cast
from tests.sample_images import (
    make_animated_webp,
    make_jpeg,
    make_png_chunk,
    make_png_of_chunks,
    make_svg,
)

ACTOR = Actor(user_id=None, credential="test", request_id="test")


def make_undecodable_png() -> bytes:
    """Return a PNG whose container is fine and whose pixels are none."""
    rubbish = make_png_chunk(b"IDAT", b"\x78\x9c" + b"rubbish" * 9)
    return make_png_of_chunks(rubbish, width=40, height=30, depth=8, colour_type=2)


def upload(api: Api, picture: bytes) -> ProductImage:
    answer = api.upload(picture)
    assert answer.status_code == 201, answer.text
    return ProductImage.objects.get(object_name=answer.json()["image_url"].split("/media/")[1])


@pytest.fixture
def image(api: Api) -> ProductImage:
    return upload(api, make_jpeg(400, 300))


def test_64_megapixels_in_jpeg_take_little_memory(api: Api, monkeypatch):
    file = io.BytesIO()
    Image.new("L", (8000, 8000), 99).save(file, "JPEG", quality=20)
    image = upload(api, file.getvalue())
    monkeypatch.setattr(worker_run, "MAX_MEMORY_BYTES", 160 * 1024 * 1024)

    shown = Image.open(io.BytesIO(get_rendition(image, 1280)))

    assert shown.size == (1280, 1280)
    assert all(abs(level - 99) <= 2 for level in shown.getpixel((640, 640)))


def test_renditions_are_made_once_for_all_sizes(image: ProductImage, caplog, settings):
    caplog.set_level("INFO", "apps.products.renditions.renditions")

    sizes = [Image.open(io.BytesIO(get_rendition(image, size))).size for size in RENDITION_SIZES]

    assert sizes == [(96, 72), (320, 240), (400, 300), (400, 300)]
    assert len(caplog.records) == 1
    names = {str(path.relative_to(settings.MEDIA_ROOT)) for path in list_media()}
    assert names == {image.object_name, *list_rendition_names(image.object_name)}


@pytest.mark.django_db(transaction=True)
def test_parallel_first_requests_render_once(image: ProductImage, caplog):
    caplog.set_level("INFO", "apps.products.renditions.renditions")

    def get(size: int) -> bytes:
        try:
            return get_rendition(image, size)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        webps = list(pool.map(get, RENDITION_SIZES * 4))

    assert len(set(webps)) == 3
    assert len(caplog.records) == 1


def test_rendition_that_power_loss_cut_is_made_anew(image: ProductImage, settings):
    whole = get_rendition(image, 96)
    path = settings.MEDIA_ROOT / list_rendition_names(image.object_name)[0]
    for rest in (b"", whole[:40]):
        path.write_bytes(rest)
        assert get_rendition(image, 96) == whole == path.read_bytes()


def test_undecodable_picture_is_marked_logged_and_can_be_removed(api: Api, cast: Cast, caplog):
    image = upload(api, make_undecodable_png())

    with pytest.raises(ImageDamaged, match="cannot be shown"):
        get_rendition(image, 96)

    image.refresh_from_db()
    assert image.is_undecodable is True
    [line] = [record.getMessage() for record in caplog.records if "decoded" in record.message]
    assert str(image.pk) in line
    caplog.clear()
    with pytest.raises(ImageDamaged):
        get_rendition(image, 96)
    assert caplog.records == []  # nobody tried again
    remove_image(cast.product, image.pk, ACTOR)
    assert_nothing_stored()


@pytest.mark.parametrize(
    ("code", "is_marked"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", False),
        ("os.kill(os.getpid(), signal.SIGTERM)", False),
        ("raise ImportError", False),
        ("time.sleep(60)", False),
        ("sys.stdout.write('RIFF')", False),
        ("os.kill(os.getpid(), signal.SIGSEGV)", True),
        ("resource.setrlimit(resource.RLIMIT_CPU, (0, 9))\nwhile True: pass", True),
    ],
)
def test_only_the_pictures_own_faults_mark_it(
    image: ProductImage, tmp_path, monkeypatch, code: str, is_marked: bool
):
    worker = tmp_path / "worker.py"
    worker.write_text(
        "import os, resource, signal, sys, time\n"
        "resource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n" + code
    )
    monkeypatch.setattr(worker_run, "WORKER", worker)
    monkeypatch.setattr(renditions, "MAX_WALL_SECONDS", 0.5 if "sleep" in code else 20)

    with pytest.raises(ImageDamaged if is_marked else ServiceUnavailable):
        get_rendition(image, 96)

    image.refresh_from_db()
    assert image.is_undecodable is is_marked
    if not is_marked:
        monkeypatch.undo()
        assert get_rendition(image, 96)


def test_memory_limit_ends_the_worker_alone(api: Api, monkeypatch):
    image = upload(api, make_animated_webp(2, 2000, 1500))
    monkeypatch.setattr(worker_run, "MAX_MEMORY_BYTES", 60 * 1024 * 1024)

    with pytest.raises(ImageDamaged):
        get_rendition(image, 96)


def test_storage_that_fails_marks_nothing(image: ProductImage, settings, tmp_path):
    settings.MEDIA_ROOT, kept = tmp_path / "media", settings.MEDIA_ROOT
    (tmp_path / "media").write_bytes(b"")

    with pytest.raises(StorageUnavailable):
        get_rendition(image, 96)

    settings.MEDIA_ROOT = kept
    image.refresh_from_db()
    assert image.is_undecodable is False


def test_more_requests_than_seats_are_told_to_come_back(image: ProductImage):
    with ExitStack() as others:
        with suppress(ServiceUnavailable):
            for number in range(1000):
                others.enter_context(renditions._seats.take(number))  # noqa: SLF001 (all are taken)
        with pytest.raises(ServiceUnavailable):
            get_rendition(image, 96)
    assert get_rendition(image, 96)


def test_one_organization_leaves_seats_for_the_others(image: ProductImage):
    seats = renditions._seats  # noqa: SLF001 (taken by one organization, as by its gallery)
    with ExitStack() as others:
        with suppress(ServiceUnavailable):
            for _ in range(1000):
                others.enter_context(seats.take("another"))
        assert get_rendition(image, 96)


def test_removed_image_takes_its_renditions_along(image: ProductImage, cast: Cast):
    get_rendition(image, 96)

    remove_image(cast.product, image.pk, ACTOR)

    assert_nothing_stored()


def test_removal_while_renditions_are_made_leaves_none(image: ProductImage, cast: Cast):
    # The worker has read the original when the row goes; the object goes with it.
    made = dict.fromkeys(RENDITION_SIZES, b"RIFF\0\0\0\0")
    shown = worker_run.Shown("", "", [*made.values()], {})
    remove_image(cast.product, image.pk, ACTOR)

    with pytest.raises(Exception, match="removed meanwhile"):
        renditions._store(image, made, shown)  # noqa: SLF001 (the moment between)

    assert_nothing_stored()


def test_sweep_removes_the_renditions_of_an_unclaimed_object(image: ProductImage):
    get_rendition(image, 96)
    ProductImage.objects.all().delete()
    UnclaimedObject.objects.create(object_name=image.object_name)

    assert sweep_unclaimed_objects(older_than_seconds=0) == 1
    assert_nothing_stored()


def test_audit_takes_renditions_for_what_they_are(image: ProductImage):
    get_rendition(image, 96)

    audit = audit_objects()

    assert not any((audit.rows_without_objects, audit.objects_without_rows))
    assert audit.outlived_by_renditions == []


def test_audit_leaves_outlived_renditions_to_the_sweep(image: ProductImage):
    get_rendition(image, 96)
    default_storage.delete(image.object_name)
    ProductImage.objects.all().delete()

    assert audit_objects().outlived_by_renditions == [image.object_name]
    assert audit_objects().outlived_by_renditions == []
    assert sweep_unclaimed_objects(older_than_seconds=0) == 1
    assert_nothing_stored()


def test_removed_svg_takes_its_renditions_along(api: Api, cast: Cast):
    image = upload(api, make_svg())
    get_rendition(image, 96)

    remove_image(cast.product, image.pk, ACTOR)

    assert_nothing_stored()


def test_nothing_but_the_worker_and_the_sample_data_imports_pillow():
    sources = (Path(apps.__path__[0]).parent / "apps").rglob("*.py")

    importing = {path.name for path in sources if re.search(r"(import|from) PIL", path.read_text())}

    assert importing == {
        *("pixel_measures.py", "render_worker.py"),
        *("sample_canvas.py", "sample_pictures.py"),
    }
