"""Alembic's way in: runs migrations on the connection, and in the transaction, that it is given."""

from alembic import context

from control.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, compare_type=True
)
with context.begin_transaction():
    context.run_migrations()
