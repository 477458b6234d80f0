from __future__ import annotations

import io
from datetime import timedelta

import pytest
import shortuuid
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.organizations.api_keys import find_api_key
from apps.organizations.models import ApiKey
from apps.problems import Unauthorized
from tests.conftest import Cast


def run(*words: str) -> tuple[str, str]:
    stdout, stderr = io.StringIO(), io.StringIO()
    call_command(*words, stdout=stdout, stderr=stderr)
    return stdout.getvalue(), stderr.getvalue()


def issue(cast: Cast, **options: str | None) -> tuple[str, str]:
    given = {
        "kind": "csb",
        "role": "editor",
        "organization": shortuuid.encode(cast.acme.pk),
        "user": "olga",
        "name": "CI",
        **options,
    }
    words = [f"--{name.replace('_', '-')}={value}" for name, value in given.items() if value]
    return run("issue_api_key", *words)


def test_raw_key_stands_alone_on_stdout_and_works(cast: Cast) -> None:
    stdout, stderr = issue(cast, rate_limit_per_minute="5", rate_limit_per_day="50")
    found = find_api_key(stdout.rstrip("\n"))
    assert isinstance(found, ApiKey)
    assert (found.name, found.kind, found.role) == ("CI", "csb", "editor")
    assert (found.user, found.organization, found.expires_at) == (cast.olga, cast.acme, None)
    assert (found.rate_limit_per_minute, found.rate_limit_per_day) == (5, 50)
    assert stdout.strip() not in stderr
    assert f"revoke_api_key {found.pk}" in stderr


def test_organization_may_be_a_uuid_and_the_key_may_expire(cast: Cast) -> None:
    stdout, _ = issue(cast, organization=str(cast.acme.pk), expires_in_days="7")
    found = find_api_key(stdout.strip())
    assert isinstance(found, ApiKey)
    assert found.expires_at is not None
    assert abs(found.expires_at - timezone.now() - timedelta(days=7)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("kind", "options"),
    [("csu", {"role": None, "organization": None}), ("cpk", {"role": None})],
)
def test_other_kinds_are_issued(cast: Cast, kind: str, options: dict[str, None]) -> None:
    stdout, _ = issue(cast, kind=kind, **options)
    assert stdout.startswith(f"{kind}_")
    assert isinstance(find_api_key(stdout.strip()), ApiKey)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"role": None}, "A csb key needs --role."),
        ({"organization": None}, "A csb key needs --organization."),
        ({"kind": "csu"}, "A csu key takes no --organization."),
        ({"kind": "cpk"}, "A cpk key takes no --role."),
        ({"user": "nobody"}, "There is no user 'nobody'."),
        (
            {"user": "zoe"},
            "'zoe' is not a member of Acme, and a key may do no more than the member who created it.",
        ),
        (
            {"organization": "x"},
            "--organization: This has 1 characters and is no id, perhaps a name; an id is 22 characters, as keATfB8VP2gSjcnTbsMNQL, or a UUID with its dashes.",
        ),
        ({"organization": "z" * 22}, f"There is no organization {'z' * 22}."),
        ({"expires_in_days": "-1"}, "--expires-in-days is -1; it can be 1 to 36500."),
        ({"rate_limit_per_day": "-1"}, "Ensure this value is greater than or equal to 0."),
    ],
)
def test_what_does_not_fit_is_refused(
    cast: Cast, options: dict[str, str | None], message: str
) -> None:
    with pytest.raises(CommandError) as refused:
        issue(cast, **options)
    assert str(refused.value) == message
    assert not ApiKey.objects.exists()


def test_key_of_an_inactive_user_is_refused(cast: Cast) -> None:
    cast.olga.is_active = False
    cast.olga.save()
    with pytest.raises(CommandError, match="'olga' is not active"):
        issue(cast)


@pytest.mark.parametrize("by", ["number", "hint", "raw key"])
def test_key_is_revoked(cast: Cast, by: str) -> None:
    raw_key = cast.issue(cast.olga)
    api_key = ApiKey.objects.get()
    text = {"number": str(api_key.pk), "hint": api_key.hint, "raw key": raw_key}[by]
    assert run("revoke_api_key", text)[0] == f"{api_key} is revoked.\n"
    assert isinstance(find_api_key(raw_key), Unauthorized)
    assert run("revoke_api_key", text)[0] == f"{api_key} was revoked before.\n"


def test_hint_of_several_keys_revokes_none(cast: Cast) -> None:
    for _ in range(2):
        cast.issue(cast.olga)
    ApiKey.objects.update(hint="csb_aaaa")
    with pytest.raises(CommandError, match="Several keys begin like this"):
        run("revoke_api_key", "csb_aaaa")
    assert ApiKey.objects.filter(is_active=True).count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["1", "csb_none", "²"])
def test_unknown_key_cannot_be_revoked(text: str) -> None:
    with pytest.raises(CommandError, match="There is no key"):
        run("revoke_api_key", text)
