"""What control planes tell each other of their tenants, through one row of the database for each of them.

A row has for every active tenant how many executions it has there, and how many requests it was let in for
since it became active. So a tenant that spreads its requests over several control planes gets its limits
once: requests that another one let in are counted here after at most two pauses, and delay those to come.

While a control plane is alone it only says now and then that it is there. One that cannot reach the database
goes on with what it knows itself.
"""

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable

import orjson
import structlog
from sqlalchemy import delete, insert, select, update

from control.admission.admission import Admission
from control.settings import Settings
from control.store.cancellation import to_its_end
from control.store.database import Database
from control.store.errors import StoreAwayError
from control.store.outage import Outage
from control.store.tables import replicas
from control.tenancy.clock import now_ms
from control.tenancy.limits import Limits

log = structlog.get_logger()

# Whoever has said nothing for so long is not there. Clocks may differ by a part of it.
GONE_MS = 10_000
# How often one says so that is alone: each time costs a write to the disk.
ALONE_MS = 2_500
# A tenant that has had nothing for so long is not active. Longer than any peer's pause: none must miss what
# it had.
IDLE_S = 10.0

Activity = dict[str, tuple[int, int]]


class Peers:
    def __init__(
        self,
        database: Database,
        admission: Admission,
        limits_of: Callable[[str], Limits | None],
        settings: Settings,
    ) -> None:
        self._database = database
        self._admission = admission
        self._limits_of = limits_of
        self._pause_s = settings.replica_sync_ms / 1000
        self._id = secrets.token_hex(8)
        self._written_ms = 0
        # What the others said last.
        self._others: dict[str, Activity] = {}

    async def run(self) -> None:
        """Tells and listens until cancelled."""
        outage = Outage("other control planes cannot be heard", "other control planes are heard again")
        try:
            while True:
                with outage.told():
                    await self._exchange_or_forget()
                await asyncio.sleep(self._pause_s)
        finally:
            await self._leave()

    async def _exchange_or_forget(self) -> None:
        try:
            await self.exchange()
        except StoreAwayError:
            self._take({})
            raise

    @to_its_end
    async def exchange(self) -> None:
        """Raises StoreAwayError."""
        now = now_ms()
        self._admission.forget_idle(IDLE_S)
        if self._others or now - self._written_ms >= ALONE_MS:
            await self._write(now)
        asked = select(replicas.c.id, replicas.c.activity).where(
            replicas.c.id != self._id, replicas.c.seen_ms > now - GONE_MS
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(asked)).all()
        self._take({id_: orjson.loads(activity) for id_, activity in rows})

    async def _write(self, now: int) -> None:
        activity = {
            tenant: (one.running, one.requests)
            for tenant, one in self._admission.active.items()
            if one.running or one.requests
        }
        values = {"seen_ms": now, "activity": orjson.dumps(activity)}
        async with self._database.writing() as connection:
            own = update(replicas).where(replicas.c.id == self._id).values(values)
            if not (await connection.execute(own)).rowcount:
                await connection.execute(insert(replicas).values(id=self._id, **values))
                # Of those that were killed.
                await connection.execute(delete(replicas).where(replicas.c.seen_ms < now - 6 * GONE_MS))
        self._written_ms = now

    def _take(self, others: dict[str, Activity]) -> None:
        running: Counter[str] = Counter()
        for id_, activity in others.items():
            before = self._others.get(id_)
            for tenant, (executions, requests) in activity.items():
                running[tenant] += executions
                # What one that was not known let in until now is its own past.
                if before is None:
                    continue
                earlier = before.get(tenant, (0, 0))[1]
                new = requests - earlier if requests >= earlier else requests
                limits = self._limits_of(tenant) if new else None
                if limits is not None:
                    self._admission.count_elsewhere(tenant, limits, new)
        self._others = others
        self._admission.set_elsewhere(running)

    @to_its_end
    async def _leave(self) -> None:
        try:
            async with self._database.writing() as connection:
                await connection.execute(delete(replicas).where(replicas.c.id == self._id))
        except StoreAwayError as error:
            log.warning("not signed off at the database", cause=str(error))
