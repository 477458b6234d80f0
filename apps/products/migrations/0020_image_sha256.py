"""The index by which files are found to be there already, made while uploads go on."""

from django.db import migrations, models

from apps.products.migrations._online import AddIndexOnline, take_time


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("products", "0019_readiness_orders")]

    operations = [
        migrations.RunPython(take_time, migrations.RunPython.noop),
        AddIndexOnline(
            model_name="productimage",
            index=models.Index(
                condition=models.Q(("sha256__isnull", False)),
                fields=["sha256"],
                name="image_sha256",
            ),
        ),
    ]
