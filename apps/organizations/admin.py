"""Organizations, members and API keys, for those who run the service."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

import shortuuid
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat

from apps.organizations.api_keys import TooManyKeys, check_room_for_key, issue_api_key
from apps.organizations.models import ApiKey, Invitation, Membership, Organization

ID_LENGTH = 22


def decode_searched_id(text: str) -> uuid.UUID | None:
    """The UUID that a search text stands for, in either of its forms, if it does."""
    text = text.strip()
    try:
        return shortuuid.decode(text) if len(text) == ID_LENGTH else uuid.UUID(text)
    except ValueError:
        return None


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]  # generic in the stubs alone
    model = Membership
    autocomplete_fields = ("user",)
    extra = 0


@admin.register(Organization)
class OrganizationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    LIMITS: ClassVar = (
        *("max_api_keys", "rate_limit_multiple"),
        *("max_product_images", "max_images", "max_bytes"),
    )

    list_display = ("name", "short_id", "kept", "created")
    search_fields = ("name",)
    search_help_text = "Name, or id in either form"
    date_hierarchy = "created"
    fields = ("name", *LIMITS, "refuses_positions", "kept", "short_id", "created")
    readonly_fields = ("kept", "short_id", "created")
    inlines = (MembershipInline,)

    def save_model(
        self,
        request: HttpRequest,
        obj: Organization,
        form: forms.ModelForm[Organization],
        change: bool,
    ) -> None:
        """Save what was changed, and not the counts as they were when the form was read."""
        obj.save(update_fields=form.changed_data if change else None)

    @admin.display(description="kept")
    def kept(self, organization: Organization) -> str:
        count, size = organization.kept_images, filesizeformat(organization.kept_bytes)
        return f"{count:,} pictures, {size} ({organization.kept_bytes:,} bytes)"

    @admin.display(description="id")
    def short_id(self, organization: Organization) -> str:
        return shortuuid.encode(organization.pk)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Organization], search_term: str
    ) -> tuple[QuerySet[Organization], bool]:
        if organization_id := decode_searched_id(search_term):
            return queryset.filter(pk=organization_id), False
        return super().get_search_results(request, queryset, search_term)


class ApiKeyForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """Refuses a new key that could do nothing."""

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.instance.pk is None:
            self._check_scope(given)
            self._check_creator(given)
            self._check_room(given)
        return given

    def _check_scope(self, given: dict[str, Any]) -> None:
        kind = given.get("kind")
        for field, is_needed in (
            ("organization", kind != ApiKey.Kind.USER),
            ("role", kind == ApiKey.Kind.ORGANIZATION),
        ):
            if field in given and bool(given[field]) is not is_needed:
                verb = "needs one" if is_needed else "takes none"
                self.add_error(field, f"A {kind} key {verb}.")

    def _check_creator(self, given: dict[str, Any]) -> None:
        organization, user = given.get("organization"), given.get("user")
        if organization is None or user is None:
            return
        if not Membership.objects.filter(organization=organization, user=user).exists():
            self.add_error(
                "user",
                f"{user} is not a member of {organization}, and a key may do no more than the"
                " member who created it.",
            )

    def _check_room(self, given: dict[str, Any]) -> None:
        # Within the admin's transaction, so that the place is still there when the key is saved.
        organization, user = given.get("organization"), given.get("user")
        if not self.errors and user is not None:
            try:
                check_room_for_key(user, organization)
            except TooManyKeys as fault:
                self.add_error("organization" if organization else "user", fault)


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    form = ApiKeyForm
    list_display = (
        *("name", "hint", "kind", "role", "organization", "user"),
        *("is_active", "expires_at", "last_used"),
    )
    list_filter = ("is_active", "kind", "role")
    list_select_related = ("organization", "user")
    search_fields = ("name", "=hint", "organization__name", "user__username")
    search_help_text = "Name, how the raw key begins (csb_4fGh), organization or user"
    autocomplete_fields = ("user", "organization")
    actions = ("revoke", "activate")

    FIXED: ClassVar = ("kind", "user", "organization", "role")
    LIMITS: ClassVar = ("expires_at", "rate_limit_per_minute", "rate_limit_per_day")

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> tuple[str, ...]:
        if obj is None:
            return ("name", *self.FIXED, *self.LIMITS)
        return ("name", "hint", "is_active", *self.FIXED, *self.LIMITS, "last_used", "created")

    def get_readonly_fields(
        self, request: HttpRequest, obj: ApiKey | None = None
    ) -> tuple[str, ...]:
        return () if obj is None else ("hint", *self.FIXED, "last_used", "created")

    def save_model(
        self, request: HttpRequest, obj: ApiKey, form: forms.ModelForm[ApiKey], change: bool
    ) -> None:
        """A new key is issued, and its raw key shown once, by `response_add`."""
        if change:
            obj.save(update_fields=form.changed_data)
            return
        issued, raw_key = issue_api_key(**form.cleaned_data)
        obj.pk = issued.pk
        obj.refresh_from_db()
        vars(obj)["raw_key"] = raw_key

    def response_add(
        self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None
    ) -> HttpResponse:
        """The key itself, in no message: those travel in a cookie, or stay in the session."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"API key {obj.name}",
            "raw_key": vars(obj)["raw_key"],
        }
        return render(request, "organizations/issued_key.html", context)  # the admin's: no-store

    @admin.action(description="Revoke the selected keys", permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        self._set_active(request, queryset, False, "Revoked")

    @admin.action(description="Activate the selected keys", permissions=["change"])
    def activate(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        self._set_active(request, queryset, True, "Activated")

    def _set_active(
        self, request: HttpRequest, queryset: QuerySet[ApiKey], is_active: bool, word: str
    ) -> None:
        for api_key in queryset:
            self.log_change(request, api_key, f"{word}.")
        count = queryset.update(is_active=is_active)
        self.message_user(request, f"{word}: {count}.", messages.SUCCESS)


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    """Of what is to be read and nothing else."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    """Who is invited; of the link only a checksum is kept, which is of no use here."""

    fields = ("email", "organization", "role", "invited_by", "expires_at")
    list_display = fields
    list_filter = ("role",)
    list_select_related = ("organization", "invited_by")
    search_fields = ("email", "organization__name", "invited_by__username")
    date_hierarchy = "expires_at"


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyAdmin):
    """Who changed what in the admin."""

    list_display = ("action_time", "user", "action_flag", "content_type", "object_repr", "said")
    list_display_links = None
    list_filter = ("action_flag", "content_type")
    list_select_related = ("user", "content_type")
    search_fields = ("object_repr", "change_message", "user__username")
    date_hierarchy = "action_time"

    @admin.display(description="what was said of it")
    def said(self, entry: LogEntry) -> str:
        return entry.get_change_message()
