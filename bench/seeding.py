"""An organization, a product and a key in the benchmark's own database, and crowds of rows."""

from __future__ import annotations

import json
from pathlib import Path

from tests.servers import run_manage

PATH = "/dashboard/api/v1/trade-items/{}/12345678905/images"
SCRIPT = """
import json
from django.contrib.auth.models import User
from apps.dashboard.api.identifiers import encode_id
from apps.organizations.api_keys import issue_api_key
from apps.organizations.models import Membership, Organization
from apps.products.models import Product
org = Organization.objects.create(name="Bench", max_product_images=10**9, max_images=10**9, max_bytes=10**15)
user = User.objects.create_user("bench")
Membership.objects.create(user=user, organization=org, role="owner")
Product.objects.create(gtin="00012345678905", name="Bench", owner=org)
_, key = issue_api_key(name="bench", kind="csb", user=user, organization=org, role="editor", rate_limit_per_minute=10**8, rate_limit_per_day=10**8)
print(json.dumps([encode_id(org.id), key]))
"""
# Of the one user, as signing in would make it.
SESSION = """
from django.contrib.auth.models import User
from django.test import Client
client = Client(headers={"host": "localhost"})
client.force_login(User.objects.get())
print(client.cookies["sessionid"].value)
"""
# By SQLite itself: the models would take minutes.
CROWD = """
from django.db import connection
from apps.products.models import Product
product = Product.objects.get(gtin="00012345678905")
numbers = "with recursive t(n) as (select 1 union all select n + 1 from t where n < %s) "
with connection.cursor() as cursor:
    if {products}:
        cursor.execute(
            "insert into products_product (gtin, name, folded_name, sort_key, owner_id, created) "
            + numbers + "select 1000000000000 + n, 'Product ' || n, 'product ' || n, 'product ' || n,"
            " %s, current_timestamp from t",
            [{products}, product.owner_id.hex],
        )
    if {images}:
        cursor.execute(
            "insert into products_productimage (id, product_id, title, is_primary, priority, object_name,"
            " image_format, byte_size, blake3, created) "
            + numbers + "select lower(hex(randomblob(16))), %s, '', false, 0, 'products/' || n || '.jpg',"
            " 'JPEG', 1, '', current_timestamp from t",
            [{images}, product.pk],
        )
"""


def seed_service(folder: Path, env: dict[str, str]) -> tuple[str, str]:
    """The path to post to, and the raw key."""
    output = run_manage(folder, env, "shell", "--no-imports", "-c", SCRIPT)
    organization_id, key = json.loads(output)
    return PATH.format(organization_id), key


def add_crowd(folder: Path, *, images: int, products: int) -> None:
    """Add so many images, to the one product, and products."""
    script = CROWD.format(images=images, products=products)
    run_manage(folder, {}, "shell", "--no-imports", "-c", script)


def open_session(folder: Path) -> str:
    """The value of the cookie ``sessionid`` of the one user."""
    return run_manage(folder, {}, "shell", "--no-imports", "-c", SESSION).split()[-1]
