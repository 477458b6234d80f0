"""POST …/images: the form, in all the ways that clients get it wrong."""

from __future__ import annotations

import pytest

from apps.products.models import ProductImage
from tests.assertions import assert_faults, assert_nothing_stored, assert_problem
from tests.conftest import Api
from tests.sample_images import make_jpeg, make_long_jpeg

MEBIBYTE = 1024 * 1024


def build_form(*parts: tuple[str, bytes], closing: bytes = b"--x--\r\n") -> bytes:
    """A form of (Content-Disposition's options, value) with the boundary ``x``."""
    head = "--x\r\nContent-Disposition: form-data; {}\r\n\r\n"
    body = b"".join(head.format(options).encode() + value + b"\r\n" for options, value in parts)
    return body + closing


IMAGE = ('name="image"; filename="a.jpg"', make_jpeg())


def test_form_of_hand_is_accepted(api: Api):
    body = build_form(IMAGE, ('name="title"', "Déjà vu".encode()), ('name="is_primary"', b"1"))

    answer = api.post(body).json()

    assert (answer["title"], answer["is_primary"]) == ("Déjà vu", True)


@pytest.mark.parametrize(
    ("parts", "field", "message"),
    [
        ([], "image", "no part 'image'"),
        ([('name="x"; filename="a.jpg"', b"x")], "image", "no part 'image'"),
        ([('name="image"', b"hello")], "image", "came as text"),
        ([('name="image"; filename=""', b"")], "image", "empty"),
        ([IMAGE, IMAGE], "image", "more than one part 'image'"),
        ([('name="Image"; filename="a.jpg"', b"x")], "image", "its name is 'image'"),
        ([IMAGE, ('name="title"; filename="t.txt"', b"x")], "title", "came as a file"),
        ([IMAGE, ('name="title"', b"a"), ('name="title"', b"b")], "title", "more than one"),
        ([IMAGE, ('name="title"', b"caf\xe9")], "title", "not UTF-8"),
        ([IMAGE, ('name="title"', b"x" * 5000)], "title", "4096 bytes"),
        ([IMAGE, ('name="Title"', b"x")], "title", "its name is 'title'"),
        ([IMAGE, ('name="isPrimary"', b"1")], "is_primary", "its name is 'is_primary'"),
        ([IMAGE, ('name="is-primary"', b"1")], "is_primary", "its name is 'is_primary'"),
        ([IMAGE, ('name="is_primary"; filename="p"', b"1")], "is_primary", "came as a file"),
        ([IMAGE, ('name="is_primary"', b"1"), ('name="is_primary"', b"1")], "is_primary", "more"),
        ([IMAGE, ('name="is_primary"', b"\xff")], "is_primary", "not UTF-8"),
    ],
)  # fmt: skip
def test_misplaced_part_is_named(api: Api, parts: list, field: str, message: str):
    assert_faults(api.post(build_form(*parts)), **{field: message})
    assert_nothing_stored()


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Déjà vu.jpg".encode(), "deja-vu"),
        (b"K\xe4se.jpg", "kse"),
        (b"\xff\xfe.jpg", "image"),
        (b"a\xa0.jpg", "a"),
    ],
)
def test_name_of_any_bytes_will_do(api: Api, name: bytes, slug: str):
    body = build_form(IMAGE).replace(b"a.jpg", name)

    assert f"/{slug}-" in api.post(body).json()["image_url"]


def test_media_type_may_be_written_in_capitals(api: Api):
    assert api.post(build_form(IMAGE), "Multipart/FORM-data; Boundary=x").status_code == 201


def test_unknown_parts_are_ignored(api: Api):
    body = build_form(
        ('name="csrfmiddlewaretoken"', b"abc"), IMAGE, ('name="other"; filename="b"', b"x" * 99_999)
    )

    assert api.post(body).status_code == 201


@pytest.mark.parametrize("closing", [b"", b"--x", b"--x-", b"--y--\r\n"])
def test_form_without_closing_boundary_is_refused(api: Api, closing: bytes):
    body = build_form(IMAGE, closing=closing)

    problem = assert_problem(api.post(body), "bad_request")

    assert f"{len(body)} bytes came of {len(body)} declared" in problem["detail"]
    assert_nothing_stored()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"no form at all", "multipart/form-data; boundary=x"),
        (build_form(IMAGE), "multipart/form-data"),
        (build_form(IMAGE), "multipart/form-data; boundary="),
        (b"", "multipart/form-data; boundary=x"),
        (b"--x\r\nContent-Disposition: attachment\r\n\r\na\r\n--x--\r\n", "multipart/form-data; boundary=x"),
        (b"--x\r\n" + b"a" * 9000 + b"\r\n--x--\r\n", "multipart/form-data; boundary=x"),
        (build_form(*[('name="a"', b"")] * 101), "multipart/form-data; boundary=x"),
    ],
)  # fmt: skip
def test_malformed_form_is_refused(api: Api, body: bytes, content_type: str):
    assert_problem(api.post(body, content_type), "bad_request")
    assert_nothing_stored()


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/x-www-form-urlencoded", "image/jpeg", "multipart/mixed; boundary=x", ""],
)  # fmt: skip
def test_other_media_type_is_unsupported(api: Api, content_type: str):
    problem = assert_problem(api.post(b"{}", content_type), "unsupported_media_type")

    assert "multipart/form-data" in problem["detail"]
    assert_nothing_stored()


@pytest.mark.parametrize("size", [1, 7, 100, 4096, 65_535, 65_536, 65_537])
def test_chunked_body_of_any_chunk_size_is_accepted(api: Api, size: int):
    body = build_form(IMAGE)
    chunks = (body[at : at + size] for at in range(0, len(body), size))

    assert api.post(chunks).status_code == 201


def test_image_of_exactly_20_mib_is_accepted(api: Api):
    assert api.upload(make_long_jpeg(20 * MEBIBYTE)).status_code == 201
    assert ProductImage.objects.get().byte_size == 20_971_520


def test_image_of_one_byte_more_than_20_mib_is_too_large(api: Api):
    problem = assert_problem(api.upload(make_long_jpeg(20 * MEBIBYTE + 1)), "payload_too_large")

    assert problem["limit"] == 20_971_520
    assert problem["actual"] > 20_971_520
    assert_nothing_stored()


def test_declared_length_beyond_the_limit_is_refused_unread(api: Api):
    response = api.post(b"", **{"Content-Length": "21037057"})

    problem = assert_problem(response, "payload_too_large")
    assert (problem["limit"], problem["actual"]) == (21_037_056, 21_037_057)


def test_chunked_body_beyond_the_limit_is_cut_off(api: Api):
    filler = ('name="other"; filename="b"', bytes(21 * MEBIBYTE))
    body = build_form(filler, IMAGE)

    problem = assert_problem(api.post(iter([body])), "payload_too_large")
    assert problem["limit"] == 21_037_056
    assert_nothing_stored()


def test_refused_picture_does_not_hide_that_the_form_is_cut(api: Api):
    body = build_form(('name="image"; filename="a.jpg"', b"%PDF-1.7"), closing=b"")

    assert_problem(api.post(body), "bad_request")
