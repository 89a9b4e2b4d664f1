"""Alembic's scripts. They only ever add: during an update, two versions share a database."""
