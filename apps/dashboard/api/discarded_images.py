"""The bin of a product's images: one function per operation."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse
from ninja import Path, Router, Status
from ninja.decorators import decorate_view

from apps.dashboard.api.admission import admit, admit_again
from apps.dashboard.api.auth import AUTHENTICATORS, get_actor
from apps.dashboard.api.document import describe_problems
from apps.dashboard.api.etags import build_etag, check_if_match
from apps.dashboard.api.images import IF_MATCH, IMAGE
from apps.dashboard.api.parameters import ImagePath
from apps.dashboard.api.request_body import ApiRequest
from apps.dashboard.api.schemas import ProductImageDetailsOut, describe_details
from apps.organizations.models import Permission
from apps.products import image_bin

CONDITIONAL = {
    "parameters": [IF_MATCH],
    "responses": describe_problems("precondition_failed"),
}
RESTORING = {**CONDITIONAL, "responses": describe_problems("conflict", "precondition_failed")}

router = Router(auth=AUTHENTICATORS, tags=["Images"])


@router.post(
    f"{IMAGE}/discard",
    response={204: None},
    summary="Move product image to the bin",
    openapi_extra=CONDITIONAL,
)
@decorate_view(admit(Permission.CONTRIBUTE))
def discard_image(
    request: ApiRequest, response: HttpResponse, path: Path[ImagePath]
) -> Status[None]:
    """Move an image to the bin: it is in no list any more and is no longer the primary image, no other is promoted, and its ``image_url`` still answers. ``restore`` brings it back within 30 days, after which it is deleted for good; ``DELETE`` does that at once. What is in the bin already stays there, and is answered the same. Requires the ``organization.contribute_organization`` permission on the membership."""
    image = image_bin.discard_image(
        request.product,
        path.image_id,
        get_actor(request),
        admit=partial(admit_again, request),
        check=partial(check_if_match, request),
    )
    response.headers["ETag"] = build_etag(image)
    return Status(204, None)


@router.post(
    f"{IMAGE}/restore",
    response=ProductImageDetailsOut,
    summary="Restore product image from the bin",
    openapi_extra=RESTORING,
)
@decorate_view(admit(Permission.CONTRIBUTE))
def restore_image(
    request: ApiRequest, response: HttpResponse, path: Path[ImagePath]
) -> ProductImageDetailsOut:
    """Bring an image back from the bin, with its caption and its place. If it was the primary image, it is so again unless another has become it. What is not in the bin is answered as it is; 409 where others have taken the room that the organization or the product has for pictures. Requires the ``organization.contribute_organization`` permission on the membership."""
    image = image_bin.restore_image(
        request.product,
        path.image_id,
        get_actor(request),
        admit=partial(admit_again, request),
        check=partial(check_if_match, request),
    )
    response.headers["ETag"] = build_etag(image)
    return describe_details(request, image)
