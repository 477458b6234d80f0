"""Idempotency-Key: the same upload again gets the first answer again."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from apps.products.models import ProductImage, UploadClaim
from apps.products.upload_claims import sweep_upload_claims
from tests.assertions import assert_faults, assert_problem
from tests.conftest import Api, Cast
from tests.dashboard.api.test_upload_form import build_form
from tests.sample_images import make_jpeg, make_png


@pytest.fixture
def keyed(api: Api) -> Api:
    api.headers["Idempotency-Key"] = "order-66"
    return api


def test_same_upload_again_gets_the_first_answer(keyed: Api):
    first = keyed.upload(title="Front", is_primary="true")
    again = keyed.upload(title="Front", is_primary="true")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert ProductImage.objects.count() == 1


def claim_as_before(keyed: Api, picture: bytes, title: str) -> None:
    """Rewrite the claim's fingerprint to what a release without BLAKE3 wrote."""
    told = [keyed.path, hashlib.sha256(picture).hexdigest(), title, False]
    fingerprint = hashlib.sha256(json.dumps(told).encode()).hexdigest()
    assert UploadClaim.objects.update(fingerprint=fingerprint) == 1


def test_claim_from_before_the_upgrade_is_known_again(keyed: Api):
    first = keyed.upload(title="Front")
    claim_as_before(keyed, make_jpeg(), "Front")
    again = keyed.upload(title="Front")

    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.content == first.content
    assert ProductImage.objects.count() == 1


@pytest.mark.parametrize("other", [{"title": "Back"}, {"title": "Front", "image": make_png()}])
def test_claim_from_before_the_upgrade_refuses_other_uploads(keyed: Api, other: dict):
    keyed.upload(title="Front")
    claim_as_before(keyed, make_jpeg(), "Front")

    assert_faults(keyed.upload(**other), **{"Idempotency-Key": "another request"})
    assert ProductImage.objects.count() == 1


def test_first_answer_is_given_even_when_the_image_has_changed(keyed: Api):
    first = keyed.upload()
    ProductImage.objects.update(title="Changed")

    assert keyed.upload().content == first.content


def test_quoted_key_is_the_same_as_bare(keyed: Api):
    keyed.upload()
    keyed.headers["Idempotency-Key"] = '"order-66"'

    assert keyed.upload().headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize(
    "other", [{"title": "Back"}, {"is_primary": "true"}, {"image": make_png()}]
)
def test_other_upload_with_the_same_key_is_refused(keyed: Api, other: dict):
    keyed.upload()

    assert_faults(keyed.upload(**other), **{"Idempotency-Key": "another request"})
    assert ProductImage.objects.count() == 1


def test_other_product_with_the_same_key_is_refused(keyed: Api, cast: Cast):
    cast.acme.products.create(gtin="04006381333931", name="Tea")
    keyed.upload()

    other = keyed.upload(path=keyed.path.replace("00012345678905", "04006381333931"))

    assert_faults(other, **{"Idempotency-Key": "another request"})


def test_callers_do_not_share_keys(keyed: Api, cast: Cast):
    keyed.upload()
    headers = {**keyed.headers, "X-API-Key": cast.issue(cast.olga)}

    response = dataclasses.replace(keyed, headers=headers).upload()

    assert "Idempotent-Replayed" not in response.headers
    assert ProductImage.objects.count() == 2


def test_refused_upload_does_not_use_the_key_up(keyed: Api):
    assert keyed.upload(b"no picture").status_code == 422
    assert keyed.post(build_form(closing=b"")).status_code == 400

    assert keyed.upload().status_code == 201


def test_failed_storage_does_not_use_the_key_up(keyed: Api, settings, tmp_path):
    media_root = settings.MEDIA_ROOT
    settings.MEDIA_ROOT = tmp_path / "blocked"
    settings.MEDIA_ROOT.write_bytes(b"")
    assert_problem(keyed.upload(), "service_unavailable")

    settings.MEDIA_ROOT = media_root
    assert keyed.upload().status_code == 201


def test_running_first_try_is_a_conflict_for_at_most_a_minute(keyed: Api):
    keyed.upload()
    ProductImage.objects.all().delete()
    UploadClaim.objects.update(answer=None)  # as a crash leaves it

    running = keyed.upload()
    problem = assert_problem(running, "conflict")
    assert problem["retryable"] is True
    assert 1 <= int(running.headers["Retry-After"]) <= 60

    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        assert keyed.upload().status_code == 201
    assert ProductImage.objects.count() == 1


def test_key_is_forgotten_after_a_day(keyed: Api):
    keyed.upload()

    with time_machine.travel(timezone.now() + timedelta(hours=24, seconds=1)):
        response = keyed.upload(title="Another")

    assert response.status_code == 201
    assert "Idempotent-Replayed" not in response.headers


def test_old_claims_are_swept(keyed: Api):
    keyed.upload()
    assert sweep_upload_claims() == 0

    with time_machine.travel(timezone.now() + timedelta(hours=24, seconds=1)):
        assert sweep_upload_claims() == 1


@pytest.mark.parametrize("key", ["", '""', "x" * 256, "two words", '"open', "tab\there"])
def test_malformed_key_is_refused_unread(api: Api, service_here, key: str):
    response = api.post(
        build_form(('name="image"; filename="a"', make_jpeg())), **{"Idempotency-Key": key}
    )

    assert_faults(response, **{"Idempotency-Key": "1 to 255"})
    assert service_here.bytes_read_before_answer == 0


def test_key_of_255_characters_is_taken(api: Api):
    api.headers["Idempotency-Key"] = "k" * 255

    assert api.upload().status_code == 201
