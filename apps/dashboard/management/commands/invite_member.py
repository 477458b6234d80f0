"""Invite somebody into an organization; the link is printed once, alone."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError
from django.urls import reverse

from apps.dashboard.api.identifiers import decode_id
from apps.dashboard.pages.mails import mail_invitation
from apps.organizations.invitations import issue_invitation
from apps.organizations.models import Invitation, Membership, Organization

MAILED: Final = {
    "sent": "It was mailed, too.",
    "refused": "It could not be mailed: pass it on yourself.",
    "none": "Pass it on yourself: without EMAIL_URL, no mail is sent.",
}


class Command(BaseCommand):
    """The link goes to stdout, so that it can be passed on; all else to stderr."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="whose link it is to be")
        parser.add_argument("--organization", required=True, metavar="ID")
        parser.add_argument("--role", choices=Membership.Role.values, default="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = _get_organization(options["organization"])
        role = Membership.Role(options["role"])
        try:
            invitation, token = issue_invitation(organization, options["email"], role, None)
        except ValidationError as fault:
            raise CommandError(" ".join(fault.messages)) from fault
        write_link(self, invitation, token)


def write_link(command: BaseCommand, invitation: Invitation, token: str) -> None:
    """Print the link, and mail it where mail is set up."""
    origin = settings.API_SERVER_URL or f"http://{settings.HOST}:{settings.PORT}"
    link = f"{origin}{reverse('invitation', args=[token])}"
    command.stdout.write(link)
    command.stderr.write(
        f"With it, {invitation.email} becomes {invitation.role} of {invitation.organization}, once,"
        f" until {invitation.expires_at:%d %B %Y at %H:%M} UTC."
        f" {MAILED[mail_invitation(invitation, link)]}"
    )


def _get_organization(text: str) -> Organization:
    try:
        return Organization.objects.get(pk=decode_id(text))
    except ValueError as fault:
        raise CommandError(f"--organization: {fault}") from fault
    except Organization.DoesNotExist:
        raise CommandError(f"There is no organization {text}.") from None
