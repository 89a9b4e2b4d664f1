"""The database: opened, brought up to date, read and written.

What reads or writes is to be `to_its_end` (`cancellation.py`) wherever its caller may be cancelled.
Every failure to reach it is a `StoreAwayError`, whichever of driver, socket or clock tells of it first.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from control.store import sqlite
from control.store.cancellation import to_its_end
from control.store.errors import StoreAwayError, StoreError
from control.store.migrate import migrate
from control.store.tables import changes
from control.store.url import url_of

# Connections at most: one follows changes, one writes usage, others serve operators.
POOL = 6


class Database:
    def __init__(self, url: str, timeout_ms: int) -> None:
        self._url = url_of(url)
        self._sqlite = self._url.get_backend_name() == "sqlite"
        self._timeout_ms = timeout_ms
        seconds = timeout_ms / 1000
        self._engine = create_async_engine(
            self._url,
            pool_size=POOL,
            max_overflow=0,
            pool_timeout=seconds,
            connect_args={} if self._sqlite else {"timeout": seconds, "command_timeout": seconds},
            # Nothing but the statement itself: an error's text must not hold what was written.
            hide_parameters=True,
        )
        if self._sqlite:
            sqlite.adapt(self._engine, busy_timeout_ms=timeout_ms)
        self._writer = self._engine.execution_options(**{sqlite.WRITES: True})

    def __str__(self) -> str:
        return self._url.render_as_string(hide_password=True)

    @to_its_end
    async def open(self) -> None:
        """Makes the file or the tables when there are none, and brings older tables up to date.

        Raises:
            StoreError: it cannot be reached, or cannot be used.
        """
        if self._sqlite:
            path = Path(self._url.database or "")
            try:
                await asyncio.to_thread(sqlite.make, path, self._timeout_ms)
            except (OSError, sqlite3.Error) as error:
                raise StoreError(f"the database {path} cannot be made: {error}") from error
        with _told(str(self)):
            async with self._writer.begin() as connection:
                await connection.run_sync(migrate)

    async def close(self) -> None:
        await self._engine.dispose()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        with _told(str(self)):
            async with self._engine.connect() as connection:
                yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Written when the block ends well, and not at all when it does not."""
        with _told(str(self)):
            async with self._writer.begin() as connection:
                yield connection

    @asynccontextmanager
    async def changing(self) -> AsyncIterator[tuple[AsyncConnection, int]]:
        """As `writing`, one at a time over all control planes; with the number of this change."""
        async with self.writing() as connection:
            number = changes.c.number
            taken = await connection.execute(update(changes).values(number=number + 1).returning(number))
            yield connection, taken.scalar_one()


@contextmanager
def _told(database: str) -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
        cause = getattr(error, "orig", None) or error
        raise StoreAwayError(f"the database {database} failed: {type(cause).__name__}: {cause}") from error
