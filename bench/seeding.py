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
CROWD = """
import uuid
from django.utils import timezone
from apps.products.models import Product, ProductImage
product = Product.objects.get(gtin="00012345678905")
for start in range(0, {products}, 10_000):
    Product.objects.bulk_create(
        Product(gtin=f"{{n:014d}}", name=f"Product {{n}}", owner_id=product.owner_id)
        for n in range(10**12 + start, 10**12 + start + 10_000)
    )
for start in range(0, {images}, 10_000):
    ids = [uuid.uuid4() for _ in range(10_000)]
    ProductImage.objects.bulk_create(
        ProductImage(id=i, product=product, object_name=f"products/{{i}}.jpg", image_format="jpeg", width=1, height=1, byte_size=1, blake3="0" * 64, created=timezone.now())
        for i in ids
    )
"""


def seed_service(folder: Path, env: dict[str, str]) -> tuple[str, str]:
    """The path to post to, and the raw key."""
    output = run_manage(folder, env, "shell", "--no-imports", "-c", SCRIPT)
    organization_id, key = json.loads(output)
    return PATH.format(organization_id), key


def add_crowd(folder: Path, *, images: int, products: int) -> None:
    """Add so many images, to the one product, and products, in multiples of 10,000."""
    script = CROWD.format(images=images, products=products)
    run_manage(folder, {}, "shell", "--no-imports", "-c", script)
