"""The gallery's index with what is in the bin, made while the one of before is still used."""

from django.db import migrations, models

from apps.products.migrations._online import AddIndexOnline, RemoveIndexOnline, take_time


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("products", "0014_fill_product_list")]

    operations = [
        migrations.RunPython(take_time, migrations.RunPython.noop),
        migrations.RenameIndex(
            model_name="productimage", old_name="gallery_order", new_name="gallery_order_before"
        ),
        AddIndexOnline(
            model_name="productimage",
            index=models.Index(
                fields=["product", "-is_primary", "priority", "-created", "id", "discarded_at"],
                name="gallery_order",
            ),
        ),
        RemoveIndexOnline(model_name="productimage", name="gallery_order_before"),
        AddIndexOnline(
            model_name="productimage",
            index=models.Index(
                condition=models.Q(("discarded_at__isnull", False)),
                fields=["product", "discarded_at"],
                name="images_in_bin",
            ),
        ),
    ]
