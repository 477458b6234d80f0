"""File names folded, and where there is pg_trgm an index of their trigrams."""

import logging

from django.db import DatabaseError, migrations, transaction

from apps.products.folding import fold
from apps.products.migrations._online import take_time

AT_ONCE = 2000
INDEX = "file_name_trigrams"

logger = logging.getLogger(__name__)


def fill_file_names(apps, schema_editor):
    ProductImage = apps.get_model("products", "ProductImage")
    found = ProductImage.objects.filter(folded_file_name="").exclude(file_name="").order_by("pk")
    key = ProductImage._meta.pk
    last = {}
    while chunk := list(found.filter(**last).values_list("pk", "file_name")[:AT_ONCE]):
        with schema_editor.connection.cursor() as cursor, transaction.atomic():
            cursor.executemany(  # by bulk_update a million would take half an hour
                "UPDATE products_productimage SET folded_file_name = %s WHERE id = %s",
                [
                    (fold(name)[:1024], key.get_db_prep_value(pk, schema_editor.connection))
                    for pk, name in chunk
                ],
            )
        last = {"pk__gt": chunk[-1][0]}


def index_trigrams(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    try:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {INDEX}")  # of a try that broke off
            cursor.execute(
                f"CREATE INDEX CONCURRENTLY {INDEX} ON products_productimage"
                " USING gin (folded_file_name gin_trgm_ops)"
            )
    except DatabaseError as fault:
        logger.warning("searches will read all names, for lack of an index: %s", fault)


def drop_trigrams(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {INDEX}")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("products", "0023_folded_file_names")]

    operations = [
        migrations.RunPython(take_time, migrations.RunPython.noop),
        migrations.RunPython(fill_file_names, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(index_trigrams, drop_trigrams),
    ]
