"""Which lines the service writes, in which form; all of them go to stderr."""

from __future__ import annotations

from typing import Any, Final

# What anybody can do; Django tells each at ERROR, with a traceback.
FAULTS: Final = (
    "DisallowedHost",
    "DisallowedRedirect",
    "RequestDataTooBig",
    "TooManyFieldsSent",
    "TooManyFilesSent",
)


def build_logging(log_format: str, log_level: str) -> dict[str, Any]:
    """The setting LOGGING; the format is ``line`` or ``json``."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "request_id": {"()": "apps.dashboard.operations.request_id.RequestIdFilter"},
            "strangers_fault": {
                "()": "apps.dashboard.operations.strangers_faults.StrangersFaultFilter"
            },
            "secret_paths": {"()": "apps.dashboard.operations.secret_paths.SecretPathsFilter"},
            "no_answers": {"()": "apps.dashboard.operations.request_id.NoAnswersFilter"},
        },
        "formatters": {
            "line": {
                "format": "{asctime} {levelname} {name} request_id={request_id} {message}",
                "style": "{",
            },
            "json": {"()": "apps.dashboard.operations.json_log.JsonFormatter"},
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "filters": ["request_id", "secret_paths"],
                "formatter": log_format,
            }
        },
        "loggers": {
            "axes": {"level": "WARNING"},
            "django.request": {"filters": ["no_answers"]},
            **{f"django.security.{name}": {"filters": ["strangers_fault"]} for name in FAULTS},
            # At DEBUG these write credentials down, whatever LOG_LEVEL is.
            **{name: {"level": "INFO"} for name in ("boto3", "botocore", "oauthlib", "urllib3")},
        },
        "root": {"handlers": ["console"], "level": log_level},
    }
