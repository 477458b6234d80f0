"""Names folded, what images tell of their products, and where there is pg_trgm an index of trigrams."""

from django.db import DatabaseError, migrations, transaction
from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce

from apps.products.folding import build_sort_key, fold
from apps.products.migrations._online import take_time

AT_ONCE = 2000
INDEXED = {"folded_name_trigrams": "folded_name", "gtin_trigrams": "gtin"}


def fill_names(apps, schema_editor):
    Product = apps.get_model("products", "Product")
    found = Product.objects.order_by("pk").only("pk", "name")
    last = 0
    while products := list(found.filter(pk__gt=last)[:AT_ONCE]):
        for product in products:
            product.folded_name = fold(product.name)[:1024]
            product.sort_key = build_sort_key(product.name)
        Product.objects.bulk_update(products, ["folded_name", "sort_key"], batch_size=500)
        last = products[-1].pk


def fill_changes(apps, schema_editor):
    images = apps.get_model("products", "ProductImage").objects
    events = apps.get_model("products", "ImageEvent").objects
    last = events.filter(product=OuterRef("pk")).order_by("-id")[:1]
    apps.get_model("products", "Product").objects.update(
        has_primary=Exists(images.filter(product=OuterRef("pk"), is_primary=True)),
        changed_at=Coalesce(Subquery(last.values("created")), "created"),
        changed_by=Subquery(last.values("user")),
    )


def index_trigrams(apps, schema_editor):
    # The extension is trusted, but whoever runs the database may have left it away.
    if schema_editor.connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(), schema_editor.connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            for name, column in INDEXED.items():
                cursor.execute(
                    f"CREATE INDEX {name} ON products_product USING gin ({column} gin_trgm_ops)"
                )
    except DatabaseError:
        return


def drop_trigrams(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name in INDEXED:
            schema_editor.execute(f"DROP INDEX IF EXISTS {name}")


class Migration(migrations.Migration):
    dependencies = [("products", "0013_product_list_orders")]

    operations = [
        migrations.RunPython(take_time, migrations.RunPython.noop),
        migrations.RunPython(fill_names, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(fill_changes, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(index_trigrams, drop_trigrams),
    ]
