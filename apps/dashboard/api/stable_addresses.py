"""Addresses that stay while pictures change: each leads anybody to the object of the moment."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Final

from django.db import Error as DatabaseFault
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.views.decorators.csrf import csrf_exempt

from apps.dashboard.api.identifiers import decode_id
from apps.dashboard.api.problem_responses import (
    build_problem_response,
    ensure_problem,
    get_problem,
)
from apps.dashboard.api.rate_limit import STRANGERS, count_address
from apps.dashboard.api.schemas import make_absolute
from apps.problems import NotFound, Problem
from apps.products.gtin import read_printed_gtin
from apps.products.models import ImageSet, ProductImage

SAFE_METHODS: Final = ("GET", "HEAD")
KEPT_SECONDS: Final = 300

View = Callable[..., HttpResponse]


def lead_to(find: Callable[..., ImageSet]) -> View:
    """A view that redirects to the first of what is found, and answers problems."""

    @csrf_exempt  # whose refusal would be a page
    @wraps(find)
    def view(request: HttpRequest, **path: str) -> HttpResponse:
        if request.method not in SAFE_METHODS:
            return ensure_problem(request, HttpResponseNotAllowed(SAFE_METHODS))
        try:
            response = _lead(request, find, path)
        except (Problem, DatabaseFault) as fault:
            problem = get_problem(fault)
            if problem is None:
                raise
            response = build_problem_response(problem)
            response.headers["Cache-Control"] = "no-cache"
        if request.method == "HEAD":
            response.content = b""
        # No credential is looked at: what anybody may have, any page may read.
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    return view


def _lead(
    request: HttpRequest, find: Callable[..., ImageSet], path: dict[str, str]
) -> HttpResponse:
    # By itself, so that nobody's pictures are refused for guesses at keys, nor the reverse.
    standing = count_address(request, "picture", STRANGERS)
    if standing.is_refused:
        response = build_problem_response(standing.get_problem())
        standing.write_headers(response)  # on no other: caches give those to everybody
        return response
    image = find(**path).present().only("object_name").first()
    if image is None:
        raise NotFound("There is no picture at this address now.")
    headers = {"Cache-Control": f"public, max-age={KEPT_SECONDS}"}
    return HttpResponseRedirect(make_absolute(request, image.url), headers=headers)


@lead_to
def image_address(image_id: str) -> ImageSet:
    """The image's present file."""
    try:
        return ProductImage.objects.filter(pk=decode_id(image_id))
    except ValueError:
        return ProductImage.objects.none()


@lead_to
def hero_address(organization_id: str, gtin: str) -> ImageSet:
    """The present primary image of the organization's product."""
    try:
        owner = decode_id(organization_id)
    except ValueError:
        return ProductImage.objects.none()
    gtin14 = read_printed_gtin(gtin) or ""
    primaries = ProductImage.objects.filter(is_primary=True)
    return primaries.filter(product__gtin=gtin14, product__owner=owner)
