"""The one door to a product: is it there for this caller, and may they do that?"""

from __future__ import annotations

import uuid

from django.db import connection

from apps.organizations.callers import Caller
from apps.organizations.models import Organization, Permission
from apps.problems import Forbidden, NotFound
from apps.products.gtin import get_check_digit, has_valid_check_digit
from apps.products.models import Product

# In SQL, since composing it from querysets costs five times what the database takes to answer.
_SELECT_WITH_ROLE = """
    SELECT product.*, membership.role AS caller_role FROM products_product AS product
    JOIN organizations_membership AS membership
      ON membership.organization_id = product.owner_id AND membership.user_id = %s
    WHERE product.gtin = %s AND product.owner_id = %s
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
        raise Forbidden("This credential may neither read nor write; a publishable key never may.")
    product = _find_product(caller, organization_id, gtin14)
    if product is None:
        raise NotFound(_describe_missing_product(gtin14))
    if not caller.may(permission, product.caller_role):
        raise Forbidden(f"This needs the permission {permission.value}, which you don't have here.")
    return product


def _find_product(caller: Caller, organization_id: uuid.UUID, gtin14: str) -> Product | None:
    if not caller.reaches(organization_id):
        return None
    owner_id = _OWNER_ID.get_db_prep_value(organization_id, connection)
    found = Product.objects.raw(_SELECT_WITH_ROLE, [caller.user_id, gtin14, owner_id])
    return next(iter(found), None)


def _describe_missing_product(gtin14: str) -> str:
    detail = f"No product with GTIN {gtin14} was found in this organization."
    if not has_valid_check_digit(gtin14):
        detail += f" The check digit of {gtin14} should be {get_check_digit(gtin14)}."
    return detail
