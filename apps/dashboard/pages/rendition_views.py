"""Small copies of product images, for those who may see the product."""

from __future__ import annotations

from django.db.models import OuterRef, Subquery
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
)
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from apps.dashboard.api.identifiers import decode_id, encode_id
from apps.organizations.models import Membership, Permission
from apps.problems import Problem
from apps.products.models import ProductImage
from apps.products.renditions.renditions import get_rendition
from apps.products.storage.rendition_names import RENDITION_SIZES

HEADERS = {
    "Cache-Control": "private, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
}
RETRY_AFTER_SECONDS = 3


@require_safe
def rendition(request: HttpRequest, image_id: str, size: int) -> HttpResponseBase:
    """The image as WebP, not larger than ``size``.

    What cannot be shown is answered with an error in plain text, so that ``<img>`` fires its
    error event: 422 for good, 503 for now.
    """
    image = _find_image(request, image_id) if size in RENDITION_SIZES else None
    if image is None:
        raise Http404
    etag = f'"{encode_id(image.pk)}-{size}"'
    headers = {**HEADERS, "ETag": etag}
    if isinstance(get_conditional_response(request, etag=etag), HttpResponseNotModified):
        return HttpResponseNotModified(headers=headers)
    try:
        webp = get_rendition(image, size)
    except Problem as fault:
        return _build_refusal(fault)
    return HttpResponse(webp, content_type="image/webp", headers=headers)


def _find_image(request: HttpRequest, image_id: str) -> ProductImage | None:
    try:
        pk = decode_id(image_id)
    except ValueError:
        return None
    roles = Membership.objects.filter(
        user=request.user.pk, organization=OuterRef("product__owner")
    ).values("role")
    image = (
        ProductImage.objects.filter(pk=pk)
        .select_related("product")
        .annotate(caller_role=Subquery(roles))
        .first()
        if request.user.is_authenticated
        else None
    )
    role = getattr(image, "caller_role", None)
    return image if image and _may_view(request, role) else None


def _may_view(request: HttpRequest, role: str | None) -> bool:
    if role is not None and Permission.VIEW in Membership.PERMISSIONS[Membership.Role(role)]:
        return True
    # Those who run the service see it in the admin.
    return request.user.has_perm("products.view_productimage")


def _build_refusal(fault: Problem) -> HttpResponse:
    response = HttpResponse(
        f"{fault.detail}\n",
        status=fault.status,
        content_type="text/plain; charset=utf-8",
        headers={"Cache-Control": "no-store"},
    )
    if fault.retryable:
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response
