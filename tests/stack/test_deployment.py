"""What the service says of an environment before it starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.servers import run_manage

PRODUCTION = {
    "DJANGO_SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "DJANGO_ALLOWED_HOSTS": "www.closient.com",
    "API_SERVER_URL": "https://www.closient.com",
    "CSRF_TRUSTED_ORIGINS": "https://www.closient.com",
    "TRUSTED_PROXIES": "1",
}


def test_production_environment_passes_the_check_for_deployment(tmp_path: Path):
    run_manage(tmp_path, PRODUCTION, "check", "--deploy", "--fail-level", "WARNING")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"DJANGO_SECRET_KEY": ""}, "set DJANGO_SECRET_KEY"),
        ({"WORKERS": "2"}, "VALKEY_URL"),
    ],
)
def test_unsafe_environment_is_refused_with_the_reason(
    tmp_path: Path, change: dict[str, str], reason: str
):
    with pytest.raises(RuntimeError, match=reason):
        run_manage(tmp_path, {**PRODUCTION, **change}, "serve")
