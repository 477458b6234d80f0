"""The indexes of the product list, made while the release before serves on."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class AddIndexOnline(AddIndexConcurrently):
    """Without a lock on the table, where the database can."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        is_postgresql = schema_editor.connection.vendor == "postgresql"
        add = super() if is_postgresql else super(AddIndexConcurrently, self)
        add.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        is_postgresql = schema_editor.connection.vendor == "postgresql"
        remove = super() if is_postgresql else super(AddIndexConcurrently, self)
        remove.database_backwards(app_label, schema_editor, from_state, to_state)


class RemoveIndexOnline(RemoveIndexConcurrently):
    """The same for one that is no longer needed."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        is_postgresql = schema_editor.connection.vendor == "postgresql"
        remove = super() if is_postgresql else super(RemoveIndexConcurrently, self)
        remove.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        is_postgresql = schema_editor.connection.vendor == "postgresql"
        add = super() if is_postgresql else super(RemoveIndexConcurrently, self)
        add.database_backwards(app_label, schema_editor, from_state, to_state)


def take_time(apps, schema_editor):
    # With a million products it takes longer than a statement of the service may.
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET statement_timeout = 0")


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
