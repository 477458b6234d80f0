"""The OpenAPI document: equal to the published one, committed, and true."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import Api

GALLERY = "/dashboard/api/v1/trade-items/{organization_id}/{gtin}/images"
REPOSITORY = Path(__file__).resolve().parents[3]
PUBLISHED = json.loads(Path(__file__).with_name("openapi-upload.json").read_text())
OPERATIONS = {
    "apps_dashboard_api_deliveries_find_known_files",
    "apps_dashboard_api_deliveries_read_file_names",
    "apps_dashboard_api_image_order_order_images",
    "apps_dashboard_api_trade_items_list_trade_items",
    "apps_dashboard_api_trade_items_look_up_trade_items",
    "apps_dashboard_api_whoami_whoami",
    "apps_dashboard_api_image_readiness_check_image",
    "apps_dashboard_api_image_readiness_get_image_readiness",
    "apps_dashboard_api_images_upload_image",
    "apps_dashboard_api_images_list_images",
    "apps_dashboard_api_images_get_image",
    "apps_dashboard_api_images_update_image",
    "apps_dashboard_api_images_delete_image",
    "apps_dashboard_api_images_list_image_history",
    "apps_dashboard_api_image_files_replace_file",
    "apps_dashboard_api_image_files_list_versions",
    "apps_dashboard_api_image_files_restore_version",
    "apps_dashboard_api_discarded_images_discard_image",
    "apps_dashboard_api_discarded_images_restore_image",
}


def list_differences(published: Any, served: Any, where: str = "") -> list[str]:
    """Every place where the published value is missing or another; what is added is no matter."""
    if isinstance(published, dict) and isinstance(served, dict):
        return [
            difference
            for key, value in published.items()
            for difference in (
                list_differences(value, served[key], f"{where}/{key}")
                if key in served
                else [f"{where}/{key} is missing"]
            )
        ]
    return [] if published == served else [f"{where}: {served!r} instead of {published!r}"]


def list_operations(served: dict[str, Any]) -> list[dict[str, Any]]:
    paths = served["paths"].values()
    return [each for path in paths for name, each in path.items() if name != "parameters"]


@pytest.fixture
def served(client_here: httpx.Client) -> dict[str, Any]:
    return client_here.get("/dashboard/api/v1/openapi.json").json()


def test_published_document_is_contained_exactly(served: dict[str, Any]):
    assert list_differences(PUBLISHED, served) == []


def test_difference_would_be_found(served: dict[str, Any]):
    served["info"]["title"] = "Another"
    del served["components"]["securitySchemes"]["SessionAuth"]

    assert list_differences(PUBLISHED, served) == [
        "/info/title: 'Another' instead of 'Brand Dashboard API (Internal)'",
        "/components/securitySchemes/SessionAuth is missing",
    ]


def test_committed_document_is_the_served_one(served: dict[str, Any]):
    committed = json.loads((REPOSITORY / "openapi/openapi-dashboard.json").read_text())

    assert committed == served, "run `make openapi`"


def test_every_operation_is_named_and_needs_a_credential(served: dict[str, Any]):
    operations = list_operations(served)

    assert {operation["operationId"] for operation in operations} == OPERATIONS
    for operation in operations:
        assert operation["security"] == [
            {"APIKeyHeaderAuth": []},
            {"OAuthTokenAuth": []},
            {"SessionAuth": []},
        ]
        assert operation["description"]


def test_every_problem_of_an_operation_has_an_example(served: dict[str, Any]):
    for operation in list_operations(served):
        problems = {s: r for s, r in operation["responses"].items() if int(s) >= 400}
        assert {"401", "403", "404", "422", "429", "500", "503"} <= problems.keys()
        for status, response in problems.items():
            example = response["content"]["application/problem+json"]["example"]
            assert example["status"] == int(status)


def test_upload_tells_of_its_key_and_of_where_the_image_is(served: dict[str, Any], api: Api):
    path = served["paths"][GALLERY]
    [parameter] = path["parameters"]
    headers = path["post"]["responses"]["201"]["headers"]

    assert (parameter["in"], parameter["name"]) == ("header", "Idempotency-Key")
    assert headers.keys() == {"Location", "Idempotent-Replayed"}
    response = api.upload()
    assert response.headers["Location"] == f"{api.path}/{response.json()['id']}"
    found = api.client.get(response.headers["Location"], headers=api.headers)
    assert found.json().items() >= response.json().items()
