"""The pages, the health checks, and the objects of a local disk."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe
from django.views.static import serve

from apps.problems import StorageUnavailable
from apps.products.image_checks import ImageFormat

OBJECT_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "X-Content-Type-Options": "nosniff",
}
CONTENT_TYPES = {f.extension: f.content_type for f in ImageFormat}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return redirect("dashboard_api:openapi-view")


@require_safe
def tell_alive(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def tell_ready(request: HttpRequest) -> HttpResponse:
    parts = {"database": _answers_database(), "storage": _answers_storage()}
    return JsonResponse(parts, status=200 if all(parts.values()) else 503)


@require_safe
def error_page(request: HttpRequest, error_code: str) -> HttpResponse:
    raise Http404


@require_safe
def serve_object(request: HttpRequest, object_name: str) -> HttpResponseBase:
    """An object of the local disk; in production a web server in front does this."""
    if settings.AWS_STORAGE_BUCKET_NAME or not object_name.startswith("products/"):
        raise Http404
    response = serve(request, object_name, document_root=settings.MEDIA_ROOT)
    response.headers.update(OBJECT_HEADERS)
    response.headers["Content-Type"] = CONTENT_TYPES[object_name.rpartition(".")[2]]
    return response


def bad_request(request, exception):
    return HttpResponse("bad request", status=400)


def permission_denied(request, exception):
    return HttpResponse("denied", status=403)


def page_not_found(request, exception):
    return HttpResponse("not found", status=404)


def server_error(request):
    return HttpResponse("error", status=500)


def _answers_database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _answers_storage() -> bool:
    return True
