"""Issue an API key; the raw key is printed once, alone, and cannot be read again."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from apps.dashboard.api.identifiers import decode_id
from apps.organizations.api_keys import issue_api_key
from apps.organizations.models import ApiKey, Membership, Organization


class Command(BaseCommand):
    """The raw key goes to stdout, so that it can be piped into a vault; all else to stderr."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--kind", choices=ApiKey.Kind.values, default=ApiKey.Kind.ORGANIZATION)
        parser.add_argument("--name", required=True, help="what the key is for")
        parser.add_argument(
            "--user", required=True, help="whom a csu acts as; who creates a csb or cpk"
        )
        parser.add_argument("--organization", metavar="ID", help="of a csb or cpk")
        parser.add_argument("--role", choices=ApiKey.Role.values, help="of a csb")
        parser.add_argument("--expires-in-days", type=int, metavar="N")
        parser.add_argument("--rate-limit-per-minute", type=int, default=0, metavar="N")
        parser.add_argument("--rate-limit-per-day", type=int, default=0, metavar="N")

    def handle(self, *args: Any, **options: Any) -> None:
        kind = ApiKey.Kind(options["kind"])
        _check_scope(kind, options["organization"], options["role"])
        user = _get_user(options["user"])
        organization = _get_organization(options["organization"], user)
        try:
            api_key, raw_key = issue_api_key(
                name=options["name"],
                kind=kind,
                user=user,
                organization=organization,
                role=ApiKey.Role(options["role"]) if options["role"] else None,
                expires_at=_get_expiry(options["expires_in_days"]),
                rate_limit_per_minute=options["rate_limit_per_minute"],
                rate_limit_per_day=options["rate_limit_per_day"],
            )
        except ValidationError as fault:
            raise CommandError(" ".join(fault.messages)) from fault
        self.stdout.write(raw_key)
        self.stderr.write(
            f"Key {api_key.pk}, {api_key}, was issued. This is the only time that it is shown;"
            f" to revoke it: manage.py revoke_api_key {api_key.pk}"
        )


def _check_scope(kind: ApiKey.Kind, organization: str | None, role: str | None) -> None:
    needs_organization, needs_role = kind != ApiKey.Kind.USER, kind == ApiKey.Kind.ORGANIZATION
    for option, value, is_needed in (
        ("--organization", organization, needs_organization),
        ("--role", role, needs_role),
    ):
        if is_needed and not value:
            raise CommandError(f"A {kind.value} key needs {option}.")
        if value and not is_needed:
            raise CommandError(f"A {kind.value} key takes no {option}.")


def _get_user(username: str) -> User:
    user = User.objects.filter(username=username).first()
    if user is None:
        raise CommandError(f"There is no user {username!r}.")
    if not user.is_active:
        raise CommandError(f"{username!r} is not active, so the key could not be used.")
    return user


def _get_organization(text: str | None, user: User) -> Organization | None:
    if text is None:
        return None
    try:
        organization = Organization.objects.filter(pk=decode_id(text)).first()
    except ValueError as fault:
        raise CommandError(f"--organization: {fault}") from fault
    if organization is None:
        raise CommandError(f"There is no organization {text}.")
    if not Membership.objects.filter(organization=organization, user=user).exists():
        raise CommandError(
            f"{user.username!r} is not a member of {organization}, and a key may do no more than"
            " the member who created it."
        )
    return organization


def _get_expiry(days: int | None) -> datetime | None:
    if days is None:
        return None
    if not 1 <= days <= 36_500:
        raise CommandError(f"--expires-in-days is {days}; it can be 1 to 36500.")
    return timezone.now() + timedelta(days=days)
