"""The images of a product: one function per operation."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse, HttpResponseNotModified
from ninja import Path, Query, Router, Status
from ninja.decorators import decorate_view

from apps.dashboard.api.admission import admit, admit_again, check_json_head
from apps.dashboard.api.auth import AUTHENTICATORS, get_actor
from apps.dashboard.api.document import describe_header, describe_problems
from apps.dashboard.api.etags import (
    build_etag,
    build_gallery_etag,
    check_if_match,
    is_known,
)
from apps.dashboard.api.idempotency import answer_once
from apps.dashboard.api.json_bodies import ProductImageIn
from apps.dashboard.api.pagination import read_page
from apps.dashboard.api.parameters import (
    ImagePageQuery,
    ImagePart,
    ImagePath,
    IsPrimaryPart,
    PageQuery,
    TitlePart,
    TradeItemPath,
)
from apps.dashboard.api.request_body import ApiRequest
from apps.dashboard.api.schemas import (
    DESCRIBED,
    ImageEventPageOut,
    ProductImageDetailsOut,
    ProductImageDetailsPageOut,
    ProductImageOut,
    ProductImagePageOut,
    describe_details,
    describe_events,
    describe_image,
)
from apps.dashboard.api.upload_handler import check_form_head
from apps.organizations.models import Permission
from apps.products.image_history import get_last_event_id
from apps.products.image_store import change_image, remove_image, store_image
from apps.products.image_store import get_image as get_stored_image

GALLERY = "/trade-items/{organization_id}/{gtin}/images"
IMAGE = f"{GALLERY}/{{image_id}}"
IF_MATCH = describe_header("If-Match", "Only if the image still has one of these ``ETag`` values.")
IF_NONE_MATCH = describe_header("If-None-Match", "304 if the image still has this ``ETag``.")
LOCATION = {"description": "The image's own address.", "schema": {"type": "string"}}
REPLAYED = {
    "description": "`true` where the `Idempotency-Key` was used before: this is the first answer.",
    "schema": {"type": "string", "enum": ["true"]},
}

router = Router(auth=AUTHENTICATORS, tags=["Images"])


@router.post(
    GALLERY,
    response={201: ProductImageOut},
    summary="Upload product image",
    openapi_extra={
        "responses": {
            201: {"headers": {"Location": LOCATION, "Idempotent-Replayed": REPLAYED}},
            **describe_problems("bad_request", "conflict", "unsupported_media_type"),
        }
    },
)
@decorate_view(admit(Permission.CONTRIBUTE, check_form_head))
def upload_image(
    request: ApiRequest,
    response: HttpResponse,
    path: Path[TradeItemPath],
    image: ImagePart,
    title: TitlePart = "",
    is_primary: IsPrimaryPart = False,
) -> Status[ProductImageOut]:
    """Upload a single image and attach it to the product. Accepts JPEG, PNG, GIF, WebP, SVG, or BMP. When ``is_primary`` is true the previously primary image (if any) is automatically demoted, so at most one image per product carries the flag. Requires the ``organization.contribute_organization`` permission on the membership."""
    store = partial(
        store_image,
        request.product,
        image,
        title=title,
        is_primary=is_primary,
        actor=get_actor(request),
    )
    words: list[object] = [title, is_primary]
    answer = answer_once(request, response, image, words, store, ProductImageOut)
    response.headers["Location"] = f"{request.path}/{answer.id}"
    return Status(201, answer)


@router.get(
    GALLERY,
    # The richer first: generated clients take the first that fits what came.
    response=ProductImageDetailsPageOut | ProductImagePageOut,
    summary="List product images",
    openapi_extra={"responses": describe_problems()},
)
@decorate_view(admit(Permission.VIEW))
def list_images(
    request: ApiRequest,
    response: HttpResponse,
    path: Path[TradeItemPath],
    page: Query[ImagePageQuery],
) -> ProductImagePageOut | ProductImageDetailsPageOut:
    """List the images of a product, a page at a time: the primary image first, then by ``priority``, then the newest first. A page past the end is empty. The ``ETag`` is that of the whole gallery, to send back as ``If-Match`` when you put it in order. Requires membership in the organization."""
    # First: with rows that are newer than it, it would let an outdated order pass.
    last_event_id = get_last_event_id(request.product)
    response.headers["ETag"] = build_gallery_etag(request.product, last_event_id)
    gallery = request.product.images.in_gallery()
    rows = gallery if page.details else gallery.only(*DESCRIBED)
    images, pagination = read_page(rows, page)
    if page.details:
        details = [describe_details(request, image) for image in images]
        return ProductImageDetailsPageOut(data=details, pagination=pagination)
    data = [describe_image(request, image) for image in images]
    return ProductImagePageOut(data=data, pagination=pagination)


@router.get(
    IMAGE,
    response=ProductImageDetailsOut,
    summary="Get product image",
    openapi_extra={
        "parameters": [IF_NONE_MATCH],
        "responses": {304: {"description": "Not Modified"}, **describe_problems()},
    },
)
@decorate_view(admit(Permission.VIEW))
def get_image(
    request: ApiRequest, response: HttpResponse, path: Path[ImagePath]
) -> ProductImageDetailsOut | HttpResponse:
    """Get one image and what its file is, with an ``ETag`` to send back as ``If-Match`` when you change it. Requires membership in the organization."""
    image = get_stored_image(request.product, path.image_id)
    response.headers["ETag"] = build_etag(image)
    if is_known(request, image):
        return HttpResponseNotModified(headers=response.headers)
    return describe_details(request, image)


@router.patch(
    IMAGE,
    response=ProductImageDetailsOut,
    summary="Change product image",
    openapi_extra={
        "parameters": [IF_MATCH],
        "responses": describe_problems(
            "bad_request", "precondition_failed", "unsupported_media_type"
        ),
    },
)
@decorate_view(admit(Permission.CONTRIBUTE, check_json_head))
def update_image(
    request: ApiRequest, response: HttpResponse, path: Path[ImagePath], changes: ProductImageIn
) -> ProductImageDetailsOut:
    """Change caption, place, or primary flag: only the members that are sent. Promoting an image demotes the previous primary; ``is_primary: false`` demotes this one and promotes no other. With ``If-Match`` the change is made only if the image is still as you read it. Requires the ``organization.contribute_organization`` permission on the membership."""
    image = change_image(
        request.product,
        path.image_id,
        changes.model_dump(exclude_unset=True),
        get_actor(request),
        admit=partial(admit_again, request),
        check=partial(check_if_match, request),
    )
    response.headers["ETag"] = build_etag(image)
    return describe_details(request, image)


@router.delete(
    IMAGE,
    response={204: None},
    summary="Delete product image",
    openapi_extra={
        "parameters": [IF_MATCH],
        "responses": describe_problems("precondition_failed"),
    },
)
@decorate_view(admit(Permission.CONTRIBUTE))
def delete_image(request: ApiRequest, path: Path[ImagePath]) -> Status[None]:
    """Delete an image and its file for good, from the bin or past it; browsers and caches that have the file may show it for up to a year. When it was the primary image, no other is promoted. Requires the ``organization.contribute_organization`` permission on the membership."""
    remove_image(
        request.product,
        path.image_id,
        get_actor(request),
        admit=partial(admit_again, request),
        check=partial(check_if_match, request),
    )
    return Status(204, None)


@router.get(
    "/trade-items/{organization_id}/{gtin}/image-history",
    response=ImageEventPageOut,
    summary="List the history of product images",
    openapi_extra={"responses": describe_problems()},
)
@decorate_view(admit(Permission.VIEW))
def list_image_history(
    request: ApiRequest, path: Path[TradeItemPath], page: Query[PageQuery]
) -> ImageEventPageOut:
    """List who did what to the images of a product, the newest first: uploaded, promoted, demoted, retitled, reprioritised, ordered (the gallery as a whole: ``image_id`` is null, ``new`` says how many images were named), replaced (``old`` and ``new`` are the files' names), reverted (to a version), discarded, restored, deleted. Requires membership in the organization."""
    ordered = request.product.image_events.select_related("user").order_by("-id")
    events, pagination = read_page(ordered, page)
    return ImageEventPageOut(data=describe_events(events), pagination=pagination)
