"""What a migration does to the indexes of a table while the release before serves on."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently


class _Online:
    """Without a lock on the table, where the database can: else as the class that has one."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        change = self._choose(schema_editor)
        change.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        change = self._choose(schema_editor)
        change.database_backwards(app_label, schema_editor, from_state, to_state)

    def _choose(self, schema_editor):
        is_postgresql = schema_editor.connection.vendor == "postgresql"
        return super() if is_postgresql else super(self.concurrent, self)


class AddIndexOnline(_Online, AddIndexConcurrently):
    """Add one."""

    concurrent = AddIndexConcurrently


class RemoveIndexOnline(_Online, RemoveIndexConcurrently):
    """Remove one that is no longer needed."""

    concurrent = RemoveIndexConcurrently


def take_time(apps, schema_editor):
    # With a million products it takes longer than a statement of the service may.
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET statement_timeout = 0")
