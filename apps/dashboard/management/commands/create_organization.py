"""Create an organization; the link by which its owner joins is printed once, alone."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError
from django.db import transaction

from apps.dashboard.api.identifiers import encode_id
from apps.dashboard.management.commands.invite_member import write_link
from apps.organizations.invitations import issue_invitation
from apps.organizations.models import Membership, Organization


class Command(BaseCommand):
    """The link goes to stdout, so that it can be passed on; all else to stderr."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="what its members see")
        parser.add_argument("--owner", required=True, metavar="EMAIL", help="who is to own it")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = Organization(name=options["name"].strip())
        try:
            with transaction.atomic():
                organization.full_clean()
                organization.save()
                owner = Membership.Role.OWNER
                invitation, token = issue_invitation(organization, options["owner"], owner, None)
        except ValidationError as fault:
            raise CommandError(" ".join(fault.messages)) from fault
        self.stderr.write(f"{organization} is there, its id is {encode_id(organization.pk)}.")
        write_link(self, invitation, token)
