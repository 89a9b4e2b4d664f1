"""Tenants in the database: made, read, changed, deleted.

Writers take turns (`Database.changing`), so what is looked at before a change still holds when it is made.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from control.store.cancellation import to_its_end
from control.store.database import Database
from control.store.tables import keys, tenants
from control.tenancy.clock import now_ms
from control.tenancy.errors import ConflictError, NoSuchTenantError
from control.tenancy.records import Tenant

COLUMNS = (
    tenants.c.id,
    tenants.c.plan,
    tenants.c.limits,
    tenants.c.created_ms,
    tenants.c.disabled_ms,
)


class Tenants:
    def __init__(self, database: Database) -> None:
        self._database = database

    @to_its_end
    async def create(self, id_: str, plan: str, limits: Mapping[str, object]) -> Tenant:
        async with self._database.changing() as (connection, change):
            return await insert_tenant(connection, change, id_, plan, limits)

    @to_its_end
    async def get(self, id_: str) -> Tenant:
        async with self._database.reading() as connection:
            return await _get(connection, id_)

    @to_its_end
    async def list(self, after: str, limit: int) -> tuple[list[Tenant], bool]:
        """In the order of their ids; and whether there are more."""
        asked = select(*COLUMNS).where(_there(), tenants.c.id > after).order_by(tenants.c.id).limit(limit + 1)
        async with self._database.reading() as connection:
            rows = (await connection.execute(asked)).all()
        return [_tenant(row) for row in rows[:limit]], len(rows) > limit

    @to_its_end
    async def update(
        self,
        id_: str,
        plan: str | None = None,
        limits: Mapping[str, object | None] | None = None,
        disabled: bool | None = None,
    ) -> Tenant:
        """What is None stays. Of the limits those that are named change; one that is None goes."""
        async with self._database.changing() as (connection, change):
            old = await _get(connection, id_)
            merged = {**old.limits, **(limits or {})}
            disabled_ms = old.disabled_ms
            if disabled is not None:
                disabled_ms = (old.disabled_ms or now_ms()) if disabled else None
            new = Tenant(
                id=id_,
                plan=old.plan if plan is None else plan,
                limits={name: value for name, value in merged.items() if value is not None},
                created_ms=old.created_ms,
                disabled_ms=disabled_ms,
            )
            values = {"plan": new.plan, "limits": new.limits, "disabled_ms": disabled_ms, "change": change}
            await connection.execute(update(tenants).where(tenants.c.id == id_).values(values))
            return new

    @to_its_end
    async def delete(self, id_: str) -> None:
        """With all its keys, and for good: its id is never given to another."""
        async with self._database.changing() as (connection, change):
            await _get(connection, id_)
            await connection.execute(delete(keys).where(keys.c.tenant == id_))
            values = {"limits": {}, "deleted_ms": now_ms(), "change": change}
            await connection.execute(update(tenants).where(tenants.c.id == id_).values(values))


async def insert_tenant(
    connection: AsyncConnection, change: int, id_: str, plan: str, limits: Mapping[str, object]
) -> Tenant:
    there = select(tenants.c.deleted_ms).where(tenants.c.id == id_)
    if (row := (await connection.execute(there)).first()) is not None:
        was = "there is a tenant" if row.deleted_ms is None else "a tenant that was deleted had the id"
        raise ConflictError(f"{was} {id_!r}")
    tenant = Tenant(id_, plan, dict(limits), now_ms(), None)
    await connection.execute(
        insert(tenants).values(
            id=id_, plan=plan, limits=tenant.limits, created_ms=tenant.created_ms, change=change
        )
    )
    return tenant


async def check_there(connection: AsyncConnection, id_: str) -> None:
    await _get(connection, id_)


def _there() -> ColumnElement[bool]:
    return tenants.c.deleted_ms.is_(None)


async def _get(connection: AsyncConnection, id_: str) -> Tenant:
    row = (await connection.execute(select(*COLUMNS).where(_there(), tenants.c.id == id_))).first()
    if row is None:
        raise NoSuchTenantError(id_)
    return _tenant(row)


def _tenant(row: Row[Any]) -> Tenant:
    return Tenant(row.id, row.plan, row.limits, row.created_ms, row.disabled_ms)
