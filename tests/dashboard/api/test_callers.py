"""One table: every kind of caller on every operation."""

from __future__ import annotations

import httpx
import pytest

from apps.products.models import ProductImage
from tests.assertions import list_media
from tests.callers import build_headers
from tests.conftest import GTIN, Api, Cast, Service
from tests.sample_images import make_jpeg

BODY = b"--x\r\n" + bytes(300_000)
COOKIES = "csrftoken=abcdefghijklmnopqrstuvwxyzabcdef; sessionid=abcdefabcdefabcdefabcdefabcdefab"

# caller, then the codes of: upload, list, get, update, delete, history
TABLE = [
    ("nobody", 401, 401, 401, 401, 401, 401),
    ("empty key", 401, 401, 401, 401, 401, 401),
    ("malformed key", 401, 401, 401, 401, 401, 401),
    ("mistyped key", 401, 401, 401, 401, 401, 401),
    ("key of unknown type", 401, 401, 401, 401, 401, 401),
    ("unknown key", 401, 401, 401, 401, 401, 401),
    ("revoked key", 401, 401, 401, 401, 401, 401),
    ("expired key", 401, 401, 401, 401, 401, 401),
    ("csb manager", 201, 200, 200, 200, 204, 200),
    ("csb editor", 201, 200, 200, 200, 204, 200),
    ("csb readonly", 403, 200, 200, 403, 403, 200),
    ("csb manager by manager", 201, 200, 200, 200, 204, 200),
    ("csb manager by editor", 201, 200, 200, 200, 204, 200),
    ("csb manager by billing", 403, 200, 200, 403, 403, 200),
    ("csb manager by one who left", 404, 404, 404, 404, 404, 404),
    ("csb of another organization", 404, 404, 404, 404, 404, 404),
    ("csu of owner", 201, 200, 200, 200, 204, 200),
    ("csu of editor", 201, 200, 200, 200, 204, 200),
    ("csu of billing", 403, 200, 200, 403, 403, 200),
    ("csu of stranger", 404, 404, 404, 404, 404, 404),
    ("cpk", 403, 403, 403, 403, 403, 403),
    ("token of editor", 201, 200, 200, 200, 204, 200),
    ("token of owner, read", 403, 200, 200, 403, 403, 200),
    ("token of owner, write", 201, 403, 403, 200, 204, 403),
    ("token without scope", 403, 403, 403, 403, 403, 403),
    ("token of billing", 403, 200, 200, 403, 403, 200),
    ("token of stranger", 404, 404, 404, 404, 404, 404),
    ("token of no user", 404, 404, 404, 404, 404, 404),
    ("token of inactive user", 401, 401, 401, 401, 401, 401),
    ("expired token", 401, 401, 401, 401, 401, 401),
    ("unknown token", 401, 401, 401, 401, 401, 401),
    ("basic authorization", 401, 401, 401, 401, 401, 401),
    ("session of owner", 201, 200, 200, 200, 204, 200),
    ("session of manager", 201, 200, 200, 200, 204, 200),
    ("session of editor", 201, 200, 200, 200, 204, 200),
    ("session of billing", 403, 200, 200, 403, 403, 200),
    ("session of stranger", 404, 404, 404, 404, 404, 404),
    ("session without CSRF header", 403, 200, 200, 403, 403, 200),
    ("bad key beside good session", 401, 401, 401, 401, 401, 401),
    ("bad token beside good session", 401, 401, 401, 401, 401, 401),
    ("bad key beside good token", 401, 401, 401, 401, 401, 401),
    ("good key beside bad token", 201, 200, 200, 200, 204, 200),
    ("weak key beside strong session", 403, 200, 200, 403, 403, 200),
]


def get_lookup_status(row: tuple[str, *tuple[int, ...]]) -> int:
    """As of the list, but for a session that sends no token with what is not a GET."""
    return 403 if row[0] == "session without CSRF header" else row[2]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0])
def test_caller_gets_what_the_table_says(api: Api, cast: Cast, row: tuple[str, *tuple[int, ...]]):
    image = f"{api.path}/{api.upload().json()['id']}"
    history = api.path.replace("/images", "/image-history")
    headers = build_headers(cast, row[0])

    def send(method: str, path: str, **content: object) -> int:
        return api.client.request(method, path, headers=headers, **content).status_code

    items = api.path.removesuffix(f"/{GTIN}/images")
    listed = send("GET", items)
    assert send("POST", f"{items}/lookup", json={"gtins": [GTIN]}) == get_lookup_status(row)
    assert send("GET", "/dashboard/api/v1/whoami") == (401 if row[1] == 401 else 200)
    statuses = (
        send("POST", api.path, files={"image": ("a.jpg", make_jpeg())}),
        send("GET", api.path),
        send("GET", image),
        send("PATCH", image, json={"title": "x"}),
        send("PUT", f"{api.path}/order", json={"image_ids": [image.rpartition("/")[2]]}),
        *(send("POST", f"{image}/{way}") for way in ("discard", "restore")),
        send("DELETE", image),
        send("GET", history),
    )

    assert listed == row[2]
    change, delete = row[4:6]
    assert statuses == (*row[1:5], delete, delete, change, *row[5:])
    expected = (statuses[0] == 201) + (delete != 204)
    assert ProductImage.objects.count() == len(list_media()) == expected


@pytest.mark.parametrize("with_cookies", [False, True], ids=["", "cookies"])
@pytest.mark.parametrize("row", [row for row in TABLE if row[1] != 201], ids=lambda row: row[0])
def test_refused_upload_is_answered_before_a_byte_is_read(
    api: Api,
    cast: Cast,
    service_here: Service,
    row: tuple[str, *tuple[int, ...]],
    with_cookies: bool,
):
    headers = build_headers(cast, row[0])
    if with_cookies:
        headers.setdefault("Cookie", COOKIES)

    response: httpx.Response = api.client.post(
        api.path,
        headers={**headers, "Content-Type": "multipart/form-data; boundary=x"},
        content=BODY,
    )

    assert response.status_code == row[1]
    assert service_here.bytes_read_before_answer == 0
    assert list_media() == []
