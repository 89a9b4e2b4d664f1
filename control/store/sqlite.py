"""What SQLite needs to be shared by processes, and to hold what only its owner may read."""

import os
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine

# An execution option of transactions that will write.
WRITES = "hearth_writes"


def make_private(path: Path) -> None:
    """The file, if there is none: SQLite would make it for all to read. Its log gets the file's own mode."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def adapt(engine: AsyncEngine, busy_timeout_ms: int) -> None:
    event.listen(engine.sync_engine, "connect", lambda connection, _: _prepare(connection, busy_timeout_ms))
    event.listen(engine.sync_engine, "begin", _begin)


def _prepare(connection: Any, busy_timeout_ms: int) -> None:
    # The driver would begin transactions by itself, when it thinks fit, and none for what changes tables.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {busy_timeout_ms}")
    # Readers then wait for no writer.
    cursor.execute("PRAGMA journal_mode = WAL")
    # A key that was revoked stays revoked after a power failure; with WAL, NORMAL would not see to it.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin(connection: Connection) -> None:
    # One that first reads and then writes fails when another wrote in between; so the lock comes first.
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
