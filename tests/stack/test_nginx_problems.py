"""What nginx answers by itself, configured as README.md says, is a problem like any other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import local_http
from tests.assertions import assert_problem
from tests.servers import run_nginx
from tests.servers.processes import find_free_ports
from tests.servers.service import REPOSITORY

API = "/dashboard/api/v1/trade-items/keATfB8VP2gSjcnTbsMNQL/00012345678905/images"


@pytest.fixture(scope="module")
def locations() -> str:
    """Those of the README for the API, with the upstream of the tests."""
    text = (REPOSITORY / "README.md").read_text()
    found = re.search(
        r"^    location /dashboard/api/ .*?(?=^    location = /metrics)", text, re.M | re.S
    )
    assert found is not None
    return found[0].replace("http://dashboard", "http://service")


@pytest.fixture
def url(tmp_path: Path, locations: str):
    nowhere = f"http://127.0.0.1:{find_free_ports(1)[0]}"
    with run_nginx(tmp_path, nowhere, max_body_size="21m", locations=locations) as running:
        yield running


def test_body_that_nginx_refuses_is_a_problem(url: str):
    body = bytes(22 * 1024 * 1024 + 1)

    response = local_http.post(url + API, content=body)

    problem = assert_problem(response, "payload_too_large")
    assert problem["limit"] == 21_037_056
    assert "23068673 bytes" in problem["detail"]


def test_service_that_does_not_answer_is_a_problem(url: str):
    response = local_http.get(url + API)

    problem = assert_problem(response, "service_unavailable")
    assert response.headers["Retry-After"] == "5"
    assert problem["detail"] == "The service does not answer just now; try again in 5 seconds."


def test_pages_for_people_are_no_problems(url: str):
    response = local_http.get(f"{url}/")

    assert response.status_code == 502
    assert response.headers["Content-Type"] == "text/html"
