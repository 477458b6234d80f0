"""Requests as people get them wrong: each is told, in words that lead to the mend by themselves."""

from __future__ import annotations

import base64
import re
from typing import Any

import httpx
import pytest

from apps.dashboard.api.identifiers import encode_id
from apps.products.models import ProductImage
from tests.assertions import assert_nothing_stored, assert_problem
from tests.conftest import GTIN, Api, Cast
from tests.dashboard.api.test_upload_form import IMAGE, build_form
from tests.sample_images import make_jpeg

API = "/dashboard/api/v1"
FORMS = "an id is 22 characters, as keATfB8VP2gSjcnTbsMNQL, or a UUID with its dashes. The dashboard shows the organization's id above its products, and copies it."
NOWHERE = "There is nothing at this address"

# A method, where ORG and IMG are ids that are there; an address; what is told.
WRONG_ADDRESSES = [
    ("POST", "/trade-items/ORG/00012345678905/images/", "not_found", f"{NOWHERE}, but there is without the slash at its end: {API}/trade-items/ORG/00012345678905/images"),
    ("GET", "/trade-items/ORG/00012345678905/images/IMG/", "not_found", f"{NOWHERE}, but there is without the slash at its end: {API}/trade-items/ORG/00012345678905/images/IMG"),
    ("GET", "/trade-items/csb_secret/secret/images/", "not_found", f"{NOWHERE}, but there is without the slash at its end: {API}/trade-items/ORGANIZATION_ID/GTIN/images"),
    ("POST", "//trade-items/ORG/00012345678905//images", "not_found", f"{NOWHERE}; is {API}/trade-items/ORG/00012345678905/images meant?"),
    ("POST", "/trade-items/ORG/00012345678905/image", "not_found", f"{NOWHERE}; is {API}/trade-items/ORG/00012345678905/images meant?"),
    ("POST", "/trade-items/ORG/00012345678905", "not_found", f"{NOWHERE}; is {API}/trade-items/ORG/00012345678905/images meant?"),
    ("POST", "/trade-items/ORG/00012345678905/upload", "not_found", f"{NOWHERE}; is {API}/trade-items/ORG/00012345678905/images meant?"),
    ("POST", "/products/ORG/00012345678905/images", "not_found", f"{NOWHERE}; is {API}/trade-items/ORG/00012345678905/images meant?"),
    ("POST", "/Trade_Items/ORG/00012345678905/Images", "not_found", f"{NOWHERE}; is {API}/trade-items/ORG/00012345678905/images meant?"),
    ("POST", "/NO_VERSION/trade-items/ORG/00012345678905/images", "not_found", f"{NOWHERE}; is {API}/trade-items/ORG/00012345678905/images meant?"),
    ("GET", "/trade-items/ORG/00012345678905/history", "not_found", f"{NOWHERE}; is {API}/trade-items/ORG/00012345678905/image-history meant?"),
    ("GET", "/uploads", "not_found", f"{NOWHERE}; {API}/docs lists all that there are."),
    ("GET", f"{'/' * 65_000}x", "not_found", f"{NOWHERE}; {API}/docs lists all that there are."),
    ("PUT", "/trade-items/ORG/00012345678905/images", "method_not_allowed", f"This address takes GET, HEAD, OPTIONS and POST, not PUT. Upload with POST; change one with PATCH at {API}/trade-items/ORG/00012345678905/images/IMAGE_ID."),
    ("DELETE", "/trade-items/ORG/00012345678905/images", "method_not_allowed", f"This address takes GET, HEAD, OPTIONS and POST, not DELETE. Delete one with DELETE at {API}/trade-items/ORG/00012345678905/images/IMAGE_ID."),
    ("PUT", "/trade-items/ORG/00012345678905/images/IMG", "method_not_allowed", f"This address takes DELETE, GET, HEAD, OPTIONS and PATCH, not PUT. Change this one with PATCH, its file with PUT at {API}/trade-items/ORG/00012345678905/images/IMG/file; upload a new one to {API}/trade-items/ORG/00012345678905/images."),
    ("BREW", "/trade-items/ORG/00012345678905/images", "method_not_allowed", "This address takes GET, HEAD, OPTIONS and POST, not what was sent."),
    ("POST", "/trade-items/Acme Corp/00012345678905/images", "validation_error", f"organization_id: This has 9 characters and is no id, perhaps a name; {FORMS}"),
    ("POST", "/trade-items/ORGANIZATION_ID/00012345678905/images", "validation_error", f"organization_id: This is a placeholder; put an id there: {FORMS}"),
    ("POST", "/trade-items/$ORG/00012345678905/images", "validation_error", f"organization_id: This is a placeholder; put an id there: {FORMS}"),
    ("POST", "/trade-items/0eATfB8VP2gSjcnTbsMNQL/00012345678905/images", "validation_error", f"organization_id: This has one of 0, 1, I, O and l, which no id has; was it typed? {FORMS}"),
    ("POST", "/trade-items/6e9c1a5e7a434a399a435f1a52f3b6f1/00012345678905/images", "validation_error", f"organization_id: This is a UUID without its dashes; {FORMS}"),
    ("POST", "/trade-items/ORG/1.23457E+12/images", "validation_error", "A GTIN has 8 to 14 digits 0-9; '1.23457E+12' is none. A spreadsheet has shortened the number: format its column as text, and enter the digits again."),
    ("POST", "/trade-items/ORG/12345678905.0/images", "validation_error", "A GTIN has 8 to 14 digits 0-9; '12345678905.0' is none. A spreadsheet has shortened the number: format its column as text, and enter the digits again."),
    ("POST", "/trade-items/ORG/0001-2345-678905/images", "validation_error", "A GTIN has 8 to 14 digits 0-9; '0001-2345-678905' is none. Leave out what stands between the digits."),
    ("POST", "/trade-items/ORG/1234567/images", "validation_error", "A GTIN has 8 to 14 digits 0-9; '1234567' is none. It has 7 digits."),
    ("POST", "/trade-items/ORG/1234567890123456/images", "validation_error", "A GTIN has 8 to 14 digits 0-9; '1234567890123456' is none. It has 16 digits."),
    ("POST", "/trade-items/ORG/١٢٣٤٥٦٧٨/images", "validation_error", "A GTIN has 8 to 14 digits 0-9; 8 characters are none. Its digits are not 0-9."),
    ("POST", "/trade-items/ORG/coffee-front-label/images", "validation_error", "A GTIN has 8 to 14 digits 0-9; 18 characters are none."),
    ("POST", "/trade-items/ORG/x/images", "validation_error", "A GTIN has 8 to 14 digits 0-9; 1 character is none."),
    ("POST", "/trade-items/ORG/12345678901/images", "not_found", "No product with GTIN 00012345678901 was found in an organization of yours with this id. The check digit of 00012345678901 should be 5."),
    ("GET", "/trade-items/ORG/00012345678905/images?limit=50", "validation_error", "limit is not known; its name is page_size, as in ?page=1&page_size=25."),
    ("GET", "/trade-items/ORG/00012345678905/images?offset=50", "validation_error", "offset is not known; its name is page, as in ?page=1&page_size=25."),
    ("GET", "/trade-items/ORG/00012345678905/images?page=two", "validation_error", "page is the text 'two'; it takes a whole number from 1, as in page=2."),
    ("GET", "/trade-items/ORG/00012345678905/images?page=0", "validation_error", "page is 0; at least 1 is taken."),
    ("GET", "/trade-items/ORG/00012345678905/images?page_size=500", "validation_error", "page_size is 500; at most 100 is taken."),
    ("GET", "/trade-items/ORG/00012345678905/images?details=maybe", "validation_error", "details is the text 'maybe'; it takes true or false, as in details=true."),
    ("GET", "/trade-items/ORG/00012345678905/images/1", "not_found", "No image of that id was found on this product."),
]  # fmt: skip


@pytest.mark.parametrize(("method", "address", "error_code", "told"), WRONG_ADDRESSES)
def test_wrong_address_is_told_the_right_one(
    api: Api, cast: Cast, method: str, address: str, error_code: str, told: str
):
    image_id = api.upload().json()["id"]
    organization_id = encode_id(cast.acme.id)

    def fill(text: str) -> str:
        for name, value in (("/ORG/", organization_id), ("/IMG", image_id)):
            text = text.replace(name, name.replace(name.strip("/"), value))
        return text

    path = address.replace("/NO_VERSION", "") if "NO_VERSION" in address else f"/v1{address}"
    response = api.client.request(method, fill(f"/dashboard/api{path}"), headers=api.headers)

    assert assert_problem(response, error_code)["detail"] == fill(told)
    assert ProductImage.objects.count() == 1


def send_form(api: Api, *parts: tuple[str, bytes], **headers: str) -> httpx.Response:
    return api.post(build_form(*parts), **headers)


def encode(start: bytes) -> bytes:
    return base64.b64encode(start.ljust(300, b"\x01"))


AS_FILE = 'name="image"; filename="a.jpg"'
AS_TEXT = 'name="image"'
CAME_AS_TEXT = "The part 'image' came as text, not as a file"
IN_ITS_PLACE = "a page, perhaps of an error, was saved in its place, download it again"
TAKEN = "one picture is taken in each request, in the part 'image'."

# the parts of a form, and what is told of it
WRONG_FORMS = [
    ([], "The form has no part 'image'; send it with -F image=@photo.jpg"),
    ([('name="file"; filename="a.jpg"', make_jpeg())], "The part 'file' is not known; its name is 'image', as in -F image=@photo.jpg"),
    ([('name="photo"; filename="a.jpg"', make_jpeg())], "The part 'photo' is not known; its name is 'image', as in -F image=@photo.jpg"),
    ([('name="image[]"; filename="a.jpg"', make_jpeg())], "The part 'image[]' is not known; its name is 'image', as in -F image=@photo.jpg"),
    ([('name="front"; filename="a.jpg"', make_jpeg())], "The part 'front' holds a file, and the form has no part 'image'; send it with -F image=@photo.jpg"),
    ([IMAGE, ('name="image2"; filename="b.jpg"', b"x")], f"The part 'image2' is not known; {TAKEN}"),
    ([IMAGE, ('name="back"; filename="back.png"', b"x")], f"The part 'back' is not known; {TAKEN}"),
    ([('name="back"; filename="back.png"', b"x"), IMAGE], f"The part 'back' is not known; {TAKEN}"),
    ([IMAGE, IMAGE], "The form has more than one part 'image'."),
    ([IMAGE, ('name="priority"', b"3")], "The part 'priority' is not taken: a new picture has priority 0. Change it after the upload, with PATCH and {\"priority\": 3}."),
    ([IMAGE, ('name="sort_order"', b"3")], "The part 'sort_order' is not taken: a new picture has priority 0. Change it after the upload, with PATCH and {\"priority\": 3}."),
    ([IMAGE, ('name="caption"', b"Front")], "The part 'caption' is not known; its name is 'title'."),
    ([IMAGE, ('name="alt"', b"Front")], "The part 'alt' is not known; its name is 'title'."),
    ([IMAGE, ('name="alt_text"', b"Front")], "The part 'alt_text' is not known; its name is 'title'."),
    ([IMAGE, ('name="isPrimary"', b"true")], "The part 'isPrimary' is not known; its name is 'is_primary'."),
    ([IMAGE, ('name="primary"', b"true")], "The part 'primary' is not known; its name is 'is_primary'."),
    ([IMAGE, ('name="gtin"', b"00012345678905")], "The part 'gtin' is not taken: it stands in the address."),
    ([IMAGE, ('name="caption"', b"a"), ('name="priority"', b"1")], "2 faults: The part 'priority' is not taken: a new picture has priority 0. Change it after the upload, with PATCH and {\"priority\": 3}. The part 'caption' is not known; its name is 'title'."),
    ([IMAGE, ('name="is_primary"', b"hero")], "is_primary is the text 'hero'; it takes true or false."),
    ([IMAGE, ('name="is_primary"', b"csb_abcdefghijklmnopqrstuvwxyzABCDEF_6154d22a")], "is_primary is 45 characters of text; it takes true or false."),
    ([IMAGE, ('name="title"', b"x" * 256)], "The title has 256 characters; at most 255 are allowed."),
    ([IMAGE, ('name="title"', b"caf\xe9")], "The part 'title' is not UTF-8 text."),
    ([(AS_TEXT, b"photo.jpg")], f"{CAME_AS_TEXT}; this is the name of a file, not the file: send what is in it, as in -F image=@photo.jpg"),
    ([(AS_TEXT, b"hero")], f"{CAME_AS_TEXT}; was the @ left out in -F image=@photo.jpg?"),
    ([(AS_TEXT, b"")], f"{CAME_AS_TEXT}, and empty; send it with -F image=@photo.jpg"),
    ([(AS_TEXT, encode(b"\xff\xd8\xff\xe0\x00\x10JFIF"))], f"{CAME_AS_TEXT}; this is JPEG as Base64 text: decode it, and send the bytes"),
    ([(AS_TEXT, b"data:image/png;base64,iVBORw0KGgo=")], f"{CAME_AS_TEXT}; this is a data URI of a PNG: decode what follows its comma, and send the bytes"),
    ([(AS_TEXT, b"https://cdn.example.com/front.jpg")], f"{CAME_AS_TEXT}; this is an address, not a picture: download it, and send the file"),
    ([(AS_TEXT, b"<!DOCTYPE html><title>502")], f"{CAME_AS_TEXT}; this is HTML, not a picture: {IN_ITS_PLACE}"),
    ([(AS_FILE, encode(b"\xff\xd8\xff\xe0\x00\x10JFIF"))], "This is JPEG as Base64 text: decode it, and send the bytes."),
    ([(AS_FILE, encode(b"\x89PNG\r\n\x1a\n"))], "This is PNG as Base64 text: decode it, and send the bytes."),
    ([(AS_FILE, encode(b"RIFF"))], "This is WebP as Base64 text: decode it, and send the bytes."),
    ([(AS_FILE, encode(b"<svg "))], "This is SVG as Base64 text: decode it, and send the bytes."),
    ([(AS_FILE, b"data:image/svg+xml,%3Csvg")], "This is a data URI of a SVG: decode what follows its comma, and send the bytes."),
    ([(AS_FILE, b'{"error": "not found", "status": 404}')], "This is JSON, not a picture: an answer or a setting was saved in its place, download it again."),
    ([(AS_FILE, b"\n<!DOCTYPE html>\n<html><title>404</title>")], f"This is HTML, not a picture: {IN_ITS_PLACE}."),
    ([(AS_FILE, b"<html><head><title>502 Bad Gateway</title></head>")], f"This is HTML, not a picture: {IN_ITS_PLACE}."),
    ([(AS_FILE, b"https://cdn.example.com/front.jpg")], "This is an address, not a picture: download it, and send the file."),
    ([(AS_FILE, b"/tmp/uploads/../front.jpg")], "This is the name of a file, not the file: send what is in it, as in -F image=@photo.jpg."),
    ([(AS_FILE, b"Not found")], "This is plain text, not a picture: download or export it again."),
    ([(AS_FILE, b"")], "The file is empty; export or download it again. 0 bytes arrived, and an image has at least 1."),
    ([(AS_FILE, b"\x07\x08\x09\x0a\x0b\x0c\x0d\x0e" * 4)], "The file is no picture that a browser shows; export it as JPEG or PNG. It is none of JPEG, PNG, GIF, WebP, BMP and SVG: it starts with 07 08 09 0A 0B 0C 0D 0E."),
]  # fmt: skip


@pytest.mark.parametrize(("parts", "told"), WRONG_FORMS)
def test_wrong_form_is_told_the_right_one(api: Api, parts: list, told: str):
    problem = assert_problem(send_form(api, *parts), "validation_error")

    assert problem["detail"] == told
    assert_nothing_stored()


BY_HAND = "do not set this header by hand: curl -F, FormData and files="
NO_BOUNDARY = f"Content-Type is multipart/form-data without a boundary; {BY_HAND} set it, with the boundary that they use."
AS_IN_CURL = "send multipart/form-data, as in: curl -F image=@photo.jpg"
FORM = build_form(IMAGE)
FORM_TYPE = "multipart/form-data; boundary=x"
IN_ADDRESS = "came in the address, where it is not read; send it in the body."

# body, Content-Type, further headers, query; what is told
WRONG_UPLOADS = [
    (FORM, "multipart/form-data", {}, "", "bad_request", NO_BOUNDARY),
    (FORM, "multipart/form-data; boundary=", {}, "", "bad_request", NO_BOUNDARY),
    (FORM, "multipart/form-data; boundary=other", {}, "", "bad_request", f"The form's parts are divided by another boundary than the one in Content-Type; {BY_HAND} set it right."),
    (make_jpeg(), FORM_TYPE, {}, "", "bad_request", "The body does not begin with the boundary that Content-Type names: it is no multipart form, perhaps the picture alone. Send it as in: curl -F image=@photo.jpg"),
    (FORM[:-5], FORM_TYPE, {}, "", "bad_request", f"The form ended before its closing boundary: {len(FORM) - 5} bytes came of {len(FORM) - 5} declared."),
    (b"", FORM_TYPE, {}, "", "bad_request", "The form is empty: no bytes were sent."),
    (b'{"image": "/9j/4AAQ"}', "application/json", {}, "", "unsupported_media_type", f"The body is application/json; {AS_IN_CURL}"),
    (make_jpeg(), "image/jpeg", {}, "", "unsupported_media_type", f"The body is image/jpeg; {AS_IN_CURL}"),
    (b"image=x", "application/x-www-form-urlencoded", {}, "", "unsupported_media_type", f"The body is application/x-www-form-urlencoded; {AS_IN_CURL}"),
    (FORM, "", {}, "", "unsupported_media_type", f"The body is of no declared type; {AS_IN_CURL}"),
    (FORM, "csb_a secret", {}, "", "unsupported_media_type", f"The body is of a type that cannot be read; {AS_IN_CURL}"),
    (FORM, FORM_TYPE, {"Content-Encoding": "gzip"}, "", "unsupported_media_type", "The body is packed as gzip (Content-Encoding); send it as it is."),
    (FORM, FORM_TYPE, {"Content-Encoding": "utf-8"}, "", "unsupported_media_type", "The body is packed as utf-8 (Content-Encoding); send it as it is."),
    (FORM, FORM_TYPE, {}, "?title=Front", "validation_error", f"title {IN_ADDRESS}"),
    (FORM, FORM_TYPE, {}, "?is_primary=true", "validation_error", f"is_primary {IN_ADDRESS}"),
    (FORM, FORM_TYPE, {}, "?isPrimary=true&priority=1", "validation_error", f"priority {IN_ADDRESS} isPrimary {IN_ADDRESS}"),
    (FORM, FORM_TYPE, {"Idempotency-Key": ""}, "", "validation_error", "The Idempotency-Key takes 1 to 255 printable ASCII characters."),
    (FORM, FORM_TYPE, {"Idempotency-Key": "k" * 256}, "", "validation_error", "The Idempotency-Key takes 1 to 255 printable ASCII characters."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "content_type", "headers", "query", "error_code", "told"), WRONG_UPLOADS
)
def test_wrong_upload_is_told_the_right_one(
    api: Api,
    body: bytes,
    content_type: str,
    headers: dict[str, str],
    query: str,
    error_code: str,
    told: str,
):
    sent = {**api.headers, "Content-Type": content_type, **headers}
    response = api.client.post(api.path + query, headers=sent, content=body)

    assert assert_problem(response, error_code)["detail"] == told
    assert_nothing_stored()


ONLY_TAKEN = "Taken are title, priority, is_primary."
# a body, further headers; what is told of a change
WRONG_CHANGES = [
    (b'{"caption": "Front"}', {}, "validation_error", f"caption is nothing that can be changed; its name is title. {ONLY_TAKEN}"),
    (b'{"isPrimary": true}', {}, "validation_error", f"isPrimary is nothing that can be changed; its name is is_primary. {ONLY_TAKEN}"),
    (b'{"image_url": "x"}', {}, "validation_error", f"image_url is nothing that can be changed. {ONLY_TAKEN}"),
    (b'{"priority": "1"}', {}, "validation_error", "priority is the text '1'; it takes a whole number without quotes, as in 3."),
    (b'{"priority": 1.5}', {}, "validation_error", "priority is a number with a fraction; it takes a whole number without quotes, as in 3."),
    (b'{"priority": null}', {}, "validation_error", "priority is null; it takes a whole number without quotes, as in 3."),
    (b'{"priority": -1}', {}, "validation_error", "priority is -1; at least 0 is taken."),
    (b'{"priority": 40000}', {}, "validation_error", "priority is 40000; at most 32767 is taken."),
    (b'{"is_primary": "true"}', {}, "validation_error", "is_primary is text; it takes true or false, without quotes."),
    (b'{"title": 7}', {}, "validation_error", "The title is text."),
    (b'["title"]', {}, "validation_error", 'The body is a list; it takes an object, as in {"title": "Front"}.'),
    (b"", {}, "validation_error", 'The body is missing; send a JSON object with what to change, as in {"title": "Front"}.'),
    (b'{"title": "Front"\n "priority": 3}', {}, "bad_request", "The body is no JSON from line 2, column 2 on: Expecting ',' delimiter. An example: {\"title\": \"Front\"}"),
    (b"{'title': 'Front'}", {}, "bad_request", 'The body is no JSON from line 1, column 2 on: Expecting property name enclosed in double quotes. An example: {"title": "Front"}'),
    (b"title=Front", {}, "bad_request", 'The body is no JSON from line 1, column 1 on: Expecting value. An example: {"title": "Front"}'),
    (b'{"title": "caf\xe9"}', {}, "bad_request", "The body is no UTF-8, in which JSON is written: see byte 15."),
    (b'{"title": "x"}', {"Content-Type": "text/plain"}, "unsupported_media_type", "The body is text/plain; send JSON, with Content-Type: application/json."),
    (b'{"title": "x"}', {"Content-Encoding": "br"}, "unsupported_media_type", "The body is packed as br (Content-Encoding); send it as it is."),
    (b'{"title": "x"}', {"If-Match": "abc"}, "validation_error", "If-Match holds no tag in double quotes; send the image's ETag as GET answers it, quotes included, as in If-Match: ETAG"),
    (b'{"title": "x"}', {"If-Match": 'W/"abc"'}, "validation_error", "If-Match holds only weak tags (W/…), which never match; send the image's ETag as GET answers it, quotes included, as in If-Match: ETAG"),
    (b'{"title": "x"}', {"If-Match": '"abc"'}, "precondition_failed", "If-Match names another state of this image than it has: it was changed since you read it. Get it again, look, then send your change with its new ETag."),
]  # fmt: skip


@pytest.mark.parametrize(("body", "headers", "error_code", "told"), WRONG_CHANGES)
def test_wrong_change_is_told_the_right_one(
    api: Api, body: bytes, headers: dict[str, Any], error_code: str, told: str
):
    image = f"{api.path}/{api.upload().json()['id']}"
    etag = api.client.get(image, headers=api.headers).headers["ETag"]
    sent = {**api.headers, "Content-Type": "application/json", **headers}

    response = api.client.patch(image, headers=sent, content=body)

    assert assert_problem(response, error_code)["detail"] == told.replace("ETAG", etag)
    assert ProductImage.objects.get().title == ""


def test_what_stands_in_the_address_of_a_change_is_told(api: Api):
    image = f"{api.path}/{api.upload().json()['id']}?priority=3"

    response = api.client.patch(image, headers=api.headers, json={})

    problem = assert_problem(response, "validation_error")
    assert problem["errors"] == [{"field": "priority", "message": f"priority {IN_ADDRESS}"}]
    assert ProductImage.objects.get(product__gtin=GTIN).priority == 0


@pytest.mark.parametrize("body", ["{}", "[]", "null", '{"x": 1}', "7"])
def test_every_operation_says_what_its_body_takes(api: Api, body: str):
    headers = {**api.headers, "Content-Type": "application/json"}
    document = api.client.get("/dashboard/api/v1/openapi.json").json()
    image_id = api.upload().json()["id"]
    places = {"organization_id": api.path.split("/")[-3], "gtin": GTIN, "image_id": image_id}
    answers = [
        api.client.request(method, path.format(**places), headers=headers, content=body)
        for path, operations in document["paths"].items()
        for method in operations.keys() & {"post", "put", "patch"}
        if "application/json" in operations[method].get("requestBody", {}).get("content", {})
    ]

    refusals = [answer for answer in answers if answer.status_code != 200]
    assert len(refusals) >= 4  # a change of nothing is none
    for refusal in refusals:
        assert_problem(refusal, "validation_error")
        assert re.search(r"as in \{|Taken are ", refusal.json()["detail"])


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"gtin": None}, "files[0].sha256 is missing; send it"),
        ({"sha256": "0" * 64, "name": "a.jpg"}, "Taken are sha256, gtin."),
    ],
)
def test_fault_in_a_list_says_where_it_is(api: Api, entry: dict[str, Any], told: str):
    items = api.path.removesuffix(f"/{GTIN}/images")
    answer = api.client.post(f"{items}/known-files", headers=api.headers, json={"files": [entry]})

    assert_problem(answer, "validation_error")
    assert told in answer.json()["detail"]
