"""The indexes of the product list, made while the release before serves on."""

from django.db import migrations, models

from apps.products.migrations._online import AddIndexOnline, RemoveIndexOnline, take_time


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("products", "0012_product_list")]

    operations = [
        migrations.RunPython(take_time, migrations.RunPython.noop),
        AddIndexOnline(
            model_name="product",
            index=models.Index(fields=["owner", "sort_key", "gtin"], name="owner_name_order"),
        ),
        AddIndexOnline(
            model_name="product",
            index=models.Index(fields=["owner", "gtin"], name="owner_gtin_order"),
        ),
        AddIndexOnline(
            model_name="product",
            index=models.Index(fields=["owner", "changed_at", "gtin"], name="owner_change_order"),
        ),
        AddIndexOnline(
            model_name="product",
            index=models.Index(fields=["owner", "kept_images", "gtin"], name="owner_picture_order"),
        ),
        AddIndexOnline(
            model_name="product",
            index=models.Index(
                condition=models.Q(("has_primary", False)),
                fields=["owner", "sort_key", "gtin"],
                name="owner_no_hero_order",
            ),
        ),
        AddIndexOnline(
            model_name="product",
            index=models.Index(
                condition=models.Q(("kept_images__lte", 0)),
                fields=["owner", "sort_key", "gtin"],
                name="owner_no_pictures_order",
            ),
        ),
        AddIndexOnline(
            model_name="product",
            index=models.Index(fields=["changed_by"], name="changed_by_user"),
        ),
        RemoveIndexOnline(model_name="product", name="owner_shelf_order"),
    ]
