"""Whether this process is alive, and whether the parts that it needs answer."""

from __future__ import annotations

from django.core.files.storage import default_storage
from django.db import Error as DatabaseFault
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from apps.dashboard.operations.disk_room import list_full_disks
from apps.dashboard.operations.window_counts import get_counts


@require_safe
def tell_alive(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def tell_ready(request: HttpRequest) -> HttpResponse:
    """Which part is down, and what is full; without Valkey, requests are served all the same."""
    parts = {"database": _answers_database(), "storage": default_storage.is_ready()}  # type: ignore[attr-defined]  # ours have it
    full = list_full_disks()
    told = {
        **parts,
        **({"full": full} if full else {}),
        **({"degraded": ["valkey"]} if get_counts().is_degraded() else {}),
    }
    return JsonResponse(told, status=200 if all(parts.values()) and not full else 503)


def _answers_database() -> bool:
    """Whether it does, and would write: after a fail-over PostgreSQL may answer and only read."""
    is_postgresql = connection.vendor == "postgresql"
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_read_only" if is_postgresql else "SELECT 'off'")
            return bool(cursor.fetchone() == ("off",))
    except DatabaseFault:
        return False
