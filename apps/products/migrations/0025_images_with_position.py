"""The index of the pictures that tell where they were taken, made beside the release before."""

from django.db import migrations, models

from apps.products.migrations._online import AddIndexOnline, take_time


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("products", "0024_fill_folded_file_names")]

    operations = [
        migrations.RunPython(take_time, migrations.RunPython.noop),
        AddIndexOnline(
            model_name="productimage",
            index=models.Index(
                condition=models.Q(("has_position", True)),
                fields=["product"],
                name="images_with_position",
            ),
        ),
    ]
