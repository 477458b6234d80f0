"""The real servers that the tests, `make stack` and the benchmark run against."""

from __future__ import annotations

from tests.servers.chromium import ensure_chromium, find_chromium, run_chromium
from tests.servers.nginx import run_nginx
from tests.servers.node import node_executable
from tests.servers.object_storage import S3Server, run_moto, run_s3
from tests.servers.peak_memory import PeakMemory
from tests.servers.postgres import run_postgres
from tests.servers.service import Service, run_manage, run_service
from tests.servers.valkey_server import run_valkey

__all__ = [
    "PeakMemory",
    "S3Server",
    "Service",
    "ensure_chromium",
    "find_chromium",
    "node_executable",
    "run_chromium",
    "run_manage",
    "run_moto",
    "run_nginx",
    "run_postgres",
    "run_s3",
    "run_service",
    "run_valkey",
]
