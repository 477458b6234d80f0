"""What to do about an address that leads nowhere, or a method that it does not take."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from django.urls import Resolver404, ResolverMatch, resolve

from apps.dashboard.api.identifiers import decode_id
from apps.products.gtin import normalize_gtin

_METHODS: Final = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT")
# Tried one after the other, each on what the one before has made of the path.
_MENDS: Final = tuple(
    (re.compile(wrong, re.IGNORECASE), right)
    for wrong, right in (
        (r"(?<!/)/+$", ""),  # only whole runs are tried: each of their slashes would begin one
        (r"/{2,}", "/"),
        (r"^/dashboard/api/(?:v\d+/)?(?=[^/]*(?:items?|products?)/)", "/dashboard/api/v1/"),
        (r"/(?:trade[-_]?items?|products?)/", "/trade-items/"),
        (r"/(?:images?|pictures?|photos?)(?=/|$)", "/images"),
        (r"/(?:images?[-_]?)?history$", "/image-history"),
        (r"(/trade-items/[^/]+/[0-9]{8,14})(?:/upload)?$", r"\1/images"),
    )
)
# What is shown of a path where it is well-formed, and else not: it may hold anything.
_READERS: Final[dict[str, Callable[[str], object]]] = {
    "organization_id": decode_id,
    "image_id": decode_id,
    "gtin": normalize_gtin,
}
_HINTS: Final = (
    (r"/images$", "PUT PATCH", "Upload with POST; change one with PATCH at {itself}/IMAGE_ID."),
    (r"/images$", "DELETE", "Delete one with DELETE at {itself}/IMAGE_ID."),
    (
        r"/<image_id>$", "POST PUT",
        "Change this one with PATCH, its file with PUT at {itself}/file; upload a new one to"
        " {above}.",
    ),
)  # fmt: skip


def explain_missing_address(path: str) -> str:
    """What is wrong with a path that matches no route, and which one may be meant."""
    mended = path
    for wrong, right in _MENDS:
        mended = wrong.sub(right, mended)
        if mended != path and (match := _find_match(mended)):
            if mended + "/" == path:
                return (
                    "There is nothing at this address, but there is without the slash at its end:"
                    f" {print_address(match)}"
                )
            return f"There is nothing at this address; is {print_address(match)} meant?"
    return "There is nothing at this address; /dashboard/api/v1/docs lists all that there are."


def explain_method(method: str, allowed: list[str], match: ResolverMatch | None) -> str:
    """Which methods the address takes, and which one does what was probably meant."""
    sent = method if method in _METHODS else "what was sent"
    detail = f"This address takes {', '.join(allowed[:-1])} and {allowed[-1]}, not {sent}."
    if match is None:
        return detail
    address = print_address(match)
    for route_end, methods, hint in _HINTS:
        if method in methods.split() and re.search(route_end, match.route):
            told = hint.format(itself=address, above=address.rpartition("/")[0])
            return f"{detail} {told}"
    return detail


def print_address(match: ResolverMatch) -> str:
    """The path, with the name of each part of it that is not well-formed in its place."""

    def print_part(part: re.Match[str]) -> str:
        name = part[1].rpartition(":")[2]
        value = str(match.kwargs.get(name, ""))
        try:
            _READERS[name](value)
        except (KeyError, ValueError):
            return name.upper()
        return value

    return "/" + re.sub(r"<([^>]+)>", print_part, match.route)


def _find_match(path: str) -> ResolverMatch | None:
    try:
        match = resolve(path)
    except Resolver404:
        return None
    return match if path.startswith("/dashboard/api/") else None
