"""What is looked up once for all requests, looked up before the first of them.

Whoever looks for the first time while there is no file descriptor left may remember until the
restart that there is nothing: Django the libraries of its templates' tags, Python the codecs and
modules in C. And threads that come for the same thing at once would make it once each.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.files.storage import default_storage
from django.forms.renderers import get_default_renderer
from django.http import Http404, HttpRequest
from django.template import engines
from django.template.loader import get_template
from django.template.utils import get_app_template_dirs
from django.urls import get_resolver

from apps.dashboard.operations.window_counts import get_counts

# One of each module in C that codecs share, what sockets ask for, and what Django's log does.
CODECS: Final = (
    *("big5", "big5hkscs", "euc_kr", "gb2312", "iso2022_jp", "shift_jis"),
    *("idna", "raw_unicode_escape", "unicode_escape"),
)
# Django imports them by their names, where somebody first needs one.
MODULES: Final = (
    "django.contrib.messages.storage.fallback",
    "django.contrib.sessions.serializers",
    "django.db.models.sql.compiler",
    "django.views.csrf",
    "oauth2_provider.oauth2_backends",
)
# Of the page to sign in; with the first, Django's forms look for their tags.
WIDGETS: Final = ("attrs", "input", "password", "text")


def look_up_early() -> None:
    """Import, open and make what any request may need, refused ones above all."""
    for name in CODECS:
        codecs.lookup(name)
    for name in MODULES:
        import_module(name)
    for name in _list_templates():
        get_template(name)
    engines["django"].engine.template_context_processors  # type: ignore[attr-defined]  # noqa: B018 (imports them)
    for name in WIDGETS:
        get_default_renderer().get_template(f"django/forms/widgets/{name}.html")
    resolver = get_resolver()
    resolver.url_patterns  # noqa: B018 (imports the pages)
    for status in (400, 403, 404):
        render_error: Callable[..., Any] = resolver.resolve_error_handler(status)
        render_error(HttpRequest(), Http404())
    get_counts()
    default_storage.exists  # noqa: B018 (makes it)
    if settings.AWS_STORAGE_BUCKET_NAME:
        default_storage.make_clients()  # type: ignore[attr-defined]  # ours has it


def _list_templates() -> list[str]:
    return [
        str(path.relative_to(folder))
        for folder in map(Path, get_app_template_dirs("templates"))
        if folder.is_relative_to(settings.BASE_DIR / "apps")
        for path in folder.rglob("*.html")
    ]
