from __future__ import annotations

import pytest
from django.test import Client


@pytest.mark.parametrize(
    ("path", "status"), [("/healthz", 200), ("/readyz", 200), ("/metrics", 404)]
)
def test_probe_may_name_the_node_by_its_address(client: Client, db: None, path: str, status: int):
    assert client.get(path, headers={"Host": "10.0.0.11:8000"}).status_code == status
