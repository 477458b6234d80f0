"""The scopes that an access token can have, as users are asked for them."""

from __future__ import annotations

from typing import Final

READ: Final = "images:read"
WRITE: Final = "images:write"
DESCRIPTIONS: Final = {
    READ: "See the pictures of your products",
    WRITE: "Add, change and delete pictures of your products",
}
