"""The pages, the health checks, the metrics, and the objects of a local disk."""

from __future__ import annotations

import json

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.storage import default_storage
from django.db import Error as DatabaseFault
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe
from django.views.static import serve
from prometheus_client import CONTENT_TYPE_LATEST

from apps.dashboard.api.middleware import API_PREFIX
from apps.dashboard.api.problem_responses import build_body, ensure_problem
from apps.dashboard.api.rate_limit import get_counts
from apps.dashboard.metrics_page import render_metrics
from apps.dashboard.printed_limits import FORMATS, FRAME_LIMIT, IMAGE_LIMIT, TOTAL_LIMIT
from apps.dashboard.problem_pages import PROBLEM_PAGES
from apps.dashboard.product_pages import start
from apps.dashboard.request_id import get_request_id
from apps.dashboard.security_headers import HEADER as POLICY_HEADER
from apps.dashboard.security_headers import build_page_policy
from apps.products.image_checks import ImageFormat

# RFC 9727 §4, RFC 9264 §4.2
LINKSET_TYPE = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
OBJECT_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "X-Content-Type-Options": "nosniff",
}
CONTENT_TYPES = {f.extension: f.content_type for f in ImageFormat}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this is; for who is signed in, their products or the choice of an organization."""
    if request.user.is_authenticated:
        return start(request)
    return render(request, "dashboard/home.html")


@require_safe
@ensure_csrf_cookie
def api_docs(request: HttpRequest) -> HttpResponse:
    """Swagger UI with our introduction; it may send with the session of who is signed in."""
    context = {
        "section": "docs",
        "origin": request.build_absolute_uri("/").rstrip("/"),
        "pages": PROBLEM_PAGES.values(),
        "image_limit": IMAGE_LIMIT,
        "frame_limit": FRAME_LIMIT,
        "total_limit": TOTAL_LIMIT,
        "formats": FORMATS,
    }
    response = render(request, "dashboard/api_docs.html", context)
    # Swagger's style sheet brings its icons along.
    response.headers[POLICY_HEADER] = build_page_policy("data:")
    return response


@require_safe
def api_catalog(request: HttpRequest) -> HttpResponse:
    """Where this API's document, pages and health are, for programs (RFC 9727, RFC 8631)."""

    def link(name: str, media_type: str) -> list[dict[str, str]]:
        return [{"href": request.build_absolute_uri(reverse(name)), "type": media_type}]

    entry = {
        "anchor": request.build_absolute_uri(reverse("dashboard_api:api-root")),
        "service-desc": link("dashboard_api:openapi-json", "application/json"),
        "service-doc": link("api-docs", "text/html"),
        "status": link("healthz", "text/plain"),
    }
    headers = {"Link": f'<{reverse("api-catalog")}>; rel="api-catalog"'}
    return JsonResponse({"linkset": [entry]}, content_type=LINKSET_TYPE, headers=headers)


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """For the admin and for JSON in a browser, which name no icon of their own."""
    return redirect(static("dashboard/favicon.svg"))


@require_safe
def problem_index(request: HttpRequest) -> HttpResponse:
    context = {"section": "problems", "pages": PROBLEM_PAGES.values()}
    return render(request, "dashboard/problem_index.html", context)


@require_safe
def problem_page(request: HttpRequest, error_code: str) -> HttpResponse:
    page = PROBLEM_PAGES.get(error_code)
    if page is None:
        raise Http404
    example = json.dumps(build_body(page.example), indent=2)
    context = {"section": "problems", "page": page, "example_body": example}
    return render(request, "dashboard/problem_page.html", context)


@require_safe
def tell_alive(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def tell_ready(request: HttpRequest) -> HttpResponse:
    """Which part is down; without Valkey, requests are served all the same, and it says so."""
    parts = {"database": _answers_database(), "storage": default_storage.is_ready()}  # type: ignore[attr-defined]  # ours have it
    degraded = {"degraded": ["valkey"]} if get_counts().is_degraded() else {}
    return JsonResponse({**parts, **degraded}, status=200 if all(parts.values()) else 503)


@require_safe
def tell_metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus, which sends METRICS_TOKEN; without one there is no such page."""
    if not settings.METRICS_TOKEN:
        raise Http404
    sent = request.headers.get("Authorization", "")
    if not constant_time_compare(sent, f"Bearer {settings.METRICS_TOKEN}"):
        challenge = {"WWW-Authenticate": 'Bearer realm="metrics"'}
        return HttpResponse(status=401, headers=challenge)
    return HttpResponse(render_metrics(), content_type=CONTENT_TYPE_LATEST)


@require_safe
def serve_object(request: HttpRequest, object_name: str) -> HttpResponseBase:
    """An object of the local disk; in production a web server in front does this."""
    content_type = CONTENT_TYPES.get(object_name.rpartition(".")[2])
    if settings.AWS_STORAGE_BUCKET_NAME or content_type is None:
        raise Http404
    # Not from the root: unfinished uploads lie beside the products.
    response = serve(request, object_name, document_root=str(settings.MEDIA_ROOT / "products"))
    for name, value in {**OBJECT_HEADERS, "Content-Type": content_type}.items():
        response.headers[name] = value
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return _render_error(
            413,
            "That is more than this page takes",
            "Shorten what you wrote and send it again; pictures go in on a product's page.",
        )
    return _render_error(
        400,
        "We could not read that",
        "The request is malformed. Go back and try once more; if a link brought you here, it is"
        " probably broken.",
    )


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _render_error(
        403,
        "This page is not open to you",
        "Your account does not have the permission. An owner of your organization can give it to"
        " you; or sign in with another account.",
    )


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _render_error(
        404,
        "There is nothing at this address",
        "It may be mistyped, or what was here is gone. Nothing of yours is lost by coming here.",
    )


def server_error(request: HttpRequest) -> HttpResponse:
    if request.path_info.startswith(API_PREFIX):  # what failed is the way to the API itself
        return ensure_problem(HttpResponse(status=500))
    page = render_to_string("dashboard/server_error.html", {"request_id": get_request_id()})
    return HttpResponse(page, status=500)


def _render_error(status: int, title: str, message: str) -> HttpResponse:
    # Without the request: what its user or session would ask of the database may be what failed.
    context = {
        "status": status,
        "title": title,
        "message": message,
        "request_id": get_request_id(),
    }
    return HttpResponse(render_to_string("dashboard/error.html", context), status=status)


def _answers_database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseFault:
        return False
    return True
