"""A program's way to an executor: its session's turn, a place, and once more elsewhere when it never started.

What never started may be sent elsewhere, once; what goes on with a session may not, for that is in one
place only. A full executor has already waited on the request's behalf, so a request that it turns away is not
sent round the others: under overload that would only multiply the load.
"""

import time

from control import tracing
from control.executors.client import ExecutorClient
from control.executors.errors import BusyError, NotRunError, RefusedError
from control.executors.execution import SessionPlace, Work, execute_on
from control.executors.fleet import Fleet
from control.executors.outcome import ExecutionResult
from control.executors.schedule import choose
from control.metrics import Metrics
from control.scheduling.queue import Queue, Where
from control.scheduling.turns import Turns
from control.settings import Settings


class Dispatch:
    def __init__(self, fleet: Fleet, metrics: Metrics, settings: Settings) -> None:
        self._metrics = metrics
        self._queue = Queue(lambda runtime: fleet.catalogue.holders(runtime), settings)
        metrics.gauge("queue_waiting", "Executions that wait for an executor.", lambda: self._queue.waiting)
        metrics.gauge("queue_waiting_max", "The most of them.", lambda: settings.queue_max)
        metrics.gauge("places_taken", "Executions that executors have been given.", lambda: self._queue.taken)
        fleet.on_change(self._queue.fill)
        self._turns = Turns(settings.session_turn_timeout_ms / 1000)

    async def run(self, work: Work) -> ExecutionResult:
        """Raises NotRunError, SessionError: nothing of the program has happened."""
        if work.session is None:
            return await self._run_anywhere(work)
        return await self._run_in(work.session, work)

    async def _run_in(self, session: SessionPlace, work: Work) -> ExecutionResult:
        began = time.perf_counter()
        async with self._turns.turn(session.id):
            return await self._run_on(await self._enter(work, session.holder, began), work)

    async def _run_anywhere(self, work: Work) -> ExecutionResult:
        first = await self._enter(work, work.offer.runtime.id, time.perf_counter())
        try:
            return await self._run_on(first, work)
        except (BusyError, RefusedError):
            raise
        except NotRunError:
            other = choose(work.offer.executors, work.offer.runtime.id, (first,))
            if other is None:
                raise
        self._queue.take(work.tenant, other)
        return await self._run_on(other, work)

    async def _enter(self, work: Work, where: Where, began: float) -> ExecutorClient:
        try:
            return await self._queue.enter(work.tenant, where)
        finally:
            work.waited_s = time.perf_counter() - began
            self._metrics.queued(work.waited_s)
            tracing.current().queued(work.waited_s)

    async def _run_on(self, executor: ExecutorClient, work: Work) -> ExecutionResult:
        """In a place that it has there, and leaves."""
        try:
            work.on_handed()
            return await execute_on(executor, work)
        finally:
            self._queue.leave(work.tenant, executor)
