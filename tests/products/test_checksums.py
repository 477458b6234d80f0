"""SHA-256 is filled in after the upload, of the bytes that were uploaded and no others."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command

from apps.products.models import ProductImage
from tests.conftest import Api
from tests.sample_images import make_jpeg, make_png


def test_pictures_get_their_sha256(api: Api, capsys):
    api.upload()
    api.upload(make_png())
    call_command("fill_in_checksums")

    assert capsys.readouterr().out == "filled in: 2\n"
    assert set(ProductImage.objects.values_list("image_format", "sha256")) == {
        ("JPEG", hashlib.sha256(make_jpeg()).hexdigest()),
        ("PNG", hashlib.sha256(make_png()).hexdigest()),
    }
    call_command("fill_in_checksums")
    assert capsys.readouterr().out == "filled in: 0\n"


def test_changed_object_gets_none_and_is_told(api: Api, capsys):
    api.upload()
    image = ProductImage.objects.get()
    Path(default_storage.path(image.object_name)).write_bytes(make_png())
    with pytest.raises(SystemExit) as end:
        call_command("fill_in_checksums")

    assert end.value.code == 1
    expected = f"not the bytes that were uploaded: {image.object_name}\n"
    assert capsys.readouterr().err == expected
    assert ProductImage.objects.get().sha256 is None


def test_object_that_is_gone_is_left_to_the_audit(api: Api, capsys):
    api.upload()
    api.upload(make_png())
    gone = ProductImage.objects.get(image_format="JPEG")
    default_storage.delete(gone.object_name)
    call_command("fill_in_checksums")

    assert capsys.readouterr().out == "filled in: 1\n"
    assert ProductImage.objects.get(image_format="JPEG").sha256 is None
