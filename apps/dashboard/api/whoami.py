"""Who calls, and what their credential may, so that a client can begin without being told an id."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from ninja import Router, Schema
from ninja.decorators import decorate_view
from pydantic import Field

from apps.dashboard.api.admission import admit_caller
from apps.dashboard.api.auth import AUTHENTICATORS
from apps.dashboard.api.document import describe_problems
from apps.dashboard.api.identifiers import encode_id
from apps.dashboard.api.rate_limit import list_quotas
from apps.dashboard.api.request_body import ApiRequest
from apps.organizations.callers import PERMISSION_SCOPES, Caller, CallerKind
from apps.organizations.models import ApiKey, Membership

router = Router(auth=AUTHENTICATORS, tags=["Caller"])


class UserOut(Schema):
    """The user that the credential acts for."""

    username: str
    email: str


class OrganizationOut(Schema):
    """An organization that the credential reaches, and the user's role in it."""

    id: str = Field(..., json_schema_extra={"format": "shortuuid"})
    name: str
    role: Membership.Role


class LimitOut(Schema):
    """How many requests within how many seconds."""

    limit: int
    window_seconds: int


class CredentialOut(Schema):
    """What the credential is, and the most that it may wherever the user's role allows it."""

    kind: CallerKind
    role: str | None = Field(
        ...,
        description="Of an organization's API key (csb): ``manager``, ``editor``, ``readonly``.",
    )
    scopes: list[str] = Field(..., description="Of any kind, in the words of OAuth.")
    limits: list[LimitOut]


class WhoamiOut(Schema):
    """Who calls."""

    user: UserOut | None = Field(
        ..., description="null for a publishable key (cpk), which anybody can see."
    )
    organizations: list[OrganizationOut]
    credential: CredentialOut


@router.get(
    "/whoami",
    response=WhoamiOut,
    summary="Tell who calls",
    openapi_extra={"responses": describe_problems()},
)
@decorate_view(admit_caller)
def whoami(request: ApiRequest) -> dict[str, Any]:
    """Tell the user that the credential acts for, the organizations that it reaches with the user's role in each, and what it may. Takes any valid credential."""
    caller = request.auth
    # Whoever may read nothing is told of nobody.
    is_known = bool(caller.granted) or caller.kind is not CallerKind.API_KEY
    memberships = _list_memberships(caller) if is_known else []
    return {
        "user": _find_user(caller) if is_known else None,
        "organizations": [
            {
                "id": encode_id(each.organization_id),
                "name": each.organization.name,
                "role": each.role,
            }
            for each in memberships
        ],
        "credential": {
            "kind": caller.kind,
            "role": _find_role(caller),
            "scopes": [s for p, s in PERMISSION_SCOPES.items() if p in caller.granted],
            "limits": [
                {"limit": quota.limit, "window_seconds": quota.window_seconds}
                for quota in list_quotas(caller)
            ],
        },
    }


def _find_user(caller: Caller) -> User | None:
    return User.objects.filter(pk=caller.user_id).first() if caller.user_id else None


def _list_memberships(caller: Caller) -> list[Membership]:
    found = Membership.objects.filter(user=caller.user_id).select_related("organization")
    ordered = found.order_by("organization__name", "organization")
    return [each for each in ordered if caller.reaches(each.organization_id)]


def _find_role(caller: Caller) -> str | None:
    if caller.kind is not CallerKind.API_KEY:
        return None
    key_id = caller.credential.rpartition(":")[2]
    return ApiKey.objects.filter(pk=key_id).values_list("role", flat=True).first() or None
