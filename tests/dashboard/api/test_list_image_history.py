"""GET …/image-history: who did what, and nothing that anybody could take back."""

from __future__ import annotations

import pytest

from apps.organizations.models import ApiKey
from tests.assertions import assert_problem
from tests.conftest import Api


def get_history(api: Api, query: str = "") -> dict:
    path = api.path.replace("/images", "/image-history")
    return api.client.get(path + query, headers=api.headers).json()


def test_every_change_is_a_line_of_history(api: Api):
    first = api.upload(title="Front", is_primary="true").json()
    second = api.upload(is_primary="true").json()
    url = f"{api.path}/{first['id']}"
    api.client.patch(url, headers=api.headers, json={"title": "Back", "priority": 3})
    api.client.patch(url, headers=api.headers, json={"is_primary": True})
    api.client.patch(url, headers=api.headers, json={"is_primary": False})
    api.client.patch(url, headers=api.headers, json={"title": "Back"})
    api.client.delete(url, headers=api.headers)

    lines = [
        (line["image_id"] == first["id"], line["action"], line["old"], line["new"])
        for line in reversed(get_history(api)["data"])
    ]

    assert second["id"] != first["id"]
    assert lines == [
        (True, "uploaded", "", "Front"),
        (False, "uploaded", "", ""),
        (True, "demoted", "", ""),
        (True, "retitled", "Front", "Back"),
        (True, "reprioritised", "0", "3"),
        (True, "promoted", "", ""),
        (False, "demoted", "", ""),
        (True, "demoted", "", ""),
        (True, "deleted", "Back", ""),
    ]


def test_line_tells_who_and_in_which_request(api: Api):
    response = api.upload()

    [line] = get_history(api)["data"]

    assert line["user"] == "ed"
    assert line["credential"] == f"api_key:{ApiKey.objects.get().pk}"
    assert line["request_id"] == response.headers["X-Request-ID"]
    assert line["created"].endswith("Z")


def test_history_has_pages(api: Api):
    for number in range(3):
        api.upload(title=str(number))

    page = get_history(api, "?page=2&page_size=2")

    assert [line["new"] for line in page["data"]] == ["0"]
    assert page["pagination"]["total_count"] == 3


def test_refused_change_leaves_no_line(api: Api):
    image = api.upload().json()
    api.client.patch(f"{api.path}/{image['id']}", headers=api.headers, json={"priority": -1})
    api.upload(b"no picture")

    assert [line["action"] for line in get_history(api)["data"]] == ["uploaded"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nobody_can_change_it(api: Api, method: str):
    path = api.path.replace("/images", "/image-history")

    assert_problem(api.client.request(method, path, headers=api.headers), "method_not_allowed")


def test_line_tells_what_the_image_was_called_then_and_whether_it_is_there(api: Api):
    kept = api.upload(name="C:\\studio\\kept.jpg", is_primary="true").json()
    gone = api.upload(name="gone.jpg", title="Front", is_primary="true").json()
    gone_url = f"{api.path}/{gone['id']}"
    api.client.patch(gone_url, headers=api.headers, json={"title": "Back"})
    api.client.delete(gone_url, headers=api.headers)

    lines = [
        (line["action"], line["image_id"] == kept["id"], line["image_name"], line["image_exists"])
        for line in reversed(get_history(api)["data"])
    ]

    assert lines == [
        ("uploaded", True, "kept.jpg", True),
        ("uploaded", False, "Front", False),
        ("demoted", True, "kept.jpg", True),
        ("retitled", False, "Front", False),
        ("deleted", False, "Back", False),
    ]
