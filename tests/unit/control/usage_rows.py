"""What the database has of usage, for tests to compare."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import select

from control.store.database import Database
from control.store.tables import usage, usage_days, usage_journals
from control.usage.counts import Counts, Key, Sums
from control.usage.ledger import SUMS

EPOCH_ORDINAL = 719_163


@asynccontextmanager
async def opened(url: str, timeout_ms: int = 5_000) -> AsyncIterator[Database]:
    database = Database(url, timeout_ms)
    try:
        await database.open()
        yield database
    finally:
        await database.close()


async def rows(database: Database) -> Sums:
    """All of it, once it is sure that the days say the same."""
    async with database.reading() as connection:
        found: Sums = {}
        for row in await connection.execute(select(usage)):
            key = Key(row.tenant, row.day.toordinal() - EPOCH_ORDINAL, row.language, row.outcome)
            found[key] = Counts(*(getattr(row, name) for name in SUMS))
        days = {
            (row.tenant, row.day.toordinal() - EPOCH_ORDINAL): row.cpu_us
            for row in await connection.execute(select(usage_days))
        }
    cpu_us: dict[tuple[str, int], int] = {}
    for key, counts in found.items():
        cpu_us[key.tenant, key.day] = cpu_us.get((key.tenant, key.day), 0) + counts.cpu_us
    assert days == cpu_us
    return found


async def journals(database: Database) -> dict[str, int]:
    async with database.reading() as connection:
        found = await connection.execute(select(usage_journals))
        return {row.journal: row.applied for row in found}
