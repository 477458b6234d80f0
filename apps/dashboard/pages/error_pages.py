"""What people see in place of a page: its `handler400` to `handler500`."""

from __future__ import annotations

import sys

from django.core.exceptions import RequestDataTooBig
from django.db import Error as DatabaseFault
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from apps.dashboard.api.middleware import API_PREFIX
from apps.dashboard.api.problem_responses import (
    build_problem_response,
    ensure_problem,
    get_problem,
)
from apps.dashboard.operations.request_id import get_request_id
from apps.problems import ServiceUnavailable


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return _render_error(
            request,
            413,
            "That is more than this page takes",
            "Shorten what you wrote and send it again; pictures go in on a product's page.",
        )
    return _render_error(
        None,  # its host may be the fault, which the page's addresses are made with
        400,
        "We could not read that",
        "The request is malformed. Go back and try once more; if a link brought you here, it is"
        " probably broken.",
    )


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _render_error(
        request,
        403,
        "This page is not open to you",
        "Your account does not have the permission. An owner of your organization can give it to"
        " you; or sign in with another account.",
    )


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _render_error(
        request,
        404,
        "There is nothing at this address",
        "It may be mistyped, or what was here is gone. Nothing of yours is lost by coming here.",
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Django calls it while it handles what was raised, and tells the rest of us by that alone."""
    fault = sys.exception()
    problem = get_problem(fault) if isinstance(fault, Exception) else None
    outage = problem if isinstance(problem, ServiceUnavailable) else None
    if request.path_info.startswith(API_PREFIX):  # what failed is the way to the API itself
        if outage is not None:
            return build_problem_response(outage)
        return ensure_problem(request, HttpResponse(status=500))
    status = 500 if outage is None else outage.status
    context = {"request_id": get_request_id(), "status": status, "is_outage": outage is not None}
    page = render_to_string("dashboard/server_error.html", context)
    return HttpResponse(page, status=status, headers=outage and outage.headers)


def _render_error(
    request: HttpRequest | None, status: int, title: str, message: str
) -> HttpResponse:
    context = {
        "status": status,
        "title": title,
        "message": message,
        "request_id": get_request_id(),
    }
    shown_to = request if request is not None and _knows_user(request) else None
    page = render_to_string("dashboard/error.html", context, request=shown_to)
    return HttpResponse(page, status=status)


def _knows_user(request: HttpRequest) -> bool:
    """Whether who is signed in can be told; the database may be what failed."""
    try:
        return hasattr(request, "user") and request.user.is_authenticated in {True, False}
    except DatabaseFault:
        return False
