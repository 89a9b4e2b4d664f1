"""One module a change of the tables, `vNUMBER_what`. `alembic revision` is not needed to write one."""
