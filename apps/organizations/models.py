"""Organizations, their members, and the API keys that act for them."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models, transaction


class Permission(models.TextChoices):
    """What a member may do within an organization."""

    VIEW = "organization.view_organization"
    CONTRIBUTE = "organization.contribute_organization"
    MANAGE_API_KEYS = "organization.manage_api_keys"
    MANAGE_PRODUCTS = "organization.manage_products"
    MANAGE_MEMBERS = "organization.manage_members"


class Organization(models.Model):
    """A company that owns brands and their products."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=255)
    created = models.DateTimeField(auto_now_add=True)
    max_api_keys = models.PositiveIntegerField(
        "API keys in force at once",
        null=True,
        blank=True,
        help_text="Empty is the default (MAX_API_KEYS).",
    )
    rate_limit_multiple = models.PositiveIntegerField(
        "keys whose requests all of its keys share",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Empty is the default (RATE_LIMIT_MULTIPLE): so many times one key's limits.",
    )
    max_product_images = models.PositiveIntegerField(
        "pictures of one product",
        null=True,
        blank=True,
        help_text="Empty is the default (MAX_PRODUCT_IMAGES).",
    )
    max_images = models.PositiveIntegerField(
        "pictures in all",
        null=True,
        blank=True,
        help_text="Empty is the default (MAX_ORGANIZATION_IMAGES); 0 stops its uploads.",
    )
    max_bytes = models.PositiveBigIntegerField(
        "bytes of pictures in all",
        null=True,
        blank=True,
        help_text="Empty is the default (MAX_ORGANIZATION_BYTES).",
    )
    # Where it sells: ids of `channel_rules.toml`, in its order and with spaces between.
    channels = models.CharField(
        max_length=255,
        blank=True,
        default="google gs1",
        db_default="google gs1",
        editable=False,
    )
    # Whether some of its products may tell their state by channels that counted before.
    is_being_judged = models.BooleanField(default=False, db_default=False, editable=False)
    refuses_positions = models.BooleanField(
        "refuse pictures that tell where they were taken", default=False, db_default=False
    )
    # Of its products' pictures, kept by `apps.products.quotas`; none is saved with the rest. They
    # may be below 0 while a release of before there were counts runs beside.
    kept_images = models.BigIntegerField(default=0, db_default=0, editable=False)
    kept_bytes = models.BigIntegerField(default=0, db_default=0, editable=False)
    # Of its products, kept by `apps.products.state_counts`.
    kept_products = models.BigIntegerField(default=0, db_default=0, editable=False)
    products_without_primary = models.BigIntegerField(default=0, db_default=0, editable=False)
    products_without_pictures = models.BigIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A user's one role in one organization."""

    class Role(models.TextChoices):
        OWNER = "owner"
        MANAGER = "manager"
        EDITOR = "editor"
        BILLING = "billing"

    PERMISSIONS: ClassVar = {
        Role.OWNER: frozenset(Permission),
        Role.MANAGER: frozenset(Permission),
        Role.EDITOR: frozenset({Permission.VIEW, Permission.CONTRIBUTE}),
        Role.BILLING: frozenset({Permission.VIEW}),
    }
    # Whom one with MANAGE_MEMBERS may invite, make such a member, or remove.
    GRANTS: ClassVar = {
        Role.OWNER: frozenset(Role),
        Role.MANAGER: frozenset({Role.MANAGER, Role.EDITOR, Role.BILLING}),
        Role.EDITOR: frozenset(),
        Role.BILLING: frozenset(),
    }

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="memberships"
    )
    # The unique constraint's index starts with the user and serves this look-up too.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="memberships",
        db_index=False,
    )
    role = models.CharField(max_length=16, choices=Role.choices)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "organization"], name="one_membership_per_user_and_organization"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"

    def may_grant(self, role: str) -> bool:
        """Whether the member may give that role to others, and take it from them."""
        return role in self.GRANTS[self.Role(self.role)]

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Remove the member, and the keys and invitations that they made for the organization."""
        with transaction.atomic():
            self.user.api_keys.filter(organization=self.organization_id).update(is_active=False)
            self.user.invitations.filter(organization=self.organization_id).delete()
            return super().delete(*args, **kwargs)


class Invitation(models.Model):
    """A role for whoever has the link, until they take it; only the token's SHA-256 is kept."""

    # The unique constraint's index starts with the organization and serves this look-up too.
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="invitations", db_index=False
    )
    email = models.EmailField(help_text="In lower case.")
    role = models.CharField(max_length=16, choices=Membership.Role.choices)
    hashed_token = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="invitations",
        null=True,
        blank=True,
        help_text="Empty where whoever runs the service invited.",
    )
    expires_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["email"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organization", "email"], name="one_invitation_per_address_and_organization"
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} ({self.role})"


class ApiKey(models.Model):
    """A credential for programs; only the SHA-256 of the raw key is kept."""

    class Kind(models.TextChoices):
        ORGANIZATION = "csb", "csb (organization)"
        USER = "csu", "csu (user)"
        PUBLISHABLE = "cpk", "cpk (publishable)"

    class Role(models.TextChoices):
        MANAGER = "manager"
        EDITOR = "editor"
        READONLY = "readonly"

    PERMISSIONS: ClassVar = {
        Role.MANAGER: frozenset(Permission),
        Role.EDITOR: frozenset({Permission.VIEW, Permission.CONTRIBUTE}),
        Role.READONLY: frozenset({Permission.VIEW}),
    }

    name = models.CharField(max_length=255)
    kind = models.CharField(max_length=3, choices=Kind.choices)
    hashed_key = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(
        max_length=16, editable=False, help_text="How the raw key begins, to recognise it by."
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="api_keys",
        help_text="The user that the key acts as (csu), or its creator (csb, cpk).",
    )
    organization = models.ForeignKey(
        Organization,
        on_delete=models.CASCADE,
        related_name="api_keys",
        null=True,
        blank=True,
        help_text="Of csb and cpk keys.",
    )
    role = models.CharField(
        max_length=16, choices=Role.choices, blank=True, help_text="Of csb keys."
    )
    is_active = models.BooleanField(default=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used = models.DateTimeField(null=True, blank=True, editable=False)
    rate_limit_per_minute = models.PositiveIntegerField(default=0, help_text="0 is the default.")
    rate_limit_per_day = models.PositiveIntegerField(default=0, help_text="0 is the default.")
    created = models.DateTimeField(auto_now_add=True)

    # No column: `find_api_key` tells its organization's.
    rate_limit_multiple: int | None = None

    class Meta:
        ordering: ClassVar = ["-created"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="api_key_scope_fits_its_kind",
                condition=models.Q(kind="csb", organization__isnull=False) & ~models.Q(role="")
                | models.Q(kind="csu", organization__isnull=True, role="")
                | models.Q(kind="cpk", organization__isnull=False, role=""),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"
