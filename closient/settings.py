"""The only settings: every one has a default that works on a laptop, the environment overrides.

What differs between deployments is here; what is a rule of the product is a constant beside the
code that applies it.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from closient import __version__
from closient.environment import (
    get_choice,
    get_flag,
    get_list,
    get_mail_server,
    get_number,
    get_sender,
    get_text,
    get_url,
    get_valkey_url,
    read_file,
)
from closient.logs import build_logging
from closient.oauth_toolkit import build_oauth_rules
from closient.picture_store import build_picture_store

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = BASE_DIR / ".data"
LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
VERSION = __version__

with suppress(OSError):  # where the code is only read, the environment names other places
    DATA_DIR.mkdir(mode=0o700, exist_ok=True)
if ENV_FILE := os.environ.get("CLOSIENT_ENV_FILE"):
    read_file(Path(ENV_FILE))
elif (BASE_DIR / ".env").exists():
    read_file(BASE_DIR / ".env")

DEBUG = get_flag("DJANGO_DEBUG", default=False)
ALLOWED_HOSTS = get_list("DJANGO_ALLOWED_HOSTS", LOCAL_HOSTS)
API_SERVER_URL = get_url("API_SERVER_URL", "https", "http").rstrip("/")
CSRF_TRUSTED_ORIGINS = get_list("CSRF_TRUSTED_ORIGINS", [])
CORS_ALLOWED_ORIGINS = get_list("CORS_ALLOWED_ORIGINS", [])
TRUSTED_PROXIES = get_number("TRUSTED_PROXIES", 0)
VALKEY_URL = get_valkey_url("VALKEY_URL")
RATE_LIMIT_PER_MINUTE = get_number("RATE_LIMIT_PER_MINUTE", 300, lowest=1)
RATE_LIMIT_PER_DAY = get_number("RATE_LIMIT_PER_DAY", 10_000, lowest=1)
# All API keys of an organization together, and all personal ones of a user: as much as so many keys
RATE_LIMIT_MULTIPLE = get_number("RATE_LIMIT_MULTIPLE", 10, lowest=1)
# At once in force: of an organization without a number of its own, and of a user for themselves.
MAX_API_KEYS = get_number("MAX_API_KEYS", 100, lowest=1)
# What is kept of a product, and for an organization without numbers of its own
MAX_PRODUCT_IMAGES = get_number("MAX_PRODUCT_IMAGES", 1000)
MAX_ORGANIZATION_IMAGES = get_number("MAX_ORGANIZATION_IMAGES", 100_000)
MAX_ORGANIZATION_BYTES = get_number("MAX_ORGANIZATION_BYTES", 200 * 2**30)

# Serving
HOST = get_text("HOST", "127.0.0.1").strip().removeprefix("[").removesuffix("]")  # as in addresses
PORT = get_number("PORT", 8000, lowest=1, highest=65_535)
WORKERS = get_number("WORKERS", 1, lowest=1)
THREADS = get_number("THREADS", 64, lowest=1)
# Whether this server also measures pictures and makes their thumbnails, beside its requests
MEASURE_IMAGES = get_flag("MEASURE_IMAGES", default=True)
WSGI_APPLICATION = "closient.wsgi.application"
ROOT_URLCONF = "closient.urls"

if WORKERS > 1 and not VALKEY_URL:
    raise ImproperlyConfigured(
        f"WORKERS is {WORKERS} and VALKEY_URL is not set: each worker would count rate limits by"
        " itself. Set VALKEY_URL, or WORKERS=1."
    )


def get_secret_key() -> str:
    """DJANGO_SECRET_KEY; on localhost alone, the one that ``make setup`` wrote."""
    if key := get_text("DJANGO_SECRET_KEY"):
        return key
    beyond = sorted(set(ALLOWED_HOSTS) - set(LOCAL_HOSTS))
    if beyond:
        raise ImproperlyConfigured(
            f"DJANGO_ALLOWED_HOSTS reaches beyond this machine ({', '.join(beyond)}):"
            " set DJANGO_SECRET_KEY."
        )
    try:
        return (DATA_DIR / "secret_key").read_text().strip()
    except OSError:
        raise ImproperlyConfigured(
            "There is no secret key: run `make setup`, or set DJANGO_SECRET_KEY."
        ) from None


SECRET_KEY = get_secret_key()

INSTALLED_APPS = [
    "apps.dashboard",
    "apps.products",
    "apps.organizations",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "axes",
    "corsheaders",
    "oauth2_provider",
    "ninja",  # for the scripts of Swagger UI that it brings
]

MIDDLEWARE = [
    "apps.dashboard.operations.request_id.RequestIdMiddleware",
    "apps.dashboard.operations.request_metrics.RequestMetricsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "apps.dashboard.operations.thread_shares.StreamedAnswersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "apps.dashboard.operations.security_headers.SecurityHeadersMiddleware",
    # Above the API's, which answers early: a preflight carries no credential, and is not counted.
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Below those that find the session, above those that may refuse: their errors become problems.
    "apps.dashboard.api.middleware.ApiMiddleware",
    "apps.dashboard.operations.host_check.HostCheckMiddleware",
    # Above Django's, which looks for its token in the body.
    "apps.dashboard.api.small_bodies.SmallBodiesMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "apps.dashboard.pages.known_browsers.KnownBrowserMiddleware",
    "axes.middleware.AxesMiddleware",  # turns a refused sign-in into its page
]
APPEND_SLASH = False  # a POST is never redirected

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Database
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # Each of 64 threads has its connection: 256 KiB of cache for each, not 2 MiB.
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-256;",
}
# Requests wait only so long for PostgreSQL; a migration and an audit take what they need.
IS_SERVING = "closient.wsgi" in sys.modules


def get_database() -> dict[str, Any]:
    """DATABASE_URL, with the options that durable, unhindered writes need."""
    url = get_url("DATABASE_URL", "postgres", "postgresql", "sqlite")
    database = environ.Env.db_url_config(url or f"sqlite:///{DATA_DIR / 'db.sqlite3'}")
    if database["ENGINE"] == "django.db.backends.sqlite3":
        return {**database, "OPTIONS": SQLITE_OPTIONS, "CONN_MAX_AGE": None}
    from closient import postgresql  # noqa: PLC0415 (the driver costs SQLite's users 0.2 s)

    options = {**postgresql.get_options(is_serving=IS_SERVING), **database.get("OPTIONS", {})}
    # Each connection taken is looked at or asked, so that a restart of PostgreSQL costs no request.
    return {**database, "OPTIONS": options, "CONN_HEALTH_CHECKS": True}


DATABASES = {"default": get_database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Files: the temporary ones lie beside the store, so that keeping one is a rename.
MEDIA_ROOT = Path(get_text("MEDIA_ROOT", str(DATA_DIR / "media")))
MEDIA_URL = "/media/"
STATIC_ROOT = Path(get_text("STATIC_ROOT", str(DATA_DIR / "static")))
STATIC_URL = "/static/"
INCOMING_ROOT = MEDIA_ROOT / ".incoming"
FILE_UPLOAD_HANDLERS = ["apps.dashboard.api.upload_handler.RefusingUploadHandler"]
FILE_UPLOAD_PERMISSIONS = 0o644
# The form of a PUT is read by `ApiRequest`, which leaves the method as it was sent.
NINJA_FIX_REQUEST_FILES_METHODS: set[str] = set()
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024
AWS_STORAGE_BUCKET_NAME = get_text("AWS_STORAGE_BUCKET_NAME")
STORAGES = {
    "default": build_picture_store(AWS_STORAGE_BUCKET_NAME),
    "staticfiles": {"BACKEND": "apps.dashboard.operations.static_storage.HashedModuleStorage"},
}

# Security
ONE_YEAR = 365 * 24 * 60 * 60
# On this machine alone there is no TLS, and browsers keep Secure cookies to themselves then.
IS_LOCAL = DEBUG or set(ALLOWED_HOSTS) <= set(LOCAL_HOSTS)
SESSION_ENGINE = "apps.dashboard.pages.session_store"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = get_flag("SECURE_COOKIES", default=not IS_LOCAL)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
HSTS_SECONDS = ONE_YEAR if SESSION_COOKIE_SECURE and not IS_LOCAL else 0
SECURE_HSTS_SECONDS = get_number("SECURE_HSTS_SECONDS", HSTS_SECONDS)
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Pages of other origins: none but those of CORS_ALLOWED_ORIGINS, and never with a session
CORS_URLS_REGEX = r"^/(?:dashboard/api/|oauth/(?:token|revoke_token)$|\.well-known/)"
CORS_ALLOW_METHODS = ["DELETE", "GET", "PATCH", "POST", "PUT"]
CORS_ALLOW_HEADERS = [
    *("accept", "authorization", "content-type", "idempotency-key", "if-match", "if-none-match"),
    *("x-api-key", "x-request-id"),
]
CORS_EXPOSE_HEADERS = [
    *("ETag", "Idempotent-Replayed", "Location", "Retry-After", "WWW-Authenticate", "X-Request-ID"),
    *(f"{x}RateLimit-{name}" for x in ("", "X-") for name in ("Limit", "Remaining", "Reset")),
    "RateLimit-Policy",
]
CORS_PREFLIGHT_MAX_AGE = 60 * 60

# Signing in
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "home"
AUTHENTICATION_BACKENDS = [
    "apps.dashboard.pages.sign_in.AttemptLimitBackend",  # the first: it keeps guesses from the next
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "apps.dashboard.oauth.oauth_rules.ClientSecretHasher",
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # the page says when it ends
AXES_CLIENT_IP_CALLABLE = "apps.dashboard.pages.sign_in.get_client_address"
AXES_USERNAME_CALLABLE = "apps.dashboard.pages.sign_in.get_attempted_username"
AXES_LOCKOUT_CALLABLE = "apps.dashboard.pages.sign_in.tell_lockout"
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username"]  # some type their password there
PASSWORD_RESET_TIMEOUT = 60 * 60

# Mail: invitations and new passwords; none is sent without a server for it
MAIL_SERVER = get_mail_server("EMAIL_URL")
vars().update(MAIL_SERVER)
DEFAULT_FROM_EMAIL = get_sender("DEFAULT_FROM_EMAIL") or (
    f"Closient Brand Dashboard <no-reply@{urlsplit(API_SERVER_URL).hostname}>"
)
if MAIL_SERVER and not API_SERVER_URL:
    raise ImproperlyConfigured(
        "EMAIL_URL is set and API_SERVER_URL is not: links in mails would lead to whatever host a"
        " client names. Set API_SERVER_URL to the public address."
    )

# OAuth 2.1: codes with PKCE and refresh tokens, and nothing else
OAUTH2_PROVIDER = build_oauth_rules(API_SERVER_URL)
SILENCED_SYSTEM_CHECKS = [
    "oauth2_provider.W008",  # plain http redirects: to loopback only
    "security.W008",  # a redirect to https is nginx's: here it would redirect a POST, too
    # HSTS for all names below this one, and in browsers' lists: its owner's choice, at the proxy
    "security.W005",
    "security.W021",
]

TIME_ZONE = "UTC"
USE_I18N = False

# What is told of the running service
METRICS_TOKEN = get_text("METRICS_TOKEN")
METRICS_ROOT = Path(get_text("METRICS_ROOT", str(DATA_DIR / "metrics")))
# Lines for people at a terminal, JSON for all that collect them
USUAL_FORMAT = "line" if DEBUG or sys.stderr.isatty() else "json"
LOG_FORMAT = get_choice("LOG_FORMAT", USUAL_FORMAT, "json", "line")
LOG_LEVEL = get_choice("LOG_LEVEL", "INFO", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
if 0 < len(METRICS_TOKEN) < 16:
    raise ImproperlyConfigured("METRICS_TOKEN could be guessed: take 16 characters or more.")

LOGGING = build_logging(LOG_FORMAT, LOG_LEVEL)
