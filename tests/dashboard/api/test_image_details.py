"""What the file of an image is: told by our own operations, and by the list where it is asked."""

from __future__ import annotations

import pytest

from tests.conftest import Api
from tests.sample_images import make_jpeg, make_svg

PUBLISHED = {"id", "title", "is_primary", "priority", "image_url", "created"}
DETAILS = {"file_name", "format", "width", "height", "byte_size", "sha256", "readiness"}


def test_get_and_change_tell_what_the_file_is(api: Api):
    picture = make_jpeg()
    url = f"{api.path}/{api.upload(picture, name='studio/front.JPG').json()['id']}"

    told = api.client.get(url, headers=api.headers).json()
    changed = api.client.patch(url, headers=api.headers, json={"title": "Front"}).json()

    assert told.keys() == changed.keys() == PUBLISHED | DETAILS
    assert {name: told[name] for name in DETAILS - {"readiness"}} == {
        "file_name": "front.JPG",
        "format": "JPEG",
        "width": 64,
        "height": 48,
        "byte_size": len(picture),
        "sha256": None,
    }


def test_list_tells_it_where_it_is_asked(api: Api):
    uploaded = api.upload(make_svg(), name="logo.svg").json()

    [plain] = api.get().json()["data"]
    [detailed] = api.get("?details=true").json()["data"]

    assert plain == uploaded
    assert plain.keys() == PUBLISHED
    assert detailed.keys() == PUBLISHED | DETAILS
    assert (detailed["format"], detailed["file_name"]) == ("SVG", "logo.svg")


@pytest.mark.parametrize("sent", ["2", "maybe", ""])
def test_details_takes_yes_or_no(api: Api, sent: str):
    assert api.get(f"?details={sent}").status_code == 422
