"""POST …/images: parts in the shapes that the clients of this world give them."""

from __future__ import annotations

import base64
import gzip

import pytest

from tests.assertions import assert_faults, assert_nothing_stored, assert_problem
from tests.conftest import Api
from tests.dashboard.api.test_upload_form import IMAGE, build_form
from tests.sample_images import make_jpeg

JPEG = make_jpeg()

# The slug of the file's name tells that it was understood.
FILES = {
    "no file name, a picture's type": ('name="image"\r\nContent-Type: image/jpeg', "image"),
    "no file name, any file's type": (
        'name="image"\r\nContent-Type: application/octet-stream', "image"
    ),
    "no file name, another picture's type": ('name="image"\r\nContent-Type: IMAGE/PNG', "image"),
    "name by RFC 8187 alone": ("name=image; filename*=UTF-8''D%C3%A9j%C3%A0%20vu.jpg", "deja-vu"),
    "name by RFC 8187 in quotes": ("""name="image"; filename*="utf-8''caf%C3%A9.jpg\"""", "cafe"),
    "name by RFC 8187 in Latin-1": ("name=image; filename*=iso-8859-1'de'K%E4se.jpg", "kase"),
    "name by RFC 8187 in unknown encoding": (
        """name="image"; filename="b.jpg"; filename*=x-none''c.jpg""", "b"
    ),
    "both names": ("""name="image"; filename="x.jpg"; filename*=UTF-8''y.jpg""", "y"),
    "name as .NET encodes it": (
        'name=image; filename="=?utf-8?B?RMOpasOgIHZ1LmpwZw==?="', "deja-vu"
    ),
    "name by RFC 2047 in Q": ('name="image"; filename="=?iso-8859-1?Q?K=E4se.jpg?="', "kase"),
    "name like an encoded word": ('name="image"; filename="=?utf-8?B?%%%?= b.jpg"', "b"),
    "name of the part as .NET encodes it": ('name="=?utf-8?B?aW1hZ2U=?="; filename="b.jpg"', "b"),
    "disposition on two lines": ('name="image";\r\n filename="b.jpg"', "b"),
    "bytes declared as they are": (
        'name="image"; filename="b.jpg"\r\nContent-Transfer-Encoding: Binary', "b"
    ),
    "wrong type of media": ('name="image"; filename="b.jpg"\r\nContent-Type: text/plain', "b"),
    "header of no meaning": ('name="image"; filename="b.jpg"\r\nMIME-Version: 1.0', "b"),
    "length of the part": (
        f'name="image"; filename="b.jpg"\r\nContent-Length: {len(JPEG)}', "b"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("head", "slug"), FILES.values(), ids=FILES)
def test_file_in_the_shape_of_some_client_is_taken(api: Api, head: str, slug: str):
    response = api.post(build_form((head, JPEG)))

    assert response.status_code == 201, response.text
    assert f"/{slug}-" in response.json()["image_url"]


TEXTS = {
    "declared UTF-8": ("text/plain; charset=utf-8", "Déjà".encode()),
    "Latin-1": ("text/plain; charset=iso-8859-1", b"D\xe9j\xe0"),
    "Latin-1 in quotes": ('text/plain; charset="ISO-8859-1"', b"D\xe9j\xe0"),
    "Windows's": ("text/plain;charset=windows-1252", b"D\xe9j\xe0"),
    "UTF-16 with its mark": ("text/plain; charset=UTF-16", "Déjà".encode("utf-16")),
    "UTF-8 with a mark": ("text/plain", b"\xef\xbb\xbfD\xc3\xa9j\xc3\xa0"),
    "JSON": ("application/json; charset=UTF-8", '"Déjà"'.encode()),
    "JSON that is none": ("application/json", "Déjà".encode()),
}


@pytest.mark.parametrize(("content_type", "text"), TEXTS.values(), ids=TEXTS)
def test_title_is_decoded_as_it_declares(api: Api, content_type: str, text: bytes):
    title = (f'name="title"\r\nContent-Type: {content_type}', text)

    response = api.post(build_form(IMAGE, title))

    assert response.status_code == 201, response.text
    assert response.json()["title"] == "Déjà"


def test_text_of_a_form_that_declares_its_charset_is_decoded(api: Api):
    body = build_form(IMAGE, ('name="title"', b"D\xe9j\xe0"), ('name="_charset_"', b"windows-1252"))

    assert api.post(body).json()["title"] == "Déjà"


def test_latin_1_is_windows_1252_as_browsers_take_it(api: Api):
    title = ('name="title"\r\nContent-Type: text/plain; charset=ISO-8859-1', b"5 \x80")

    assert api.post(build_form(IMAGE, title)).json()["title"] == "5 €"


PACKED = "Content-Transfer-Encoding: base64"
REFUSED = {
    "base64": (
        [(f'name="image"; filename="b.jpg"\r\n{PACKED}', base64.b64encode(JPEG))],
        "image",
        "The part 'image' is encoded as base64; send the bytes of the picture themselves",
    ),
    "quoted-printable": (
        [('name="image"; filename="b.jpg"\r\ncontent-transfer-encoding: Quoted-Printable', JPEG)],
        "image",
        "encoded as quoted-printable",
    ),
    "packed": (
        [('name="image"; filename="b.jpg"\r\nContent-Encoding: gzip', gzip.compress(JPEG))],
        "image",
        "encoded as gzip",
    ),
    "base64 of a title": (
        [IMAGE, (f'name="title"\r\n{PACKED}', b"RMOpasOg")],
        "title",
        "The part 'title' is encoded as base64; send the text itself",
    ),
    "form in the form": (
        [('name="image"\r\nContent-Type: multipart/mixed; boundary=y', b"--y\r\n\r\n--y--")],
        "image",
        "multipart/mixed",
    ),
    "text by its type": (
        [('name="image"\r\nContent-Type: text/plain; charset=utf-8', b"photo.jpg")],
        "image",
        "came as text",
    ),
    "JSON by its type": (
        [('name="image"\r\nContent-Type: application/json', b"{}")],
        "image",
        "came as text",
    ),
    "unknown charset": (
        [IMAGE, ('name="title"\r\nContent-Type: text/plain; charset=x-none', b"a")],
        "title",
        "in the encoding 'x-none', which is not known; send UTF-8",
    ),
    "codec of Python's own": (
        [IMAGE, ('name="title"\r\nContent-Type: text/plain; charset=unicode_escape', b"a")],
        "title",
        "'unicode_escape'",
    ),
    "charset of the form unknown": (
        [IMAGE, ('name="title"', b"a"), ('name="_charset_"', b"x-none")],
        "title",
        "'x-none'",
    ),
    "charset that does not fit": (
        [IMAGE, ('name="title"\r\nContent-Type: text/plain; charset=us-ascii', b"\xe9")],
        "title",
        "not us-ascii text",
    ),
    "a list": ([('name="image[]"; filename="b.jpg"', JPEG)], "image", "its name is 'image'"),
    "a member of a list": ([('name="images[0]"; filename="b.jpg"', JPEG)], "image", "'image'"),
    "in single quotes": ([("name='image'; filename='b.jpg'", JPEG)], "image", "'image'"),
    "file": ([('name="file"; filename="b.jpg"', JPEG)], "image", "'file' is not known"),
    "photo": ([('name="photo"; filename="b.jpg"', JPEG)], "image", "'photo' is not known"),
    "a second picture": (
        [IMAGE, ('name="picture"; filename="b.jpg"', JPEG)],
        "image",
        "'picture' is not known",
    ),
    "caption": ([IMAGE, ('name="caption"', b"a")], "title", "its name is 'title'"),
    "alt": ([IMAGE, ('name="alt"', b"a")], "title", "its name is 'title'"),
    "primary": ([IMAGE, ('name="primary"', b"1")], "is_primary", "its name is 'is_primary'"),
    "priority": ([IMAGE, ('name="priority"', b"1")], "priority", "'priority' is not taken"),
}


@pytest.mark.parametrize(("parts", "field", "message"), REFUSED.values(), ids=REFUSED)
def test_other_shape_is_refused_with_its_name(api: Api, parts: list, field: str, message: str):
    assert_faults(api.post(build_form(*parts)), **{field: message})
    assert_nothing_stored()


@pytest.mark.parametrize(
    "content_type",
    [
        'multipart/form-data; boundary="x"',
        "multipart/form-data;boundary=x",
        "multipart/form-data; charset=utf-8; boundary=x",
        "multipart/form-data; boundary=x; charset=utf-8",
    ],
)
def test_boundary_is_taken_as_clients_write_it(api: Api, content_type: str):
    assert api.post(build_form(IMAGE), content_type).status_code == 201


@pytest.mark.parametrize(
    "around", [b"a preamble\r\n%b", b"\r\n%b", b"%ban epilogue", b"%b\r\n\r\n"]
)
def test_what_stands_around_the_parts_is_passed_over(api: Api, around: bytes):
    assert api.post(around % build_form(IMAGE)).status_code == 201


MALFORMED = {
    "LF alone": (build_form(IMAGE).replace(b"\r\n", b"\n"), "CR LF, not in LF alone"),
    "no disposition": (
        b"--x\r\nContent-Type: image/jpeg\r\n\r\na\r\n--x--\r\n",
        'begins with Content-Disposition: form-data; name="..."',
    ),
    "disposition of mail": (
        b'--x\r\nContent-Disposition: attachment; name="image"\r\n\r\na\r\n--x--\r\n',
        "begins with Content-Disposition: form-data",
    ),
    "another boundary": (
        build_form(IMAGE).replace(b"--x", b"--xy"),
        "must be the one that Content-Type declares",
    ),
}


@pytest.mark.parametrize(("body", "remedy"), MALFORMED.values(), ids=MALFORMED)
def test_malformed_form_is_told_the_remedy(api: Api, body: bytes, remedy: str):
    assert remedy in assert_problem(api.post(body), "bad_request")["detail"]
    assert_nothing_stored()


@pytest.mark.parametrize("encoding", ["gzip", "br", "GZIP, identity"])
def test_packed_body_is_refused_by_name(api: Api, encoding: str):
    response = api.post(gzip.compress(build_form(IMAGE)), **{"Content-Encoding": encoding})

    problem = assert_problem(response, "unsupported_media_type")
    assert f"packed as {encoding.lower()} (Content-Encoding)" in problem["detail"]
    assert response.headers["Accept-Encoding"] == "identity"
    assert_nothing_stored()


def test_body_that_is_declared_as_it_is_will_do(api: Api):
    assert api.post(build_form(IMAGE), **{"Content-Encoding": "identity"}).status_code == 201
