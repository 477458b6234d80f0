"""The pages about the API: its documentation, its catalogue, and one for each problem."""

from __future__ import annotations

import json

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from apps.dashboard.api.problem_responses import build_body
from apps.dashboard.operations.security_headers import HEADER as POLICY_HEADER
from apps.dashboard.operations.security_headers import build_page_policy
from apps.dashboard.pages.printed_limits import FORMATS, FRAME_LIMIT, IMAGE_LIMIT, TOTAL_LIMIT
from apps.dashboard.pages.problem_pages import PROBLEM_PAGES

# RFC 9727 §4, RFC 9264 §4.2
LINKSET_TYPE = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'


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
