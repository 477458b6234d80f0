"""What an uploaded picture tells of itself at once, and what it tells once it is measured."""

from __future__ import annotations

from django.utils import timezone

from apps.products.models import ProductImage
from apps.products.readiness.measures import Measures
from tests.conftest import Api
from tests.sample_images import make_exif_with_position, make_jpeg


def test_upload_tells_what_its_bytes_do(api: Api):
    picture = make_jpeg(mode="CMYK", exif=make_exif_with_position())
    api.upload(picture)

    image = ProductImage.objects.get()
    assert image.measures == Measures(
        image_format="JPEG",
        byte_size=len(picture),
        width=64,
        height=48,
        frame_count=1,
        bits_per_sample=8,
        color_model="cmyk",
        has_alpha=False,
        color_profile="none",
        has_position=True,
    )
    assert image.measure_due_at == image.created


def test_picture_that_was_given_up_is_unmeasurable(api: Api):
    api.upload()
    image = ProductImage.objects.get()

    assert image.measures.is_unmeasurable is False
    image.measured_at = timezone.now()
    assert image.measures.is_unmeasurable is True
    image.is_blank = False
    assert image.measures.is_unmeasurable is False
    image.is_undecodable = True
    assert image.measures.is_unmeasurable is True
