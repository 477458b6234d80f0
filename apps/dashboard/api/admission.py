"""What head and path of a request tell is decided before a byte of its body is read."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpResponse

from apps.dashboard.api.auth import require_caller
from apps.dashboard.api.parameters import TradeItemPath
from apps.dashboard.api.request_body import ApiRequest
from apps.organizations.models import Permission
from apps.problems import PayloadTooLarge, UnsupportedMediaType
from apps.products.access import get_product
from apps.products.image_store import release_connection

JSON_TYPES = ("application/json", "application/merge-patch+json")


def check_length(request: ApiRequest) -> None:
    """Refuse a body that declares more than is taken anywhere but in the upload.

    Raises PayloadTooLarge.
    """
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    declared = request.declared_bytes or 0
    if declared > limit:
        raise PayloadTooLarge(
            f"The body has {declared:,} bytes; at most {limit:,} are taken here.",
            limit=limit,
            actual=declared,
        )


def check_json_head(request: ApiRequest) -> None:
    """Refuse what does not declare itself as JSON, and wait for the rest without a connection.

    Raises UnsupportedMediaType or PayloadTooLarge.
    """
    if request.content_type not in JSON_TYPES:
        raise UnsupportedMediaType(
            f"The body is {request.content_type or 'untyped'}; send application/json."
        )
    check_length(request)
    release_connection()


def admit(
    permission: Permission, check_head: Callable[[ApiRequest], None] = check_length
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Decorate ninja's view: who asks, for what, and with what kind of body comes before it.

    Raises Unauthorized, InvalidInput, NotFound, Forbidden, then what ``check_head`` raises. Leaves
    the product on the request.
    """

    def decorate(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(run)
        def admitted(
            request: ApiRequest, organization_id: str, gtin: str, **path: str
        ) -> HttpResponse:
            caller = require_caller(request)
            item = TradeItemPath.model_validate({"organization_id": organization_id, "gtin": gtin})
            request.product = get_product(caller, item.organization_id, item.gtin, permission)
            check_head(request)
            return run(request, organization_id=organization_id, gtin=gtin, **path)

        return admitted

    return decorate
