"""Start the production server, as the environment says."""

from __future__ import annotations

import errno
import logging
import os
import socket
import sys
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage, staticfiles_storage
from django.core.management import BaseCommand, CommandError, call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from apps.dashboard.operations.database_line import describe_database
from apps.dashboard.operations.metrics_folder import FOLDER_VARIABLE, prepare_metrics_folder
from apps.dashboard.operations.parent_watch import KILL_TIMEOUT_SECONDS
from apps.problems import StorageUnavailable
from apps.products.search_indexes import check_search_indexes

# After an outage of the storage there may be a name for each upload that it refused.
SWEEP_SECONDS = 10
HEADER_TIMEOUT_MILLISECONDS = 15_000
# With the default of 408 KiB, a worker grows by 10 MB with every 16 uploads of 20 MB; with 64 KiB,
# a refused upload costs a third more to drain.
CONNECTION_BUFFER_BYTES = 128 * 1024
logger = logging.getLogger(__name__)

GRANIAN_LOG = settings.BASE_DIR / "closient" / "granian_log.json"


def check_port(host: str, port: int) -> None:
    """Raise CommandError where nobody can listen: granian would share the port with who does."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as fault:
        reason = str(fault.strerror).partition(" (")[0]
        if fault.errno in (errno.EADDRINUSE, errno.EACCES):
            remedy = "set PORT to another, such as 8001"
        else:
            remedy = "set HOST to an address of this machine, such as 127.0.0.1, 0.0.0.0 or ::"
        raise CommandError(f"Port {port} of {host} cannot be used ({reason}); {remedy}.") from fault


def check_migrations() -> None:
    """Raise CommandError where the database is older than the code."""
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if missing:
        raise CommandError(f"The database lacks {missing} migrations: run manage.py migrate first.")


def check_static_files() -> None:
    """Raise CommandError where every page would fail, for lack of the names of its files."""
    if not staticfiles_storage.exists(ManifestStaticFilesStorage.manifest_name):
        raise CommandError(
            f"There are no static files in {settings.STATIC_ROOT}:"
            " run manage.py collectstatic first, or set STATIC_ROOT to where they are."
        )


class Command(BaseCommand):
    """Sweeps what an earlier crash left, then becomes granian."""

    # The application imports the pages itself; a start waits for that once.
    requires_system_checks = ()
    help = "Start the production server on HOST:PORT with WORKERS processes of THREADS threads."

    def handle(self, *args: Any, **options: Any) -> None:
        check_port(settings.HOST, settings.PORT)
        check_static_files()
        in_json = settings.LOG_FORMAT == "json"
        logger.info("the database is %s", describe_database(connection.settings_dict))
        try:
            check_migrations()
            for warning in check_search_indexes(databases=[connection.alias]):
                logger.warning("%s %s", warning.msg, warning.hint)
            call_command(
                "sweep_unclaimed_objects", within=SWEEP_SECONDS, stdout=self.stdout, json=in_json
            )
        except (StorageUnavailable, DatabaseError) as fault:
            self.stderr.write(f"The sweep was put off, the service starts all the same: {fault}")
        self._prepare_metrics()
        # glibc would give each of 64 threads an arena of its own.
        os.environ.setdefault("MALLOC_ARENA_MAX", "2")
        log_options = ("--log-config", str(GRANIAN_LOG)) if in_json else ()
        os.execv(  # noqa: S606 (our own arguments)
            sys.executable,
            [
                sys.executable,
                *("-m", "granian", "closient.wsgi:application"),
                *("--interface", "wsgi"),
                *("--host", settings.HOST, "--port", str(settings.PORT)),
                *("--workers", str(settings.WORKERS), "--blocking-threads", str(settings.THREADS)),
                *("--http", "1", "--http1-header-read-timeout", str(HEADER_TIMEOUT_MILLISECONDS)),
                *("--http1-buffer-size", str(CONNECTION_BUFFER_BYTES)),
                *("--workers-kill-timeout", str(KILL_TIMEOUT_SECONDS)),
                *("--respawn-failed-workers", "--respawn-interval", "1"),
                *log_options,
                "--no-ws",
            ],
        )

    def _prepare_metrics(self) -> None:
        try:
            folder = prepare_metrics_folder(settings.METRICS_ROOT, settings.WORKERS)
        except OSError as fault:
            if fault.errno not in (errno.ENOSPC, errno.EDQUOT):
                hint = "No place for metrics, set METRICS_ROOT to one"
                raise CommandError(f"{hint}: {fault}") from fault
            self.stderr.write(f"METRICS_ROOT is full, each worker tells its own counts: {fault}")
        else:
            os.environ[FOLDER_VARIABLE] = str(folder)
