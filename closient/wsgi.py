"""The WSGI application; there is no ASGI one, since Django's spools a body before any of our code runs."""

import os

from django import setup

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "closient.settings")
setup(set_prefix=False)

from apps.dashboard.api.request_body import ApiHandler  # noqa: E402 (needs the settings)

application = ApiHandler()
