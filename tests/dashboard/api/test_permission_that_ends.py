"""Who may no longer do it when the body has come is refused, as a new request would be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone
from oauth2_provider.models import get_access_token_model

from apps.organizations.models import ApiKey, Membership
from apps.products.models import ProductImage, UnclaimedObject
from tests.assertions import assert_problem, list_media
from tests.callers import build_headers
from tests.conftest import Api, Cast, Service

AGO = timedelta(seconds=1)


def change_password() -> None:
    ed = User.objects.get(username="ed")
    ed.set_password("six-loud-otters")
    ed.save()


def lower_role() -> None:
    Membership.objects.filter(user__username="ed").update(role="billing")


def deactivate_user() -> None:
    User.objects.filter(username="ed").update(is_active=False)


def end_membership() -> None:
    Membership.objects.get(user__username="ed").delete()


ENDS: dict[str, tuple[str, Callable[[], object], str]] = {
    "key revoked": (
        "csb manager by editor",
        lambda: ApiKey.objects.update(is_active=False),
        "unauthorized",
    ),
    "key expired": (
        "csb manager by editor",
        lambda: ApiKey.objects.update(expires_at=timezone.now() - AGO),
        "unauthorized",
    ),
    "key made read-only": (
        "csb manager by editor",
        lambda: ApiKey.objects.update(role="readonly"),
        "forbidden",
    ),
    "key's member left": ("csb manager by editor", end_membership, "unauthorized"),
    "key's user deactivated": ("csb manager by editor", deactivate_user, "unauthorized"),
    "key's user deleted": (
        "csb manager by editor",
        lambda: User.objects.get(username="ed").delete(),
        "unauthorized",
    ),
    "key's role lowered": ("csb manager by editor", lower_role, "forbidden"),
    "personal key's member left": ("csu of editor", end_membership, "not_found"),
    "token revoked": (
        "token of editor",
        lambda: get_access_token_model().objects.all().delete(),
        "unauthorized",
    ),
    "token expired": (
        "token of editor",
        lambda: get_access_token_model().objects.update(expires=timezone.now() - AGO),
        "unauthorized",
    ),
    "token's role lowered": ("token of editor", lower_role, "forbidden"),
    "signed out": ("session of editor", lambda: Session.objects.all().delete(), "unauthorized"),
    "password changed": ("session of editor", change_password, "unauthorized"),
    "member deactivated": ("session of editor", deactivate_user, "unauthorized"),
    "member left": ("session of editor", end_membership, "not_found"),
    "member's role lowered": ("session of editor", lower_role, "forbidden"),
}


@pytest.fixture(params=ENDS)
def ending(
    request: pytest.FixtureRequest, cast: Cast, api: Api, service_here: Service
) -> tuple[Api, str]:
    """One whose right ends while the body comes, and the refusal that follows."""
    caller, end, error_code = ENDS[request.param]
    service_here.while_body_comes = end
    return Api(api.client, api.path, build_headers(cast, caller)), error_code


@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "once"}], ids=["plain", "keyed"])
def test_upload_is_not_kept(ending: tuple[Api, str], key: dict[str, str]):
    caller, error_code = ending
    caller.headers.update(key)

    refused = caller.upload(is_primary="true")

    assert_problem(refused, error_code)
    assert not ProductImage.objects.exists()
    assert not UnclaimedObject.objects.exists()
    assert list_media() == []
    assert caller.upload().status_code == refused.status_code


def test_change_is_not_made(api: Api, ending: tuple[Api, str], service_here: Service):
    caller, error_code = ending
    end, service_here.while_body_comes = service_here.while_body_comes, int
    image = api.upload(title="Before").json()
    service_here.while_body_comes = end

    refused = api.client.patch(
        f"{api.path}/{image['id']}", headers=caller.headers, json={"title": "After"}
    )

    assert_problem(refused, error_code)
    assert ProductImage.objects.get().title == "Before"


def test_first_answer_is_not_told_again(ending: tuple[Api, str], service_here: Service):
    caller, error_code = ending
    caller.headers["Idempotency-Key"] = "once"
    end, service_here.while_body_comes = service_here.while_body_comes, int
    assert caller.upload().status_code == 201
    service_here.while_body_comes = end

    again: httpx.Response = caller.upload()

    assert_problem(again, error_code)
