"""The images of a product: one function per operation."""

from __future__ import annotations

from ninja import Path, Router, Status
from ninja.decorators import decorate_view

from apps.dashboard.api.auth import AUTHENTICATORS
from apps.dashboard.api.request_body import ApiRequest
from apps.dashboard.api.schemas import (
    ImagePart,
    IsPrimaryPart,
    ProductImageOut,
    TitlePart,
    TradeItemPath,
    describe_image,
)
from apps.dashboard.api.upload_handler import before_upload
from apps.products.image_store import store_image

router = Router(auth=AUTHENTICATORS, tags=["Images"])


@router.post(
    "/trade-items/{organization_id}/{gtin}/images",
    response={201: ProductImageOut},
    summary="Upload product image",
)
@decorate_view(before_upload)
def upload_image(
    request: ApiRequest,
    path: Path[TradeItemPath],
    image: ImagePart,
    title: TitlePart = "",
    is_primary: IsPrimaryPart = False,
) -> Status[ProductImageOut]:
    """Upload a single image and attach it to the product. Accepts JPEG, PNG, GIF, WebP, SVG, or BMP. When ``is_primary`` is true the previously primary image (if any) is automatically demoted, so at most one image per product carries the flag. Requires the ``organization.contribute_organization`` permission on the membership."""  # noqa: E501 (published as it stands)
    stored = store_image(
        request.product,
        image,
        title=title,
        is_primary=is_primary,
        uploaded_by_id=request.auth.user_id,
    )
    return Status(201, describe_image(request, stored))
