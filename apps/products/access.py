"""The one door to a product: is it there for this caller, and may they do that?"""

from __future__ import annotations

import uuid

from django.db.models import Subquery

from apps.organizations.callers import Caller
from apps.organizations.models import Membership, Permission
from apps.problems import Forbidden, NotFound
from apps.products.gtin import get_check_digit, has_valid_check_digit
from apps.products.models import Product


def get_product(
    caller: Caller, organization_id: uuid.UUID, gtin14: str, permission: Permission
) -> Product:
    """The product with ``gtin14`` that the organization owns; one query.

    Raises NotFound, the same one whether organization, membership or product is missing, and
    Forbidden when the membership or the credential lacks ``permission``.
    """
    product = _find_product(caller, organization_id, gtin14)
    role = getattr(product, "caller_role", None)
    if product is None or role is None:
        raise NotFound(_describe_missing_product(gtin14))
    if not caller.may(permission, role):
        raise Forbidden(f"This needs the permission {permission.value}, which you don't have here.")
    return product


def _find_product(caller: Caller, organization_id: uuid.UUID, gtin14: str) -> Product | None:
    if not caller.reaches(organization_id):
        return None
    role = Membership.objects.filter(user=caller.user_id, organization=organization_id)
    products = Product.objects.annotate(caller_role=Subquery(role.values("role")))
    try:
        return products.get(gtin=gtin14, owner=organization_id)
    except Product.DoesNotExist:
        return None


def _describe_missing_product(gtin14: str) -> str:
    detail = f"No product with GTIN {gtin14} was found in this organization."
    if not has_valid_check_digit(gtin14):
        detail += f" The check digit of {gtin14} should be {get_check_digit(gtin14)}."
    return detail
