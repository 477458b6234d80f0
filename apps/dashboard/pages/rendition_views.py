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
from apps.products.models import ImageVersion, ProductImage
from apps.products.renditions.renditions import get_rendition
from apps.products.storage.rendition_names import RENDITION_SIZES

FOR_GOOD = "private, max-age=31536000, immutable"
RETRY_AFTER_SECONDS = 3


@require_safe
def rendition(
    request: HttpRequest, image_id: str, size: int, file_id: str = ""
) -> HttpResponseBase:
    """The image as WebP, not larger than ``size``; with ``file_id``, that file of it, had or has.

    What cannot be shown is answered with an error in plain text, so that ``<img>`` fires its
    error event: 422 for good, 503 for now.
    """
    image = _find_image(request, image_id) if size in RENDITION_SIZES else None
    file = _find_file(image, file_id) if image else None
    if image is None or file is None:
        raise Http404
    etag = f'"{encode_id(file.file_id)}-{size}"'
    # Without its id it is another file as soon as that is replaced.
    is_for_good = bool(file_id) or image.replaced_at is None
    headers = {
        "Cache-Control": FOR_GOOD if is_for_good else "private, no-cache",
        "X-Content-Type-Options": "nosniff",
        "ETag": etag,
    }
    if isinstance(get_conditional_response(request, etag=etag), HttpResponseNotModified):
        return HttpResponseNotModified(headers=headers)
    try:
        webp = get_rendition(file, size)
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


def _find_file(image: ProductImage, file_id: str) -> ProductImage | ImageVersion | None:
    if not file_id:
        return image
    try:
        pk = decode_id(file_id)
    except ValueError:
        return None
    if pk == image.file_id:
        return image
    version = image.versions.filter(pk=pk).first()
    if version is not None:
        version.image = image
    return version


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
