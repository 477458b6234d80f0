"""The forms of the pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.auth.forms import UserCreationForm
from django.contrib.auth.models import User
from django.utils import timezone

from apps.organizations.callers import get_default_limits
from apps.organizations.invitations import check_mailbox
from apps.organizations.models import ApiKey, Invitation, Membership
from apps.products.readiness.channel_rules import RULES

KINDS = [
    (
        ApiKey.Kind.ORGANIZATION.value,
        "Organization",
        "For a shop or a sync job. It has a role here.",
    ),
    (ApiKey.Kind.USER.value, "Personal", "Acts as you, in every organization that you are in."),
    (ApiKey.Kind.PUBLISHABLE.value, "Publishable", "May be seen by anyone; it never writes."),
]
ROLES = [
    (ApiKey.Role.EDITOR.value, "Editor: adds, changes and deletes pictures"),
    (ApiKey.Role.READONLY.value, "Read only: lists pictures and history"),
    (ApiKey.Role.MANAGER.value, "Manager: all of the above, and API keys"),
]
MEMBER_ROLES = [
    (Membership.Role.EDITOR.value, "Editor: changes pictures"),
    (Membership.Role.MANAGER.value, "Manager: also products, keys, members"),
    (Membership.Role.OWNER.value, "Owner: also other owners"),
    (Membership.Role.BILLING.value, "Billing: only looks"),
]
MAX_USERNAME_LENGTH = 150  # Django's
LIMITS = ("rate_limit_per_minute", "rate_limit_per_day")
# A key ends at midnight, on a day that has to exist.
LAST_DAY = date.max - timedelta(days=1)


class NewApiKeyForm(forms.Form):
    """What a new key is for, and how long and how often it may be used."""

    name = forms.CharField(
        max_length=255,
        help_text="Where it will be used, so that you know it again.",
        widget=forms.TextInput(attrs={"placeholder": "Photo studio sync", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(
        label="Type",
        choices=[(value, label) for value, label, _ in KINDS],
        initial=ApiKey.Kind.ORGANIZATION.value,
        widget=forms.RadioSelect,
    )
    role = forms.ChoiceField(choices=ROLES, required=False, initial=ApiKey.Role.EDITOR.value)
    expires_on = forms.DateField(
        label="Last day",
        required=False,
        help_text="Until the end of that day, UTC. Empty: until it is revoked.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    rate_limit_per_minute = forms.IntegerField(
        label="Requests a minute", required=False, min_value=1
    )
    rate_limit_per_day = forms.IntegerField(label="Requests a day", required=False, min_value=1)

    def clean_expires_on(self) -> date | None:
        day: date | None = self.cleaned_data["expires_on"]
        if day is not None and day < timezone.now().date():
            raise forms.ValidationError("That day is over; choose today or a later one.")
        if day is not None and day > LAST_DAY:
            raise forms.ValidationError(
                "That is too far off; leave it empty for a key without end."
            )
        return day

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("kind") == ApiKey.Kind.ORGANIZATION and not given.get("role"):
            self.add_error("role", "An organization's key needs a role.")
        for field, most in zip(LIMITS, get_default_limits(given.get("kind")), strict=True):
            if (given.get(field) or 0) > most:
                self.add_error(
                    field, f"At most {most:,} here; who runs the service can allow a key more."
                )
        return given

    def get_fields(self) -> dict[str, Any]:
        """What `issue_api_key` takes, but for whose key it is."""
        given = self.cleaned_data
        kind = ApiKey.Kind(given["kind"])
        return {
            "name": given["name"],
            "kind": kind,
            "role": ApiKey.Role(given["role"]) if kind is ApiKey.Kind.ORGANIZATION else None,
            "expires_at": _get_end(given["expires_on"]),
            "rate_limit_per_minute": given["rate_limit_per_minute"] or 0,
            "rate_limit_per_day": given["rate_limit_per_day"] or 0,
        }


def _get_end(day: date | None) -> datetime | None:
    return datetime.combine(day + timedelta(days=1), time.min, UTC) if day else None


class NewProductForm(forms.Form):
    """A product by its number and name; what is wrong with them is told as for a file's row."""

    gtin = forms.CharField(
        label="GTIN",
        max_length=32,
        help_text="8 to 14 digits, as printed under the bar code.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    name = forms.CharField(max_length=255, widget=forms.TextInput(attrs={"autocomplete": "off"}))


class InvitationForm(forms.Form):
    """Who is to be a member, and as what; ``roles`` are those that the inviter may grant."""

    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(initial=Membership.Role.EDITOR.value)

    def __init__(self, *args: Any, roles: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = roles  # type: ignore[attr-defined]  # a ChoiceField's


class NewMemberForm(UserCreationForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """A name and a password for whoever has an invitation and no account."""

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        # Nobody has shown that the address is theirs: it is where a new password would be sent.
        account = User(email=invitation.email, username=invitation.email[:MAX_USERNAME_LENGTH])
        super().__init__(*args, instance=account, label_suffix="", **kwargs)
        self.fields["username"].help_text = "You sign in with it, and the others see it."
        self.fields["username"].widget.attrs.pop("autofocus")


class EmailForm(forms.Form):
    """Another e-mail address, and the password that shows who asks."""

    email = forms.EmailField(
        label="New address",
        max_length=254,
        validators=[check_mailbox],
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    password = forms.CharField(
        label="Your password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, data: Mapping[str, Any] | None, user: User) -> None:
        super().__init__(data, label_suffix="")
        self.user = user

    def clean_email(self) -> str:
        return User.objects.normalize_email(self.cleaned_data["email"])

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise forms.ValidationError("That is not your password.")
        return password


class ChannelsForm(forms.Form):
    """Where the organization sells, and whether its pictures may tell a place."""

    channels = forms.MultipleChoiceField(
        choices=[(channel.id, channel.name) for channel in RULES.channels], required=False
    )
    refuses_positions = forms.BooleanField(required=False)
