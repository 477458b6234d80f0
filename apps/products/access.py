"""The one door to a product: is it there for this caller, and may they do that?"""

from __future__ import annotations

import uuid

from django.db import connection
from django.utils import timezone

from apps.organizations.callers import Caller
from apps.organizations.models import Membership, Organization, Permission
from apps.organizations.plain_sql import fetch_rows
from apps.organizations.row_reads import find_row, list_columns
from apps.problems import Forbidden, NotFound
from apps.products.gtin import get_check_digit, has_valid_check_digit
from apps.products.models import Product
from apps.products.quotas import ROOM_COLUMNS

ROOM = ", ".join(f"owner.{column}" for column in ROOM_COLUMNS)
# In SQL, since composing it from querysets costs five times what the database takes to answer.
_SELECT_WITH_ROLE = f"""
    SELECT {list_columns(Product, "product")}, membership.role, owner.refuses_positions, {ROOM}
    FROM products_product AS product
    JOIN organizations_organization AS owner ON owner.id = product.owner_id
    JOIN organizations_membership AS membership
      ON membership.organization_id = product.owner_id AND membership.user_id = %s
    WHERE product.gtin = %s AND product.owner_id = %s
"""  # noqa: S608 (our own names)
# One row while the key is in force as it was found, and its user's membership as well.
_SELECT_ROLE_AGAIN = """
    SELECT membership.role FROM organizations_apikey AS api_key
    JOIN auth_user ON auth_user.id = api_key.user_id AND auth_user.is_active
    JOIN organizations_membership AS membership ON membership.user_id = api_key.user_id
    JOIN products_product AS product ON product.owner_id = membership.organization_id
    WHERE api_key.id = %s AND api_key.is_active AND api_key.role = %s
      AND (api_key.expires_at IS NULL OR api_key.expires_at > %s)
      AND product.id = %s AND product.owner_id = %s
"""
_OWNER_ID = Organization._meta.pk


def get_product(
    caller: Caller, organization_id: uuid.UUID, gtin14: str, permission: Permission
) -> Product:
    """The product with ``gtin14`` that the organization owns; one query.

    Raises NotFound, the same one whether organization, membership or product is missing, and
    Forbidden when the membership or the credential lacks ``permission``.
    """
    if not caller.granted:  # the same for every product, so that none can be guessed
        raise Forbidden(caller.explain_lack(permission))
    product = _find_product(caller, organization_id, gtin14)
    if product is None:
        raise NotFound(describe_missing_product(gtin14))
    if not caller.may(permission, product.caller_role):
        raise Forbidden(caller.explain_lack(permission, product.caller_role))
    return product


def may_still(caller: Caller, product: Product, permission: Permission) -> bool:
    """Whether an API key may now what it was found to; one query, of a fifth of the others' calls.

    False for other credentials too: for these, and for why not, everything is looked up again.
    """
    if caller.api_key_id is None:
        return False
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    owner_id = _OWNER_ID.get_db_prep_value(product.owner_id, connection)
    key = [caller.api_key_id, caller.api_key_role, now]
    found = fetch_rows(_SELECT_ROLE_AGAIN, [*key, product.pk, owner_id])
    return bool(found) and caller.may(permission, found[0][0])


def check_member(
    caller: Caller, organization_id: uuid.UUID, permission: Permission
) -> Membership.Role:
    """The role of the caller in the organization.

    Raises NotFound, the same one whether organization or membership is missing, and Forbidden when
    the membership or the credential lacks ``permission``.
    """
    if not caller.granted:
        raise Forbidden(caller.explain_lack(permission))
    members = Membership.objects.filter(organization=organization_id, user=caller.user_id)
    role = members.values_list("role", flat=True).first() if caller.user_id else None
    if role is None or not caller.reaches(organization_id):
        raise NotFound("No organization of yours has this id.")
    if not caller.may(permission, role):
        raise Forbidden(caller.explain_lack(permission, role))
    return Membership.Role(role)


def _find_product(caller: Caller, organization_id: uuid.UUID, gtin14: str) -> Product | None:
    if not caller.reaches(organization_id):
        return None
    owner_id = _OWNER_ID.get_db_prep_value(organization_id, connection)
    found = find_row(Product, _SELECT_WITH_ROLE, [caller.user_id, gtin14, owner_id])
    if found is None:
        return None
    product, (role, refuses_positions, *room) = found
    product.caller_role, product.room = role, room
    product.refuses_positions = bool(refuses_positions)
    return product


def describe_missing_product(gtin14: str) -> str:
    """The words of the one 404."""
    detail = f"No product with GTIN {gtin14} was found in an organization of yours with this id."
    if not has_valid_check_digit(gtin14):
        detail += f" The check digit of {gtin14} should be {get_check_digit(gtin14)}."
    return detail
