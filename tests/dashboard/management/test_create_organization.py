from __future__ import annotations

import io
import re

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from apps.dashboard.api.identifiers import encode_id
from apps.organizations.models import Invitation, Membership, Organization
from tests.conftest import Cast

ACCOUNT = {
    "username": "ann",
    "password1": "horse-battery-staple",
    "password2": "horse-battery-staple",
}


def run(*words: str) -> tuple[str, str]:
    stdout, stderr = io.StringIO(), io.StringIO()
    call_command(*words, stdout=stdout, stderr=stderr)
    return stdout.getvalue(), stderr.getvalue()


def test_link_stands_alone_on_stdout_and_makes_the_owner(db: None, settings):
    settings.API_SERVER_URL = "https://dashboard.example.com"
    stdout, stderr = run("create_organization", " Acme ", "--owner", "Ann@Acme.test")
    found = re.fullmatch(r"https://dashboard\.example\.com(/invitations/[\w-]{43})\n", stdout)
    organization = Organization.objects.get()
    assert found is not None
    assert organization.name == "Acme"
    assert encode_id(organization.pk) in stderr
    assert stdout.strip() not in stderr
    assert "no mail is sent" in stderr

    Client().post(found[1], ACCOUNT)

    owner = Membership.objects.get()
    assert (owner.organization, owner.role, owner.user.username) == (organization, "owner", "ann")


def test_link_is_of_this_machine_where_there_is_no_public_address(db: None, settings):
    settings.HOST, settings.PORT = "127.0.0.1", 8001

    stdout, _ = run("create_organization", "Acme", "--owner", "ann@acme.test")

    assert stdout.startswith("http://127.0.0.1:8001/invitations/")


@pytest.mark.parametrize(
    ("name", "owner"), [("Acme", "ann"), ("", "ann@acme.test"), ("x" * 256, "ann@acme.test")]
)
def test_fault_is_told_and_nothing_is_there(db: None, name: str, owner: str):
    with pytest.raises(CommandError):
        run("create_organization", name, "--owner", owner)

    assert not Organization.objects.exists()
    assert not Invitation.objects.exists()


def test_owner_who_lost_the_link_gets_another(cast: Cast):
    organization = ("--organization", encode_id(cast.acme.pk))
    first, _ = run("invite_member", "ann@acme.test", *organization)
    second, stderr = run("invite_member", "ann@acme.test", *organization, "--role", "billing")

    assert "ann@acme.test becomes billing of Acme" in stderr
    assert first != second
    assert Invitation.objects.get().role == "billing"


@pytest.mark.parametrize("organization", ["Acme", "z" * 22])
def test_organization_that_is_not_there_is_told(cast: Cast, organization: str):
    with pytest.raises(CommandError):
        run("invite_member", "ann@acme.test", "--organization", organization)
