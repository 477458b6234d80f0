"""What head and path of a request tell is decided before a byte of its body is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps

from django.http import HttpResponse

from apps.dashboard.api.auth import find_caller_again, require_caller
from apps.dashboard.api.parameters import OrganizationPath, TradeItemPath
from apps.dashboard.api.request_body import ApiRequest
from apps.dashboard.api.request_head import (
    check_page_names,
    check_query,
    describe_type,
)
from apps.organizations.models import Permission
from apps.problems import PayloadTooLarge, Unauthorized, UnsupportedMediaType
from apps.products.access import check_member, get_product, may_still
from apps.products.stored_objects import release_connection

CHANGEABLE = ("title", "priority", "is_primary")
JSON_TYPES = ("application/json", "application/merge-patch+json")


def check_length(request: ApiRequest) -> None:
    """Refuse a body that declares more than is taken there.

    A list's page goes by its name. Raises InvalidInput or PayloadTooLarge.
    """
    if request.method == "GET":
        check_page_names(request)
    limit = request.body_limit
    declared = request.declared_bytes or 0
    if declared > limit:
        raise PayloadTooLarge(
            f"The body has {declared:,} bytes; at most {limit:,} are taken here.",
            limit=limit,
            actual=declared,
        )


def check_encoding(request: ApiRequest) -> None:
    """Refuse a body that is packed (RFC 9110 §8.4), which would be read as if it were not.

    Raises UnsupportedMediaType.
    """
    encoding = request.META.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    if encoding not in ("", "identity"):
        raise UnsupportedMediaType(
            f"The body is packed as {encoding[:40]} (Content-Encoding); send it as it is.",
            headers={"Accept-Encoding": "identity"},
        )


def check_json_head(
    request: ApiRequest, members: Iterable[str] = CHANGEABLE, max_bytes: int | None = None
) -> None:
    """Refuse what does not declare itself as JSON, and wait for the rest without a connection.

    ``max_bytes`` are taken where that is more than of other bodies. Raises UnsupportedMediaType,
    PayloadTooLarge or InvalidInput.
    """
    if request.content_type not in JSON_TYPES:
        raise UnsupportedMediaType(
            f"The body is {describe_type(request)}; send JSON, with Content-Type: application/json."
        )
    check_encoding(request)
    if max_bytes:
        request.take_bytes(max_bytes)
    check_length(request)
    check_query(request, members)
    release_connection()


def admit(
    permission: Permission, check_head: Callable[[ApiRequest], None] = check_length
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Decorate ninja's view: who asks, for what, and with what kind of body comes before it.

    Raises Unauthorized, InvalidInput, NotFound, Forbidden, then what ``check_head`` raises. Leaves
    the organization's id and the product on the request.
    """

    def decorate(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(run)
        def admitted(
            request: ApiRequest, organization_id: str, gtin: str, **path: str
        ) -> HttpResponse:
            caller = require_caller(request)
            item = TradeItemPath.model_validate({"organization_id": organization_id, "gtin": gtin})
            request.organization_id = item.organization_id
            request.product = get_product(caller, item.organization_id, item.gtin, permission)
            check_head(request)
            return run(request, organization_id=organization_id, gtin=gtin, **path)

        return admitted

    return decorate


def admit_caller(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorate ninja's view: only who asks comes before it; raises Unauthorized."""

    @wraps(run)
    def admitted(request: ApiRequest) -> HttpResponse:
        require_caller(request)
        check_length(request)
        return run(request)

    return admitted


def admit_member(
    permission: Permission, check_head: Callable[[ApiRequest], None] = check_length
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """As `admit`, for what an organization has rather than one of its products."""

    def decorate(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(run)
        def admitted(request: ApiRequest, organization_id: str) -> HttpResponse:
            caller = require_caller(request)
            path = OrganizationPath.model_validate({"organization_id": organization_id})
            request.organization_id = path.organization_id
            check_member(caller, path.organization_id, permission)
            check_head(request)
            return run(request, organization_id=organization_id)

        return admitted

    return decorate


def admit_member_again(request: ApiRequest, permission: Permission) -> None:
    """Ask once more whether the caller may, as `admit_again`."""
    caller = find_caller_again(request)
    if isinstance(caller, Unauthorized):
        raise caller
    check_member(caller, request.organization_id, permission)


def admit_again(request: ApiRequest) -> None:
    """Ask once more who may change the product, where it is changed: the body may take minutes.

    Raises what a new request would get: Unauthorized, NotFound or Forbidden.
    """
    if may_still(request.auth, request.product, Permission.CONTRIBUTE):
        return
    caller = find_caller_again(request)
    if isinstance(caller, Unauthorized):
        raise caller
    get_product(caller, request.organization_id, request.product.gtin, Permission.CONTRIBUTE)
