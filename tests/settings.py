"""The service's settings, made quick and private for tests."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault(
    "DJANGO_SECRET_KEY", "a-key-for-tests-only-which-is-long-enough-to-be-accepted"
)

from closient.settings import *  # noqa: F403 (all but a few)

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": "file:tests?mode=memory&cache=shared",
        "OPTIONS": SQLITE_OPTIONS,  # noqa: F405 (from there)
        "CONN_MAX_AGE": None,
    }
}
_folder = Path(tempfile.mkdtemp(prefix="closient-tests-"))
MEDIA_ROOT = _folder / "media"
INCOMING_ROOT = MEDIA_ROOT / ".incoming"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "apps.dashboard.oauth.oauth_rules.ClientSecretHasher",
]
STORAGES = {
    **STORAGES,  # noqa: F405 (from there)
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT = _folder / "static"
STATIC_ROOT.mkdir()
