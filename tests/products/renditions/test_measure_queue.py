"""What waits to be measured is measured, once, in turns, and never stands in the way for ever."""

from __future__ import annotations

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from apps.organizations.models import Organization
from apps.problems import ImageRefused, NotFound, ServiceUnavailable, StorageUnavailable
from apps.products.incoming_image import IncomingImage
from apps.products.measured_picture import TRAITS
from apps.products.models import Product, ProductImage
from apps.products.readiness.measures import Measures
from apps.products.renditions import measure_queue, renditions, worker_run
from apps.products.renditions.measure_queue import (
    MAX_ATTEMPTS,
    TURNS,
    list_round,
    measure_waiting,
    watch_queue,
    work_image,
    work_round,
)
from apps.products.renditions.renditions import get_rendition, measure_incoming
from apps.products.storage.rendition_names import list_rendition_names
from tests.assertions import assert_nothing_stored, list_media
from tests.conftest import Api, Cast
from tests.products.renditions.test_renditions import make_undecodable_png, upload
from tests.sample_images import make_exif_with_position, make_jpeg, make_png, make_svg


@pytest.fixture
def image(api: Api) -> ProductImage:
    return upload(api, make_jpeg(400, 300))


def make_due() -> None:
    ProductImage.objects.filter(measure_due_at__isnull=False).update(measure_due_at=timezone.now())


def replace_worker(monkeypatch: pytest.MonkeyPatch, folder: Path, code: str) -> None:
    worker = folder / "worker.py"
    worker.write_text(f"import os, signal, sys, time\n{code}\n")
    monkeypatch.setattr(worker_run, "WORKER", worker)


def test_uploaded_picture_is_measured_and_has_its_renditions(image: ProductImage, settings):
    assert measure_waiting().images == 1

    assert work_round() == 1

    image.refresh_from_db()
    assert image.measures == Measures(
        image_format="JPEG",
        byte_size=image.byte_size,
        width=400,
        height=300,
        frame_count=1,
        bits_per_sample=8,
        color_model="rgb",
        has_alpha=False,
        color_profile="none",
        has_position=False,
        white_border_share=0,
        near_white_border_share=0,
        has_transparent_border=False,
        content_side_share=1,
        content_area_share=1,
        is_blank=False,
    )
    assert image.sha256 == hashlib.sha256(make_jpeg(400, 300)).hexdigest()
    names = {str(path.relative_to(settings.MEDIA_ROOT)) for path in list_media()}
    assert names == {image.object_name, *list_rendition_names(image.object_name)}
    assert (image.measure_due_at, image.is_undecodable) == (None, False)
    assert (work_round(), measure_waiting().images, measure_waiting().seconds) == (0, 0, 0)


def test_whoever_opens_the_page_first_has_it_measured(image: ProductImage):
    get_rendition(image, 96)

    image.refresh_from_db()
    assert (image.is_blank, image.measure_due_at) == (False, None)
    assert image.sha256 is not None
    assert work_round() == 0


def test_renditions_that_are_there_are_not_made_again(image: ProductImage, settings):
    get_rendition(image, 96)
    ProductImage.objects.update(measured_at=None, is_blank=None, measure_due_at=timezone.now())
    before = {path: path.stat().st_mtime_ns for path in list_media()}

    assert work_round() == 1

    assert ProductImage.objects.get().is_blank is False
    assert {path: path.stat().st_mtime_ns for path in list_media()} == before


def test_svg_is_measured_from_its_drawing(api: Api):
    upload(api, make_svg(640, 480))

    work_round()

    image = ProductImage.objects.get()
    assert (image.is_blank, image.has_transparent_border) == (True, False)


def test_undecodable_picture_is_unmeasurable_at_once(api: Api):
    upload(api, make_undecodable_png())

    work_round()

    image = ProductImage.objects.get()
    assert (image.measures.is_unmeasurable, image.is_undecodable) == (True, True)
    assert image.measure_due_at is None


def test_picture_that_kills_its_worker_is_given_up_after_some_tries(
    image: ProductImage, tmp_path, monkeypatch
):
    replace_worker(monkeypatch, tmp_path, "os.kill(os.getpid(), signal.SIGKILL)")
    waits = []
    for _ in range(MAX_ATTEMPTS):
        make_due()
        before = timezone.now()
        assert work_round() == 1
        assert work_round() == 0  # it waits
        image.refresh_from_db()
        waits.append(round((image.measure_due_at - before) / timedelta(minutes=1)))
    assert image.measures.is_unmeasurable is False

    make_due()
    work_round()

    image.refresh_from_db()
    assert waits == [2, 4, 8, 16, 32]
    assert (image.measures.is_unmeasurable, image.is_undecodable) == (True, False)
    assert image.measure_due_at is None


def test_service_that_dies_meanwhile_leaves_it_to_the_next(image: ProductImage):
    assert measure_queue._take(image.pk) is not None  # noqa: SLF001 (the moment between)
    assert work_round() == 0

    make_due()

    assert work_round() == 1
    assert ProductImage.objects.get().is_blank is False


@pytest.mark.parametrize("code", ["time.sleep(60)", "raise SystemExit(1)"])
def test_only_what_is_the_machines_fault_is_not_counted(
    image: ProductImage, tmp_path, monkeypatch, code: str
):
    replace_worker(monkeypatch, tmp_path, code)
    monkeypatch.setattr(renditions, "MAX_UNATTENDED_SECONDS", 0.5 if "sleep" in code else 20)

    if "sleep" in code:
        with pytest.raises(ServiceUnavailable):
            work_round()
    else:
        work_round()

    image.refresh_from_db()
    assert image.measure_attempts == (0 if "sleep" in code else 1)
    assert image.measure_due_at > timezone.now()
    assert image.measured_at is None


def test_outage_of_the_storage_is_waited_out(image: ProductImage, settings, tmp_path):
    settings.MEDIA_ROOT, kept = tmp_path / "media", settings.MEDIA_ROOT
    (tmp_path / "media").write_bytes(b"")

    with pytest.raises(StorageUnavailable):
        work_round()

    settings.MEDIA_ROOT = kept
    image.refresh_from_db()
    assert (image.measure_attempts, image.measured_at) == (0, None)
    make_due()
    assert work_round() == 1
    assert ProductImage.objects.get().is_blank is False


def test_object_that_is_gone_is_given_up_in_the_end(image: ProductImage):
    default_storage.delete(image.object_name)
    for _ in range(MAX_ATTEMPTS + 1):
        make_due()
        work_round()

    assert ProductImage.objects.get().measures.is_unmeasurable is True


def test_object_that_was_changed_gets_no_checksum(image: ProductImage):
    Path(default_storage.path(image.object_name)).write_bytes(make_jpeg(300, 400))

    work_round()

    image.refresh_from_db()
    assert (image.sha256, image.is_blank) == (None, False)


def test_another_file_in_its_place_gets_nothing_of_the_one_before(image: ProductImage):
    row = ProductImage.objects.get()
    ProductImage.objects.update(object_name="products/00012345678905/another.jpg")

    with pytest.raises(NotFound, match="removed meanwhile"):
        renditions.measure_image(row)

    image.refresh_from_db()
    assert (image.is_blank, image.sha256, image.measured_at) == (None, None, None)


def test_organizations_take_turns(api: Api, cast: Cast):
    other = Product.objects.create(
        gtin="00000000000017", name="Other", owner=Organization.objects.create(name="Another")
    )
    mine = [upload(api, make_png()).pk for _ in range(TURNS + 2)]
    theirs = upload(api, make_png())
    ProductImage.objects.filter(pk=theirs.pk).update(product=other)

    turns = list_round()

    assert turns == [mine[0], theirs.pk, *mine[1:TURNS]]


@pytest.mark.django_db(transaction=True)
def test_two_servers_never_take_the_same(image: ProductImage):
    def work(_: int) -> bool | None:
        try:
            return work_image(image.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(work, range(4)))

    assert sorted(done, key=str) == [None, None, None, True]


def test_command_measures_what_was_there_before(api: Api, capsys):
    upload(api, make_jpeg(exif=make_exif_with_position()))
    upload(api, make_undecodable_png())
    traits = dict.fromkeys(TRAITS)
    ProductImage.objects.update(measure_due_at=None, frame_count=None, **traits)
    assert work_round() == 0

    call_command("measure_images")

    assert capsys.readouterr().out == "measured: 1, not measured: 1\n"
    jpeg = ProductImage.objects.get(image_format="JPEG")
    assert (jpeg.has_position, jpeg.color_model, jpeg.frame_count) == (True, "rgb", 1)
    assert (jpeg.is_blank, jpeg.sha256 is None) == (False, False)
    png = ProductImage.objects.get(image_format="PNG")
    assert (png.bits_per_sample, png.measures.is_unmeasurable) == (8, True)
    call_command("measure_images")
    assert capsys.readouterr().out == "measured: 0, not measured: 0\n"


def test_command_leaves_alone_what_another_is_at(image: ProductImage, capsys):
    measure_queue._take(image.pk)  # noqa: SLF001 (as a server that is at it)

    call_command("measure_images")

    assert capsys.readouterr().out == "measured: 0, not measured: 0\n"


def receive(picture: bytes) -> IncomingImage:
    incoming = IncomingImage()
    incoming.receive(picture)
    return incoming


def test_picture_that_is_tried_is_measured_and_nothing_is_kept(cast: Cast):
    with receive(make_jpeg(400, 300, exif=make_exif_with_position())) as incoming:
        measures = measure_incoming(incoming, cast.product.owner_id)

    assert (measures.width, measures.has_position, measures.is_blank) == (400, True, False)
    assert (measures.content_side_share, measures.is_unmeasurable) == (1, False)
    assert_nothing_stored()


def test_picture_that_is_tried_may_be_undecodable(cast: Cast):
    with receive(make_undecodable_png()) as incoming:
        measures = measure_incoming(incoming, cast.product.owner_id)

    assert (measures.is_unmeasurable, measures.is_blank, measures.width) == (True, None, 40)


def test_picture_that_is_tried_is_refused_as_an_upload_is(cast: Cast):
    with receive(b"no picture, but a text of some length") as incoming, pytest.raises(ImageRefused):
        measure_incoming(incoming, cast.product.owner_id)


def test_trial_that_takes_too_long_is_told_to_come_back(cast: Cast, tmp_path, monkeypatch):
    replace_worker(monkeypatch, tmp_path, "time.sleep(60)")
    monkeypatch.setattr(renditions, "MAX_TRIAL_SECONDS", 0.5)

    with receive(make_png()) as incoming, pytest.raises(ServiceUnavailable):
        measure_incoming(incoming, cast.product.owner_id)


@pytest.mark.parametrize("is_on", [True, False])
def test_commands_and_servers_that_are_told_not_to_work_no_queue(settings, is_on: bool):
    settings.MEASURE_IMAGES = is_on

    watch_queue()

    assert [each.name for each in threading.enumerate() if each.name == "measure-queue"] == []


@pytest.mark.parametrize(
    "told",
    [
        "no checksums",
        "0' * 64 + ' ' + '0' * 64 + '\\n{}",
        "0' * 64 + ' ' + '0' * 64 + '\\n{\"title\": \"taken over\"}",
    ],
)
def test_worker_that_was_taken_over_writes_no_columns(
    image: ProductImage, tmp_path, monkeypatch, told: str
):
    replace_worker(monkeypatch, tmp_path, f"sys.stdout.write('{told}')")

    work_round()

    image.refresh_from_db()
    assert (image.title, image.sha256, image.measured_at) == ("", None, None)
