"""The index of the images that wait to be measured, of which there are none yet."""

from django.db import migrations, models

from apps.products.migrations._online import AddIndexOnline, take_time


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("products", "0016_measures")]

    operations = [
        migrations.RunPython(take_time, migrations.RunPython.noop),
        AddIndexOnline(
            model_name="productimage",
            index=models.Index(
                condition=models.Q(("measure_due_at__isnull", False)),
                fields=["measure_due_at", "product"],
                name="images_to_measure",
            ),
        ),
    ]
