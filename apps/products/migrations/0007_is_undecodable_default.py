from django.db import migrations, models


class Migration(migrations.Migration):
    """A release of before 0003 leaves the column out, while it runs beside a newer one."""

    dependencies = [("products", "0006_file_names")]

    operations = [
        migrations.AlterField(
            model_name="productimage",
            name="is_undecodable",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
    ]
