"""What stands in a request's head and would be lost without a word: it is refused by its name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from apps.dashboard.api.request_body import ApiRequest
from apps.problems import FieldError, InvalidInput

_MEDIA_TYPE: Final = re.compile(r"[a-z]{1,16}/[a-z0-9.+-]{1,64}")
# What people write in an address that belongs into the body.
_WORDS: Final = ("priority", "caption", "alt", "isPrimary")
# What other services call the parameters of a list.
_PAGE_NAMES: Final = {
    **dict.fromkeys(("limit", "per_page", "perPage", "pageSize", "size", "count"), "page_size"),
    **dict.fromkeys(
        ("offset", "skip", "start", "cursor", "p", "page_number", "pageNumber"), "page"
    ),
}


def check_query(request: ApiRequest, members: Iterable[str]) -> None:
    """Refuse what belongs into the body and came in the address; raises InvalidInput."""
    names = [name for name in (*members, *_WORDS) if name in request.GET]
    _refuse(
        {
            name: f"{name} came in the address, where it is not read; send it in the body."
            for name in names
        }
    )


def check_page_names(request: ApiRequest) -> None:
    """Refuse a page that is asked for by a name that is not ours; raises InvalidInput."""
    _refuse(
        {
            name: f"{name} is not known; its name is {ours}, as in ?page=1&page_size=25."
            for name, ours in _PAGE_NAMES.items()
            if name in request.GET
        }
    )


def describe_type(request: ApiRequest) -> str:
    """The body's media type, where it looks like one."""
    sent = request.content_type or ""
    if not sent:
        return "of no declared type"
    return sent if _MEDIA_TYPE.fullmatch(sent) else "of a type that cannot be read"


def _refuse(faults: dict[str, str]) -> None:
    if faults:
        errors = [FieldError(name, message) for name, message in faults.items()]
        raise InvalidInput(" ".join(faults.values()), errors=errors)
