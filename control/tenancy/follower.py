"""Keeps the register as the database is: read whole at the start, then whatever changed.

It asks several times a second. While the database is away the last known state stays in force: a key that
was good goes on working. So a change is in force everywhere within one pause and one answer of the database,
while there is one.
"""

import asyncio

import structlog
from sqlalchemy import Row, select

from control.auth.keys import Identity, Scope, known_scopes
from control.settings import Settings
from control.store.cancellation import to_its_end
from control.store.database import Database
from control.store.outage import Outage
from control.store.tables import changes, keys, tenants
from control.tenancy.limits import Limits, Plans
from control.tenancy.register import FOREVER, Register, Secret, TenantEntry

log = structlog.get_logger()

TenantRow = Row[tuple[str, str, dict[str, object], int | None, int | None]]
KeyRow = Row[tuple[str, str, list[str], bytes, bytes | None, int | None, int | None, int | None]]

CHANGE = select(changes.c.number)
TENANTS = select(tenants.c.id, tenants.c.plan, tenants.c.limits, tenants.c.disabled_ms, tenants.c.deleted_ms)
KEYS = select(
    keys.c.id,
    keys.c.tenant,
    keys.c.scopes,
    keys.c.sha256,
    keys.c.old_sha256,
    keys.c.old_until_ms,
    keys.c.expires_ms,
    keys.c.revoked_ms,
)
# Rows that are made into entries before other work gets its turn.
ROWS_AT_ONCE = 500


class Follower:
    """A `KeyStore`."""

    def __init__(self, database: Database, plans: Plans, settings: Settings) -> None:
        self._database = database
        self._plans = plans
        self._poll_s = settings.database_poll_ms / 1000
        self._register = Register()
        self._change = -1
        self._one_at_a_time = asyncio.Lock()
        # Scopes have few values; every key with the same ones shares them.
        self._scopes: dict[tuple[str, ...], frozenset[Scope]] = {}

    def find(self, digest: bytes) -> Identity | None:
        return self._register.find(digest)

    def limits_of(self, tenant: str) -> Limits | None:
        """None when there is no such tenant."""
        return self._register.limits_of(tenant)

    async def load(self) -> None:
        """Raises StoreAwayError."""
        await self.refresh()
        log.info("tenants and keys loaded", tenants=self._register.tenants, keys=self._register.keys)

    async def run(self) -> None:
        """Follows until cancelled."""
        outage = Outage("database away; the tenants and keys last read stay in force", "database back")
        while True:
            await asyncio.sleep(self._poll_s)
            with outage.told():
                await self.refresh()

    async def refresh(self) -> None:
        """Everything that was changed before the call is in force after it. Raises StoreAwayError."""
        async with self._one_at_a_time:
            await self._refresh()

    @to_its_end
    async def _refresh(self) -> None:
        async with self._database.reading() as connection:
            change = (await connection.execute(CHANGE)).scalar_one()
            if change == self._change:
                return
            # Keys first: the tenant of each is then among the tenants read, however many writers there are.
            # What they write meanwhile has greater numbers and is read again next time.
            asked = KEYS.where(keys.c.change > self._change)
            if self._change < 0:
                asked = asked.where(keys.c.revoked_ms.is_(None))
            key_rows = (await connection.execute(asked)).all()
            tenant_rows = (await connection.execute(TENANTS.where(tenants.c.change > self._change))).all()
        for number, tenant in enumerate(tenant_rows):
            self._take_tenant(tenant)
            await _breathe(number)
        for number, key in enumerate(key_rows):
            self._take_key(key)
            await _breathe(number)
        self._change = change

    def _take_tenant(self, row: TenantRow) -> None:
        id_, plan, limits, disabled_ms, deleted_ms = row
        if deleted_ms is not None:
            self._register.drop_tenant(id_)
            return
        entry = TenantEntry(self._plans.limits_of(plan, limits), disabled=disabled_ms is not None)
        self._register.put_tenant(id_, entry)

    def _take_key(self, row: KeyRow) -> None:
        id_, tenant, names, digest, old_digest, old_until_ms, expires_ms, revoked_ms = row
        secrets = []
        if revoked_ms is None:
            until_ms = FOREVER if expires_ms is None else expires_ms
            scopes = self._scopes.setdefault(tuple(names), known_scopes(names))
            secrets.append(Secret(digest, until_ms, id_, tenant, scopes))
            if old_digest is not None and old_until_ms is not None:
                secrets.append(Secret(old_digest, min(old_until_ms, until_ms), id_, tenant, scopes))
        self._register.put_key(id_, secrets)


async def _breathe(number: int) -> None:
    if number % ROWS_AT_ONCE == ROWS_AT_ONCE - 1:
        await asyncio.sleep(0)
