"""The products of each organization, counted; what a release of before adds meanwhile is not."""

from django.db import migrations
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from apps.products.migrations._online import take_time

COUNTS = {
    "kept_products": Q(),
    "products_without_primary": Q(has_primary=False),
    "products_without_pictures": Q(kept_images__lte=0),
}


def count_products(apps, schema_editor):
    Product = apps.get_model("products", "Product")
    owned = Product.objects.filter(owner=OuterRef("pk")).order_by().values("owner")
    apps.get_model("organizations", "Organization").objects.update(
        **{
            name: Coalesce(Subquery(owned.filter(state).annotate(n=Count("pk")).values("n")), 0)
            for name, state in COUNTS.items()
        }
    )


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0007_product_counts"),
        ("products", "0021_image_versions"),
    ]

    operations = [
        migrations.RunPython(take_time, migrations.RunPython.noop),
        migrations.RunPython(count_products, migrations.RunPython.noop, elidable=True),
    ]
