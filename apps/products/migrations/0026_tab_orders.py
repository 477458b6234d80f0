"""The indexes of the tabs in each order of the list, made while the release before serves on."""

from django.db import migrations, models

from apps.products.migrations._online import AddIndexOnline, RemoveIndexOnline, take_time


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("products", "0025_images_with_position"),
    ]

    operations = [
        migrations.RunPython(take_time, migrations.RunPython.noop),
        AddIndexOnline(
            model_name="product",
            index=models.Index(
                condition=models.Q(("has_primary", False)),
                fields=["owner", "gtin"],
                name="owner_no_hero_gtin_order",
            ),
        ),
        AddIndexOnline(
            model_name="product",
            index=models.Index(
                condition=models.Q(("has_primary", False)),
                fields=["owner", "changed_at", "gtin"],
                name="owner_no_hero_change_order",
            ),
        ),
        AddIndexOnline(
            model_name="product",
            index=models.Index(
                condition=models.Q(("has_primary", False)),
                fields=["owner", "kept_images", "gtin"],
                name="owner_no_hero_picture_order",
            ),
        ),
        AddIndexOnline(
            model_name="product",
            index=models.Index(
                condition=models.Q(("kept_images__lte", 0)),
                fields=["owner", "gtin"],
                name="owner_no_pictures_gtin_order",
            ),
        ),
        AddIndexOnline(
            model_name="product",
            index=models.Index(
                condition=models.Q(("kept_images__lte", 0)),
                fields=["owner", "changed_at", "gtin"],
                name="owner_no_pictures_change_order",
            ),
        ),
        AddIndexOnline(
            model_name="product",
            index=models.Index(
                condition=models.Q(("hero_state__gt", 0)),
                fields=["owner", "hero_state", "sort_key", "gtin"],
                name="owner_judged_name_order",
            ),
        ),
        AddIndexOnline(
            model_name="product",
            index=models.Index(
                condition=models.Q(("hero_state__gt", 0)),
                fields=["owner", "hero_state", "gtin"],
                name="owner_judged_gtin_order",
            ),
        ),
        AddIndexOnline(
            model_name="product",
            index=models.Index(
                condition=models.Q(("hero_state__gt", 0)),
                fields=["owner", "hero_state", "changed_at", "gtin"],
                name="owner_judged_change_order",
            ),
        ),
        AddIndexOnline(
            model_name="product",
            index=models.Index(
                condition=models.Q(("hero_state__gt", 0)),
                fields=["owner", "hero_state", "kept_images", "gtin"],
                name="owner_judged_picture_order",
            ),
        ),
        RemoveIndexOnline(model_name="product", name="owner_readiness_order"),
    ]
