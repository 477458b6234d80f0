"""A release that runs on beside a newer one, on the newer one's tables."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

MIGRATIONS = sorted(
    name for app, name in MigrationLoader(None).disk_migrations if app == "products"
)


@pytest.mark.django_db
@pytest.mark.parametrize("migration", MIGRATIONS)
def test_release_of_any_migration_writes_into_the_newest_tables(migration: str):
    models = MigrationLoader(connection).project_state(("products", migration)).apps
    product = models.get_model("products", "Product").objects.create(
        gtin="00012345678905", name="Tea"
    )

    image = models.get_model("products", "ProductImage").objects.create(
        product=product,
        object_name="products/00012345678905/front.jpg",
        image_format="JPEG",
        width=32,
        height=32,
        byte_size=1024,
        sha256="0" * 64,
        created=timezone.now(),
    )

    image.refresh_from_db()
    assert image.title == ""
