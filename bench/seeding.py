"""An organization, a product and a key in the benchmark's own database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import json
from django.contrib.auth.models import User
from apps.dashboard.api.identifiers import encode_id
from apps.organizations.api_keys import issue_api_key
from apps.organizations.models import Membership, Organization
from apps.products.models import Product
org = Organization.objects.create(name="Bench")
user = User.objects.create_user("bench")
Membership.objects.create(user=user, organization=org, role="owner")
Product.objects.create(gtin="00012345678905", name="Bench", owner=org)
_, key = issue_api_key(name="bench", kind="csb", user=user, organization=org, role="editor", rate_limit_per_minute=10**8, rate_limit_per_day=10**8)
print(json.dumps([encode_id(org.id), key]))
"""


def seed_service(folder: Path) -> tuple[str, str]:
    """The path to post to, and the raw key."""
    env = {**os.environ, "DATABASE_URL": f"sqlite:///{folder.resolve()}/db.sqlite3"}
    output = subprocess.check_output(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", SCRIPT], env=env, text=True
    )
    organization_id, key = json.loads(output)
    return f"/dashboard/api/v1/trade-items/{organization_id}/12345678905/images", key
