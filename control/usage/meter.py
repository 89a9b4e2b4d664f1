"""The meter: programs are counted as they begin and end, in memory and on disk; the database gets it in
batches.

`begin` and `end` each write one line of the journal and wait for nothing else.
"""

import asyncio
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import structlog

from control.settings import PREFIX, Settings
from control.store.cancellation import to_its_end
from control.store.database import Database
from control.store.errors import StoreAwayError
from control.store.outage import Outage
from control.tenancy import clock
from control.usage import folder
from control.usage.adoption import adopt, adopt_abandoned
from control.usage.counts import Counts, Key, day_of
from control.usage.journal import Journal, Sealed
from control.usage.ledger import Ledger
from control.usage.records import Begun
from control.usage.today import CpuToday

log = structlog.get_logger()

# Of changes that were dated before the last look and not visible then: they waited for locks, or their
# machine's clock is behind.
MARGIN_MS = 10_000
# How often all of today is read, whatever its dates, and left journals are looked for.
THOROUGH_S = 60.0
# The width of the column, and more than any execution takes. Executors are believed, but for what would make
# the database refuse everybody's usage.
LANGUAGE_MAX = 63
NUMBER_MAX = 1 << 48


class JournalError(Exception):
    """There is no place for a journal. The words are meant for the operator."""


class Metered:
    """One execution. The first of `end` and `void` counts; what comes after it changes nothing."""

    __slots__ = ("_begun", "_meter", "_open")

    def __init__(self, meter: "Meter", begun: Begun) -> None:
        self._meter = meter
        self._begun = begun
        self._open = True

    def end(self, outcome: str, wall_us: int, cpu_us: int, mib_ms: int, bytes_out: int) -> None:
        if self._open:
            self._open = False
            wall_us, cpu_us, mib_ms = (min(number, NUMBER_MAX) for number in (wall_us, cpu_us, mib_ms))
            counts = Counts(1, wall_us, cpu_us, mib_ms, self._begun.bytes_in, bytes_out)
            self._meter._ended(self._begun, outcome, counts)

    def void(self) -> None:
        """It was not run at all, and is not counted."""
        if self._open:
            self._open = False
            self._meter._voided(self._begun)


class Meter:
    """Entered before the first program, left after the last; `run` meanwhile."""

    def __init__(
        self, settings: Settings, database: Database, now_ms: Callable[[], int] = clock.now_ms
    ) -> None:
        self._root = settings.state_dir / "usage"
        self._flush_s = settings.usage_flush_ms / 1000
        self._ledger = Ledger(database)
        self._now_ms = now_ms
        self._one_at_a_time = asyncio.Lock()
        self._cpu = CpuToday(day_of(now_ms()))
        self._read_ms = 0
        self._thorough_at = 0.0
        self._sealed: Sealed | None = None

    async def __aenter__(self) -> Self:
        """Raises JournalError, StoreAwayError."""
        try:
            self._folder = folder.make(self._root)
            self._journal = Journal(self._folder)
        except OSError as error:
            raise JournalError(
                f"the journal of usage cannot be kept in {self._root}: {error.strerror}; set "
                f"{PREFIX}STATE_DIR to a folder on a local disk that can be written"
            ) from error
        try:
            async with self._one_at_a_time:
                await self._look()
        except BaseException:
            self._close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """What the database does not take now is left for the next start on this machine."""
        try:
            await self.flush()
            self._journal.close()
            # Nobody is left to end what is still open.
            await adopt(self._folder, self._ledger, self._now_ms())
        except (StoreAwayError, OSError) as failed:
            log.warning("usage: left in the journal", journal=self._folder.name, cause=str(failed))
        finally:
            self._close()

    def begin(self, tenant: str, language: str, bytes_in: int) -> Metered:
        """To be called right before a program is handed to an executor."""
        day = day_of(self._now_ms())
        return Metered(self, self._journal.begin(tenant, day, language[:LANGUAGE_MAX], bytes_in))

    def cpu_today_us(self, tenant: str) -> int:
        """CPU time of what began today (UTC) and has ended: here, and elsewhere as last read."""
        return self._cpu.of(day_of(self._now_ms()), tenant)

    def unflushed_s(self) -> float:
        """How long the oldest execution that has ended has waited for the database."""
        since = self._sealed.since if self._sealed is not None else self._journal.since
        return 0.0 if since is None else time.monotonic() - since

    @property
    def journal_failing(self) -> bool:
        return self._journal.failing

    async def run(self) -> None:
        """Flushes and follows until cancelled."""
        outage = Outage("usage is kept in the journal: the database is away", "database back; usage is in it")
        while True:
            await asyncio.sleep(self._flush_s)
            with outage.told():
                await self.sync()
            self._journal.compact()

    async def flush(self) -> None:
        """Whatever ended before the call is in the database after it. Raises StoreAwayError."""
        async with self._one_at_a_time:
            await self._flush()

    async def sync(self) -> None:
        """As `flush`; and what others have written is known. Raises StoreAwayError."""
        async with self._one_at_a_time:
            await self._flush()
            await self._look()

    @to_its_end
    async def _flush(self) -> None:
        if self._sealed is not None:
            await self._apply(self._sealed)
        if self._journal.since is not None:
            self._sealed = self._journal.seal()
            await self._apply(self._sealed)

    async def _apply(self, sealed: Sealed) -> None:
        await self._ledger.apply(self._folder.name, sealed.number, sealed.sums, self._now_ms())
        self._cpu.written(sealed.sums)
        self._journal.discard(sealed)
        self._sealed = None

    @to_its_end
    async def _look(self) -> None:
        """At what others have written, and at times for journals that they left."""
        now_ms, now = self._now_ms(), time.monotonic()
        thorough = now >= self._thorough_at or day_of(now_ms) != day_of(self._read_ms)
        if thorough:
            await adopt_abandoned(self._root, self._ledger, now_ms)
        since_ms = 0 if thorough else self._read_ms - MARGIN_MS
        day = day_of(now_ms)
        self._cpu.read(day, await self._ledger.cpu_of(day, since_ms), whole=thorough)
        self._read_ms = now_ms
        if thorough:
            self._thorough_at = now + THOROUGH_S

    def _close(self) -> None:
        self._journal.close()
        self._folder.release()

    def _ended(self, begun: Begun, outcome: str, counts: Counts) -> None:
        self._journal.end(begun, Key(begun.tenant, begun.day, begun.language, outcome), counts)
        self._cpu.add(begun.day, begun.tenant, counts.cpu_us)

    def _voided(self, begun: Begun) -> None:
        self._journal.void(begun)
