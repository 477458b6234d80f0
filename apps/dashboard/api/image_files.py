"""The file of an image, and those that it had: one function per operation."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.http import HttpResponse
from ninja import Path, Router
from ninja.decorators import decorate_view

from apps.dashboard.api.admission import admit, admit_again
from apps.dashboard.api.auth import AUTHENTICATORS, get_actor
from apps.dashboard.api.discarded_images import CONDITIONAL
from apps.dashboard.api.document import describe_problems
from apps.dashboard.api.etags import build_etag, check_if_match
from apps.dashboard.api.idempotency import answer_once
from apps.dashboard.api.images import IF_MATCH, IMAGE, REPLAYED
from apps.dashboard.api.parameters import ImagePart, ImagePath, VersionPath
from apps.dashboard.api.request_body import ApiRequest
from apps.dashboard.api.schemas import (
    ImageVersionsOut,
    ProductImageDetailsOut,
    describe_details,
    describe_version,
)
from apps.dashboard.api.upload_handler import check_file_head
from apps.organizations.models import Permission
from apps.products import image_versions
from apps.products.image_store import get_image
from apps.products.models import ProductImage

router = Router(auth=AUTHENTICATORS, tags=["Images"])


@router.put(
    f"{IMAGE}/file",
    response=ProductImageDetailsOut,
    summary="Replace the file of product image",
    openapi_extra={
        "parameters": [IF_MATCH],
        "responses": {
            200: {"headers": {"Idempotent-Replayed": REPLAYED}},
            **describe_problems(
                "bad_request", "conflict", "precondition_failed", "unsupported_media_type"
            ),
        },
    },
)
@decorate_view(admit(Permission.CONTRIBUTE, check_file_head))
def replace_file(
    request: ApiRequest, response: HttpResponse, path: Path[ImagePath], image: ImagePart
) -> ProductImageDetailsOut:
    """Give an image another file, with all that holds for an upload: its id, caption, place, primary flag and ``created`` stay, what its file is and ``image_url`` are new. The file that it had is kept as a version. With the bytes that it has already nothing is replaced: it is answered as it is, whatever ``If-Match`` says. Requires the ``organization.contribute_organization`` permission on the membership."""

    def store(before_commit: Callable[[ProductImage], None]) -> ProductImage:
        stored = image_versions.replace_file(
            request.product,
            path.image_id,
            image,
            get_actor(request),
            check=partial(check_if_match, request),
            before_commit=before_commit,
        )
        response.headers["ETag"] = build_etag(stored)
        return stored

    return answer_once(request, response, image, [], store, ProductImageDetailsOut)


@router.get(
    f"{IMAGE}/versions",
    response=ImageVersionsOut,
    summary="List the versions of product image",
    openapi_extra={"responses": describe_problems()},
)
@decorate_view(admit(Permission.VIEW))
def list_versions(request: ApiRequest, path: Path[ImagePath]) -> ImageVersionsOut:
    """List the files that an image had before its present one, the last replaced first: the last 20 at most, each for 365 days. Requires membership in the organization."""
    image = get_image(request.product, path.image_id)
    versions = image.versions.select_related("uploaded_by").order_by("-replaced_at")
    return ImageVersionsOut(data=[describe_version(request, version) for version in versions])


@router.post(
    f"{IMAGE}/versions/{{version_id}}/restore",
    response=ProductImageDetailsOut,
    summary="Restore a version of product image",
    openapi_extra=CONDITIONAL,
)
@decorate_view(admit(Permission.CONTRIBUTE))
def restore_version(
    request: ApiRequest, response: HttpResponse, path: Path[VersionPath]
) -> ProductImageDetailsOut:
    """Give an image the file of a version again; its present file becomes a version. ``image_url`` is that file's address of before. What is the present file already is answered the same. Requires the ``organization.contribute_organization`` permission on the membership."""
    image = image_versions.restore_version(
        request.product,
        path.image_id,
        path.version_id,
        get_actor(request),
        admit=partial(admit_again, request),
        check=partial(check_if_match, request),
    )
    response.headers["ETag"] = build_etag(image)
    return describe_details(request, image)
