"""The order of a product's images: one function per operation."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse
from ninja import Path, Router, Status
from ninja.decorators import decorate_view

from apps.dashboard.api.admission import admit, admit_again, check_json_head
from apps.dashboard.api.auth import AUTHENTICATORS, get_actor
from apps.dashboard.api.document import describe_header, describe_problems
from apps.dashboard.api.etags import build_gallery_etag, check_tag
from apps.dashboard.api.images import GALLERY
from apps.dashboard.api.json_bodies import ImageOrderIn
from apps.dashboard.api.parameters import TradeItemPath
from apps.dashboard.api.request_body import ApiRequest
from apps.organizations.models import Permission
from apps.products import gallery_order
from apps.products.image_history import get_last_event_id

IF_MATCH = describe_header(
    "If-Match", "Only if the gallery still has one of these ``ETag`` values, as its list has them."
)

router = Router(auth=AUTHENTICATORS, tags=["Images"])


@router.put(
    f"{GALLERY}/order",
    response={204: None},
    summary="Put product images in order",
    openapi_extra={
        "parameters": [IF_MATCH],
        "responses": describe_problems(
            "bad_request", "precondition_failed", "unsupported_media_type"
        ),
    },
)
@decorate_view(admit(Permission.CONTRIBUTE, partial(check_json_head, members=("image_ids",))))
def order_images(
    request: ApiRequest, response: HttpResponse, path: Path[TradeItemPath], order: ImageOrderIn
) -> Status[None]:
    """Put the images that are named first, in this order, and the others behind them as they were; their ``priority`` tells the places from then on. The primary image still comes before all. All or nothing, and one line of history. The answer has the gallery's new ``ETag``. Requires the ``organization.contribute_organization`` permission on the membership."""
    last_event_id = gallery_order.order_images(
        request.product,
        order.image_ids,
        get_actor(request),
        admit=partial(admit_again, request),
        check=partial(_check_gallery, request),
    )
    response.headers["ETag"] = build_gallery_etag(request.product, last_event_id)
    return Status(204, None)


def _check_gallery(request: ApiRequest) -> None:
    product = request.product
    check_tag(request, build_gallery_etag(product, get_last_event_id(product)), "gallery")
