"""Usage in the database: added to, once for each segment of a journal.

Control planes add to the same rows at once. Each takes them in the same order, so that none waits for
another in a circle.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TypeVar

from sqlalchemy import case, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from control.store.cancellation import to_its_end
from control.store.database import Database
from control.store.tables import usage, usage_days, usage_journals
from control.store.upsert import Insert, upsert
from control.usage.counts import Counts, Key, Sums, date_of

# In one statement, each of which has the database's timeout.
ROWS_AT_ONCE = 1_000

SUMS = ("executions", "wall_us", "cpu_us", "mib_ms", "bytes_in", "bytes_out")

Item = TypeVar("Item")


class Ledger:
    """Every method raises StoreAwayError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @to_its_end
    async def apply(self, journal: str, number: int, sums: Sums, now_ms: int) -> None:
        """Adds a segment, unless it was added: a failure need not mean that it was not."""
        async with self._database.writing() as connection:
            if not await _mark(connection, journal, number):
                return
            for keys in _batches(sorted(sums)):
                await connection.execute(_adding(connection), [_row(key, sums[key]) for key in keys])
            for days in _batches(_days(sums, now_ms)):
                await connection.execute(_adding_days(connection), days)

    @to_its_end
    async def applied(self, journal: str) -> int:
        """The number of the last segment that was added."""
        asked = select(usage_journals.c.applied).where(usage_journals.c.journal == journal)
        async with self._database.reading() as connection:
            return (await connection.execute(asked)).scalar() or 0

    @to_its_end
    async def forget(self, journal: str) -> None:
        async with self._database.writing() as connection:
            await connection.execute(delete(usage_journals).where(usage_journals.c.journal == journal))

    @to_its_end
    async def cpu_of(self, day: int, since_ms: int) -> dict[str, int]:
        """CPU microseconds of that day, of tenants with whom it changed since."""
        asked = select(usage_days.c.tenant, usage_days.c.cpu_us).where(
            usage_days.c.day == date_of(day), usage_days.c.updated_ms >= since_ms
        )
        async with self._database.reading() as connection:
            return {row.tenant: row.cpu_us for row in await connection.execute(asked)}


async def _mark(connection: AsyncConnection, journal: str, number: int) -> bool:
    """False: this segment was added before."""
    insert = upsert(connection, usage_journals)
    taken = insert.values(journal=journal, applied=number).on_conflict_do_update(
        index_elements=["journal"],
        set_={"applied": insert.excluded.applied},
        where=usage_journals.c.applied < insert.excluded.applied,
    )
    return (await connection.execute(taken.returning(usage_journals.c.applied))).first() is not None


def _adding(connection: AsyncConnection) -> Insert:
    insert = upsert(connection, usage)
    return insert.on_conflict_do_update(
        index_elements=["tenant", "day", "language", "outcome"],
        set_={name: usage.c[name] + insert.excluded[name] for name in SUMS},
    )


def _adding_days(connection: AsyncConnection) -> Insert:
    insert = upsert(connection, usage_days)
    there, new = usage_days.c.updated_ms, insert.excluded.updated_ms
    return insert.on_conflict_do_update(
        index_elements=["tenant", "day"],
        set_={
            "cpu_us": usage_days.c.cpu_us + insert.excluded.cpu_us,
            # Another machine's clock may be behind; its change must be found by those who look for new ones.
            "updated_ms": case((there > new, there), else_=new),
        },
    )


def _row(key: Key, counts: Counts) -> dict[str, object]:
    row: dict[str, object] = {
        "tenant": key.tenant,
        "day": date_of(key.day),
        "language": key.language,
        "outcome": str(key.outcome),
    }
    return row | {name: getattr(counts, name) for name in SUMS}


def _days(sums: Sums, now_ms: int) -> list[dict[str, str | int | date]]:
    cpu_us: dict[tuple[str, int], int] = {}
    for key, counts in sums.items():
        place = key.tenant, key.day
        cpu_us[place] = cpu_us.get(place, 0) + counts.cpu_us
    return [
        {"tenant": tenant, "day": date_of(day), "cpu_us": cpu, "updated_ms": now_ms}
        for (tenant, day), cpu in sorted(cpu_us.items())
    ]


def _batches(rows: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for first in range(0, len(rows), ROWS_AT_ONCE):
        yield rows[first : first + ROWS_AT_ONCE]
