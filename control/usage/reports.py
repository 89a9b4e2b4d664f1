"""Usage as the database has it, added up by what is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import func, select

from control.store.cancellation import to_its_end
from control.store.database import Database
from control.store.tables import tenants, usage
from control.usage.counts import Counts
from control.usage.ledger import SUMS


class Group(StrEnum):
    DAY = "day"
    LANGUAGE = "language"
    OUTCOME = "outcome"


@dataclass(frozen=True, slots=True)
class Part:
    # Of each group that was asked for its value; a day is as in ISO 8601.
    values: tuple[str, ...]
    counts: Counts


class Reports:
    def __init__(self, database: Database) -> None:
        self._database = database

    @to_its_end
    async def parts(self, tenant: str, first: date, last: date, groups: Sequence[Group]) -> list[Part]:
        """In the order of their values. Raises StoreAwayError."""
        columns = [usage.c[group] for group in groups]
        asked = (
            select(*columns, *(func.sum(usage.c[name]) for name in SUMS))
            .where(usage.c.tenant == tenant, usage.c.day.between(first, last))
            .group_by(*columns)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(asked)).all()
        at = len(groups)
        parts = [Part(tuple(map(str, row[:at])), Counts(*map(int, row[at:]))) for row in rows]
        return sorted(parts, key=lambda part: part.values)

    @to_its_end
    async def has_tenant(self, tenant: str) -> bool:
        """Whether there is one, or was. Raises StoreAwayError."""
        async with self._database.reading() as connection:
            found = await connection.execute(select(tenants.c.id).where(tenants.c.id == tenant))
            return found.first() is not None
