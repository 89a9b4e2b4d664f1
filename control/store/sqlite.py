"""What SQLite needs to be shared by processes, and to hold what only its owner may read."""

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine

# An execution option of transactions that will write.
WRITES = "hearth_writes"


_RETRY_S = 0.01


def make(path: Path, busy_timeout_ms: int) -> None:
    """The file, if there is none, private: SQLite would make it for all to read. Its log gets its own mode.

    Blocks. Raises OSError, sqlite3.Error.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    deadline = time.monotonic() + busy_timeout_ms / 1000
    with closing(sqlite3.connect(path, timeout=busy_timeout_ms / 1000)) as connection:
        while not _keeps_log(connection):
            if time.monotonic() > deadline:
                raise TimeoutError(f"others held it for {busy_timeout_ms} ms")
            time.sleep(_RETRY_S)


def _keeps_log(connection: sqlite3.Connection) -> bool:
    """Has readers wait for no writer (write-ahead log), which stays so. False: another is just doing that.

    For this switch SQLite does not wait, whatever its busy timeout: two who wait for each other would do so
    for ever.
    """
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise
        return False
    return True


def adapt(engine: AsyncEngine, busy_timeout_ms: int) -> None:
    event.listen(engine.sync_engine, "connect", lambda connection, _: _prepare(connection, busy_timeout_ms))
    event.listen(engine.sync_engine, "begin", _begin)


def _prepare(connection: Any, busy_timeout_ms: int) -> None:
    # The driver would begin transactions by itself, when it thinks fit, and none for what changes tables.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {busy_timeout_ms}")
    # A key that was revoked stays revoked after a power failure; with WAL, NORMAL would not see to it.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin(connection: Connection) -> None:
    # One that first reads and then writes fails when another wrote in between; so the lock comes first.
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
