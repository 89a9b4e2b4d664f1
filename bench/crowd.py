"""A control plane's database with as many tenants as one likes, each with a key."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path

from sqlalchemy import insert

from control.auth.keys import Scope, digest_of, new_key
from control.settings import DEFAULT_PLAN
from control.store.database import Database
from control.store.tables import keys, tenants
from control.tenancy.clock import now_ms


def crowd(path: Path, count: int) -> list[str]:
    """Makes the database; returns the keys. In one transaction: one for each would take minutes."""
    return asyncio.run(_crowd(path, [new_key() for _ in range(count)]))


async def _crowd(path: Path, made: list[str]) -> list[str]:
    database = Database(f"sqlite:///{path}", 30_000)
    try:
        await database.open()
        async with database.changing() as (connection, change):
            same = {"created_ms": now_ms(), "change": change}
            names = [f"tenant-{number}" for number in range(len(made))]
            rows = [{"id": name, "plan": DEFAULT_PLAN, "limits": {}} | same for name in names]
            await connection.execute(insert(tenants), rows)
            of_keys = [
                {
                    "id": secrets.token_hex(8),
                    "tenant": name,
                    "name": "bench",
                    "scopes": [Scope.EXECUTE],
                    "sha256": digest_of(key),
                }
                | same
                for name, key in zip(names, made, strict=True)
            ]
            await connection.execute(insert(keys), of_keys)
    finally:
        await database.close()
    return made
