from __future__ import annotations

import pytest
from django.test import Client

from apps.dashboard.api.identifiers import encode_id
from tests.conftest import Cast


@pytest.mark.parametrize(
    ("name", "status"),
    [("olga", 200), ("mo", 200), ("ed", 200), ("bill", 403), ("zoe", 404)],
)
def test_page_is_for_those_who_may_add_pictures(client: Client, cast: Cast, name, status):
    client.force_login(getattr(cast, name))

    response = client.get(f"/organizations/{encode_id(cast.acme.id)}/deliver")

    assert response.status_code == status


def test_page_gives_the_token_that_it_sends_with(client: Client, cast: Cast):
    client.force_login(cast.ed)

    response = client.get(f"/organizations/{encode_id(cast.acme.id)}/deliver")

    assert "csrftoken" in response.cookies


@pytest.mark.parametrize(("name", "is_led"), [("ed", True), ("bill", False)])
def test_list_of_products_leads_there_whoever_may_add_pictures(client, cast, name, is_led):
    client.force_login(getattr(cast, name))
    path = f"/organizations/{encode_id(cast.acme.id)}"

    html = client.get(f"{path}/products").content.decode()

    assert (f'href="{path}/deliver"' in html) is is_led
