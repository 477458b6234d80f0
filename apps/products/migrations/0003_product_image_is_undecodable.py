from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("products", "0002_image_history_and_upload_claims")]

    operations = [
        migrations.AddField(
            model_name="productimage",
            name="is_undecodable",
            field=models.BooleanField(default=False, editable=False),
        ),
    ]
