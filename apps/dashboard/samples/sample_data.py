"""Sample organizations, members, products, keys, tokens: always the same but for the secrets."""

from __future__ import annotations

import secrets
import uuid
from datetime import timedelta
from typing import TypedDict

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.core.management import CommandError
from django.db import transaction
from django.utils import timezone
from oauth2_provider.models import get_access_token_model, get_application_model, set_token_value

from apps.dashboard.api.identifiers import encode_id
from apps.organizations.api_keys import issue_api_key
from apps.organizations.models import ApiKey, Membership, Organization
from apps.organizations.scopes import READ, WRITE
from apps.products.models import Product
from apps.products.quotas import move_counts

# Fixed, so that links to the sample data outlive another call.
ORGANIZATION_ID = uuid.UUID("5e1d0a3c-7c52-4f0e-9b8e-2f6a41c90b11")
OTHER_ORGANIZATION_ID = uuid.UUID("c2b7f4d8-1e69-4a35-8f70-93d5be02a647")
PRODUCTS = {
    "00012345678905": "Highland Single-Origin Coffee, whole bean, 340 g",
    "00000096385074": "Dark Chocolate 72 %, bar, 40 g",
    "09506000134352": "Raw Wildflower Honey, jar, 250 g",
}
OTHER_GTIN = "09501101530003"
MEMBERS = {
    "owner": Membership.Role.OWNER,
    "editor": Membership.Role.EDITOR,
    "billing": Membership.Role.BILLING,
}
KEY_NAME = "Sample: {}"
CLIENT_ID = "sample-application"
TOKEN_LIFE = timedelta(days=1)


class Login(TypedDict):
    """What a member signs in with."""

    username: str
    password: str


class OtherOrganization(TypedDict):
    """A stranger to the first organization, with a key that is good, but not there."""

    organization_id: str
    gtin: str
    api_key: str


class SampleData(TypedDict):
    """All that a newcomer, or a test from outside, needs to call the service."""

    organization_id: str
    gtins: list[str]
    users: dict[str, Login]
    api_keys: dict[str, str]
    oauth_tokens: dict[str, str]
    other_organization: OtherOrganization


@transaction.atomic
def seed_sample_data() -> SampleData:
    """Create what is missing; passwords, keys and tokens are made anew, the earlier ones are void.

    The keys of the organization have its owner as creator, since a key never does more than its
    creator may; the user's key (csu) follows the editor's memberships. Raises CommandError where a
    sample product is already somebody else's.
    """
    organization = _seed_organization(ORGANIZATION_ID, "Alder & Finch", PRODUCTS)
    members = {name: _seed_member(organization, name, role) for name, role in MEMBERS.items()}
    other = _seed_organization(
        OTHER_ORGANIZATION_ID, "Kestrel Tea Company", {OTHER_GTIN: "Evening Rooibos, tin, 100 g"}
    )
    stranger = _seed_member(other, "stranger", Membership.Role.OWNER)
    ApiKey.objects.filter(
        user__in=[*members.values(), stranger], name__startswith=KEY_NAME.format("")
    ).delete()
    return SampleData(
        organization_id=encode_id(organization.id),
        gtins=list(PRODUCTS),
        users={name: _set_password(user) for name, user in members.items()},
        api_keys=_issue_keys(organization, members),
        oauth_tokens=_issue_tokens(members["editor"], members["billing"]),
        other_organization=OtherOrganization(
            organization_id=encode_id(other.id),
            gtin=OTHER_GTIN,
            api_key=_issue_organization_key(other, stranger, "stranger", ApiKey.Role.MANAGER)[1],
        ),
    )


def _seed_organization(
    organization_id: uuid.UUID, name: str, products: dict[str, str]
) -> Organization:
    organization, _ = Organization.objects.get_or_create(
        id=organization_id, defaults={"name": name}
    )
    for gtin, product_name in products.items():
        product, _ = Product.objects.get_or_create(gtin=gtin, defaults={"name": product_name})
        if product.owner_id not in {None, organization.id}:
            raise CommandError(
                f"Product {gtin} is {product.owner}'s: this is no place for samples."
            )
        move_counts(product, organization.id)
        Product.objects.filter(pk=product.pk).update(owner=organization)
    return organization


def _seed_member(organization: Organization, name: str, role: Membership.Role) -> User:
    user, _ = User.objects.get_or_create(
        username=f"sample-{name}",
        defaults={"email": f"{name}@example.com", "password": make_password(None)},
    )
    Membership.objects.update_or_create(
        user=user, organization=organization, defaults={"role": role}
    )
    return user


def _set_password(user: User) -> Login:
    password = secrets.token_urlsafe(12)
    user.set_password(password)
    user.is_active = True
    user.save(update_fields=["password", "is_active"])
    return Login(username=user.username, password=password)


def _issue_keys(organization: Organization, members: dict[str, User]) -> dict[str, str]:
    owner, editor = members["owner"], members["editor"]
    keys = {
        role.value: _issue_organization_key(organization, owner, role, role)[1]
        for role in ApiKey.Role
    }
    _, keys["user"] = issue_api_key(
        name=KEY_NAME.format("user"), kind=ApiKey.Kind.USER, user=editor
    )
    _, keys["publishable"] = issue_api_key(
        name=KEY_NAME.format("publishable"),
        kind=ApiKey.Kind.PUBLISHABLE,
        user=owner,
        organization=organization,
    )
    for name, change in (
        ("revoked", {"is_active": False}),
        ("expired", {"expires_at": timezone.now() - timedelta(days=1)}),
    ):
        api_key, keys[name] = _issue_organization_key(organization, owner, name, ApiKey.Role.EDITOR)
        ApiKey.objects.filter(pk=api_key.pk).update(**change)
    return keys


def _issue_organization_key(
    organization: Organization, creator: User, name: str, role: ApiKey.Role
) -> tuple[ApiKey, str]:
    return issue_api_key(
        name=KEY_NAME.format(name),
        kind=ApiKey.Kind.ORGANIZATION,
        user=creator,
        organization=organization,
        role=role,
    )


def _issue_tokens(editor: User, billing: User) -> dict[str, str]:
    application, _ = get_application_model().objects.get_or_create(
        client_id=CLIENT_ID,
        defaults={
            "name": "Sample application",
            "client_type": "public",
            "authorization_grant_type": "authorization-code",
            "redirect_uris": "http://127.0.0.1/callback",
        },
    )
    tokens = get_access_token_model().objects
    tokens.filter(application=application).delete()
    raw_tokens = {}
    for name, user, scope in (
        ("editor", editor, f"{READ} {WRITE}"),
        ("billing", billing, f"{READ} {WRITE}"),
        ("read_only", editor, READ),
    ):
        raw_tokens[name] = secrets.token_urlsafe(24)
        token = tokens.model(
            user=user, application=application, scope=scope, expires=timezone.now() + TOKEN_LIFE
        )
        set_token_value(token, raw_tokens[name])
        token.save(force_insert=True)
    return raw_tokens
