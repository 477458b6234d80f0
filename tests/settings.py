"""The service's settings, made quick and private for tests: the environment has no say in them."""

import atexit
import os
import re
import shutil
import tempfile
from pathlib import Path

_SETTINGS = Path(__file__).resolve().parents[1] / "closient" / "settings.py"
for _name in re.findall(r'"([A-Z][A-Z0-9_]+)"', _SETTINGS.read_text()):
    os.environ.pop(_name, None)
for _name in [each for each in os.environ if each.startswith("AWS_")]:  # which boto3 reads itself
    del os.environ[_name]
os.environ["CLOSIENT_ENV_FILE"] = os.devnull  # in place of .env
os.environ["DJANGO_SECRET_KEY"] = "a-key-for-tests-only-which-is-long-enough-to-be-accepted"

from closient.settings import *  # noqa: E402, F403 (all but a few, of an environment that is empty)

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": "file:tests?mode=memory&cache=shared",
        "OPTIONS": SQLITE_OPTIONS,  # noqa: F405 (from there)
        "CONN_MAX_AGE": None,
    }
}
_folder = Path(tempfile.mkdtemp(prefix="closient-tests-"))
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
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
