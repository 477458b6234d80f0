#!/usr/bin/env python
"""Django's command line; ``--env FILE`` names the file with the service's environment."""

import os
import sys
from argparse import ArgumentParser

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db.backends.signals import connection_created

from apps.dashboard.operations.database_line import tell_database


def take_env_file(arguments: list[str]) -> list[str]:
    """The arguments without ``--env FILE``, which goes where the settings look for it."""
    parser = ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--env", metavar="FILE")
    options, others = parser.parse_known_args(arguments)
    if options.env:
        os.environ["CLOSIENT_ENV_FILE"] = options.env
    return others


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "closient.settings")
    arguments = take_env_file(sys.argv[1:])
    if arguments[:1] != ["serve"]:  # has a log of its own
        connection_created.connect(tell_database)
    try:
        execute_from_command_line([sys.argv[0], *arguments])
    except ImproperlyConfigured as fault:
        sys.exit(str(fault))
