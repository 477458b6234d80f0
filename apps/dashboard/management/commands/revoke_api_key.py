"""Revoke an API key; requests with it are refused from then on."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from apps.organizations.models import ApiKey

HINT_LENGTH = 8


class Command(BaseCommand):
    """The key stays in the list, so that it can be told when it was last used."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("key", help="its number, or how the raw key begins, as in csb_4fGh")

    def handle(self, *args: Any, key: str, **options: Any) -> None:
        api_key = _get_api_key(key)
        if not api_key.is_active:
            self.stdout.write(f"{api_key} was revoked before.")
            return
        api_key.is_active = False
        api_key.save(update_fields=["is_active"])
        self.stdout.write(f"{api_key} is revoked.")


def _get_api_key(text: str) -> ApiKey:
    if text.isascii() and text.isdigit():
        found = list(ApiKey.objects.filter(pk=int(text)))
    else:
        found = list(ApiKey.objects.filter(hint=text[:HINT_LENGTH]))
    if not found:
        raise CommandError(f"There is no key {text[:HINT_LENGTH]}.")
    if len(found) > 1:
        listed = ", ".join(f"{api_key.pk} ({api_key.name})" for api_key in found)
        raise CommandError(f"Several keys begin like this: {listed}. Give the number of one.")
    return found[0]
