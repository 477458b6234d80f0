"""What a worker needs to refuse a request is there before the first one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.servers.service import BARE_ENVIRONMENT, REPOSITORY

# Nothing of it answers, so that the logs of outages are written, too.
OUTAGE = {
    "DATABASE_URL": "sqlite:////nowhere/db.sqlite3",
    "VALKEY_URL": "valkey://127.0.0.1:1/0",
    "AWS_STORAGE_BUCKET_NAME": "images",
    "AWS_S3_ENDPOINT_URL": "http://127.0.0.1:1",
    "AWS_S3_REGION_NAME": "us-east-1",
    "AWS_ACCESS_KEY_ID": "nobody",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "METRICS_TOKEN": "0123456789abcdef",
}


def test_nothing_is_looked_up_for_a_request(tmp_path: Path):
    environment = {
        **BARE_ENVIRONMENT,
        "DJANGO_SECRET_KEY": "secret",
        "MEDIA_ROOT": str(tmp_path),
        **OUTAGE,
    }
    told = json.loads(
        subprocess.check_output(
            [sys.executable, "-m", "tests.dashboard.operations.late_lookups"],
            cwd=REPOSITORY,
            env=environment,
            stderr=subprocess.DEVNULL,
        )
    )

    statuses = [int(status[:3]) for _, _, status, *_ in told]
    assert statuses == [
        *(200, 503, 404, 404, 200, 400, 403, 400, 400, 403, 401),
        *(404, 405, 401, 503, 401, 400, 401),
    ]
    # Tracebacks quote the code, and do without it where it cannot be read.
    late = {
        f"{method} {path}": lookups
        for method, path, _, *seen in told
        if (lookups := [each for each in seen if not each.endswith((".py", "<unknown>"))])
    }
    assert late == {}
