"""What a migration does to the indexes of a table while the release before serves on."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently


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
