"""How many products an organization has, and in which state, counted in its row.

The counts change in the transactions that change the products, by what they change: as the last of
each, since all uploads of the organization wait there.
"""

from __future__ import annotations

import uuid
from collections import Counter

from django.db.models import F

from apps.organizations.models import Organization

StateCounts = Counter[str]
"""What some products add to the columns of these names."""


def list_states(*, has_primary: bool, kept_images: int) -> StateCounts:
    """What one product adds that tells this of its pictures."""
    return Counter(
        kept_products=1,
        products_without_primary=int(not has_primary),
        products_without_pictures=int(kept_images <= 0),
    )


def count_states(
    owner_id: uuid.UUID | None,
    *,
    before: StateCounts | None = None,
    after: StateCounts | None = None,
) -> None:
    """Count for the organization what its products are after, in place of what they were before."""
    more = Counter(after)
    more.subtract(before)
    add_to_organization(owner_id, **more)


def add_to_organization(owner_id: uuid.UUID | None, **more: int) -> None:
    """Add to these columns of its row; nothing where there is no organization, or no change."""
    changed = {name: F(name) + number for name, number in more.items() if number}
    if owner_id is not None and changed:
        Organization.objects.filter(pk=owner_id).update(**changed)
