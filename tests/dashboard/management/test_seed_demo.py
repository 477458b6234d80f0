from __future__ import annotations

import io
import json
from typing import Any

import httpx
import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from apps.organizations.models import ApiKey, Membership, Organization
from apps.products.gtin import has_valid_check_digit
from apps.products.models import Product
from tests.sample_images import make_jpeg

pytestmark = pytest.mark.django_db


def seed_demo(*words: str) -> str:
    stdout = io.StringIO()
    call_command("seed_demo", *words, stdout=stdout)
    return stdout.getvalue()


def seed() -> dict[str, Any]:
    return json.loads(seed_demo("--json"))


def test_one_object_is_printed_and_nothing_else() -> None:
    sample = seed()
    assert list(sample) == [
        *("organization_id", "gtins", "users", "api_keys", "oauth_tokens", "other_organization"),
    ]
    assert sample["gtins"] == ["00012345678905", "00000096385074", "09506000134352"]
    assert list(sample["users"]) == ["owner", "editor", "billing"]
    assert {kind: raw_key[:4] for kind, raw_key in sample["api_keys"].items()} == {
        "manager": "csb_",
        "editor": "csb_",
        "readonly": "csb_",
        "user": "csu_",
        "publishable": "cpk_",
        "revoked": "csb_",
        "expired": "csb_",
    }
    assert list(sample["oauth_tokens"]) == ["editor", "billing", "read_only"]
    other = sample["other_organization"]
    assert list(other) == ["organization_id", "gtin", "api_key"]
    assert all(has_valid_check_digit(gtin) for gtin in [*sample["gtins"], other["gtin"]])


def test_second_call_adds_nothing_and_voids_the_secrets_of_the_first() -> None:
    def count() -> list[int]:
        models = (Organization, Membership, Product, ApiKey)
        return [model.objects.count() for model in models]

    first, counted = seed(), count()
    second = seed()
    assert count() == counted == [2, 4, 4, 8]
    assert first["organization_id"] == second["organization_id"]
    for sample, works in ((first, False), (second, True)):
        for login in sample["users"].values():
            user = User.objects.get(username=login["username"])
            assert user.check_password(login["password"]) is works


def test_each_key_may_what_its_name_says(client_here: httpx.Client) -> None:
    sample = seed()
    other = sample["other_organization"]
    keys = sample["api_keys"] | {"other": other["api_key"]}
    path = f"/dashboard/api/v1/trade-items/{sample['organization_id']}/{sample['gtins'][1]}/images"

    def upload(raw_key: str, path: str = path) -> int:
        files = {"image": ("a.jpg", make_jpeg())}
        return client_here.post(path, headers={"X-API-Key": raw_key}, files=files).status_code

    assert {name: upload(raw_key) for name, raw_key in keys.items()} == {
        "manager": 201,
        "editor": 201,
        "readonly": 403,
        "user": 201,
        "publishable": 403,
        "revoked": 401,
        "expired": 401,
        "other": 404,
    }
    own_path = f"/dashboard/api/v1/trade-items/{other['organization_id']}/{other['gtin']}/images"
    assert upload(other["api_key"], own_path) == 201


def test_table_shows_all_that_the_object_has() -> None:
    table = seed_demo()
    assert len(table.splitlines()) == 20
    assert "Highland Single-Origin Coffee" in table


def test_products_of_others_are_left_alone() -> None:
    stranger = Organization.objects.create(name="Acme")
    Product.objects.create(gtin="00012345678905", name="Coffee", owner=stranger)
    with pytest.raises(CommandError, match="Product 00012345678905 is Acme's"):
        seed_demo()
    assert Organization.objects.count() == 1
