"""JSON as bodies have it, read no further than anything that is taken here could reach."""

from __future__ import annotations

import json
from typing import Any, Final

from django.http import HttpRequest
from ninja.parser import Parser

# 2,000 files have 4,000. Each that is unknown is a fault, and has a description of its own.
MAX_MEMBERS: Final = 20_000
# Of objects and lists, in names too: each costs as much as a member, though it is empty.
MAX_BRACKETS: Final = 40_000


class TooManyMembers(ValueError):
    """The objects of a body have more members than any that is taken here."""


class BoundedParser(Parser):
    """ninja's, for bodies whose objects have so many members at most."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Raises TooManyMembers, JSONDecodeError, UnicodeDecodeError."""
        body, left = request.body, MAX_MEMBERS
        if body.count(b"{") + body.count(b"[") > MAX_BRACKETS:
            raise TooManyMembers(f"The body has more than {MAX_BRACKETS:,} objects and lists.")

        def build_object(members: list[tuple[str, Any]]) -> dict[str, Any]:
            nonlocal left
            left -= len(members)
            if left < 0:
                raise TooManyMembers(f"The body has more than {MAX_MEMBERS:,} members of objects.")
            return dict(members)

        return json.loads(body, object_pairs_hook=build_object)
