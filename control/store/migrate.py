"""Brings the database's tables to what this version needs: all migrations that are missing, or none.

Control planes that start at once take turns under a lock, which ends with the process that holds it.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text

from control.store.errors import StoreError

SCRIPTS = Path(__file__).parent / "migrations"
# Of PostgreSQL's advisory locks, which are numbers: the one for migrations of Hearth.
LOCK = 0x48656172


def config_for(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def migrate(connection: Connection) -> None:
    """Within a transaction that may write, which on SQLite is the lock."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
    try:
        command.upgrade(config_for(connection), "head")
    except CommandError as error:
        # A revision that is not among ours.
        raise StoreError(f"the database was used by a later version of Hearth: {error}") from error


def newest() -> str | None:
    return ScriptDirectory(str(SCRIPTS)).get_current_head()
