"""The objects of a local disk, where no web server in front gives them out."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe
from django.views.static import serve

from apps.products.pictures.image_checks import ImageFormat

OBJECT_HEADERS = {
    "Access-Control-Allow-Origin": "*",  # no credential is looked at
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "X-Content-Type-Options": "nosniff",
}
CONTENT_TYPES = {f.extension: f.content_type for f in ImageFormat}


@require_safe
def serve_object(request: HttpRequest, object_name: str) -> HttpResponseBase:
    """An object of the local disk; in production a web server in front does this."""
    content_type = CONTENT_TYPES.get(object_name.rpartition(".")[2])
    if settings.AWS_STORAGE_BUCKET_NAME or content_type is None:
        raise Http404
    # Not from the root: unfinished uploads lie beside the products.
    try:
        response = serve(request, object_name, document_root=str(settings.MEDIA_ROOT / "products"))
    except OSError as fault:  # such as a name that is too long for a file
        raise Http404 from fault
    for name, value in {**OBJECT_HEADERS, "Content-Type": content_type}.items():
        response.headers[name] = value
    return response
