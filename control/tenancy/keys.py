"""Keys in the database: issued, read, rotated, revoked. Writers take turns, as those of tenants do."""

import secrets
from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from control.auth.keys import Scope, digest_of, known_scopes, new_key
from control.store.cancellation import to_its_end
from control.store.database import Database
from control.store.tables import keys
from control.tenancy.clock import now_ms
from control.tenancy.errors import ConflictError, NoSuchKeyError
from control.tenancy.records import IssuedKey, Key
from control.tenancy.tenants import check_there

COLUMNS = (
    keys.c.id,
    keys.c.tenant,
    keys.c.name,
    keys.c.scopes,
    keys.c.created_ms,
    keys.c.expires_ms,
    keys.c.revoked_ms,
    keys.c.old_until_ms,
)


class Keys:
    def __init__(self, database: Database) -> None:
        self._database = database

    @to_its_end
    async def issue(
        self, tenant: str, name: str, scopes: Collection[Scope], expires_ms: int | None = None
    ) -> IssuedKey:
        async with self._database.changing() as (connection, change):
            await check_there(connection, tenant)
            return await insert_key(connection, change, tenant, name, scopes, expires_ms)

    @to_its_end
    async def get(self, id_: str) -> Key:
        async with self._database.reading() as connection:
            return await _get(connection, id_)

    @to_its_end
    async def list(self, tenant: str, after: str, limit: int) -> tuple[list[Key], bool]:
        """A tenant's, in the order of their ids, revoked ones included; and whether there are more."""
        asked = select(*COLUMNS).where(keys.c.tenant == tenant, keys.c.id > after)
        async with self._database.reading() as connection:
            await check_there(connection, tenant)
            rows = (await connection.execute(asked.order_by(keys.c.id).limit(limit + 1))).all()
        return [_key(row) for row in rows[:limit]], len(rows) > limit

    @to_its_end
    async def rotate(self, id_: str, grace_ms: int) -> IssuedKey:
        """A new secret; the one before it works for a while longer, any earlier one no more."""
        async with self._database.changing() as (connection, change):
            key = await _get(connection, id_)
            now = now_ms()
            if key.revoked_ms is not None:
                raise ConflictError(f"the key {id_!r} is revoked")
            if key.expires_ms is not None and key.expires_ms <= now:
                raise ConflictError(f"the key {id_!r} has expired")
            secret = new_key()
            values = {
                "sha256": digest_of(secret),
                "old_sha256": keys.c.sha256 if grace_ms else None,
                "old_until_ms": now + grace_ms if grace_ms else None,
                "change": change,
            }
            await connection.execute(update(keys).where(keys.c.id == id_).values(values))
            return IssuedKey(await _get(connection, id_), secret)

    @to_its_end
    async def revoke(self, id_: str) -> None:
        """Both its secrets, if it has two. One that is revoked stays as it is."""
        async with self._database.changing() as (connection, change):
            key = await _get(connection, id_)
            if key.revoked_ms is None:
                values = {"revoked_ms": now_ms(), "change": change}
                await connection.execute(update(keys).where(keys.c.id == id_).values(values))


async def insert_key(
    connection: AsyncConnection,
    change: int,
    tenant: str,
    name: str,
    scopes: Collection[Scope],
    expires_ms: int | None = None,
) -> IssuedKey:
    secret = new_key()
    values = {
        "id": secrets.token_hex(8),
        "tenant": tenant,
        "name": name,
        "scopes": sorted(scopes),
        "created_ms": now_ms(),
        "expires_ms": expires_ms,
    }
    await connection.execute(insert(keys).values(**values, sha256=digest_of(secret), change=change))
    return IssuedKey(await _get(connection, str(values["id"])), secret)


async def _get(connection: AsyncConnection, id_: str) -> Key:
    row = (await connection.execute(select(*COLUMNS).where(keys.c.id == id_))).first()
    if row is None:
        raise NoSuchKeyError(id_)
    return _key(row)


def _key(row: Row[Any]) -> Key:
    scopes = known_scopes(row.scopes)
    return Key(
        id=row.id,
        tenant=row.tenant,
        name=row.name,
        scopes=scopes,
        created_ms=row.created_ms,
        expires_ms=row.expires_ms,
        revoked_ms=row.revoked_ms,
        old_until_ms=row.old_until_ms,
    )
