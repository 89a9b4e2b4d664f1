"""A program's way to an executor: its session's turn, a place, and once more elsewhere when it never started.

What never started may be sent elsewhere, once; what goes on with a session may not, for that is in one
place only. A full executor has already waited on the request's behalf, so a request that it turns away is not
sent round the others: under overload that would only multiply the load.
"""

from control.executors.client import ExecutorClient
from control.executors.errors import BusyError, NotRunError, RefusedError
from control.executors.execution import SessionPlace, Work, execute_on
from control.executors.fleet import Fleet
from control.executors.outcome import ExecutionResult
from control.executors.schedule import choose
from control.scheduling.queue import Queue
from control.scheduling.turns import Turns
from control.settings import Settings


class Dispatch:
    def __init__(self, fleet: Fleet, settings: Settings) -> None:
        self.queue = Queue(lambda runtime: fleet.catalogue.holders(runtime), settings)
        fleet.on_change(self.queue.fill)
        self._turns = Turns(settings.session_turn_timeout_ms / 1000)

    async def run(self, work: Work) -> ExecutionResult:
        """Raises NotRunError, SessionError: nothing of the program has happened."""
        if work.session is None:
            return await self._run_anywhere(work)
        return await self._run_in(work.session, work)

    async def _run_in(self, session: SessionPlace, work: Work) -> ExecutionResult:
        async with self._turns.turn(session.id):
            return await self._run_on(await self.queue.enter(work.tenant, session.holder), work)

    async def _run_anywhere(self, work: Work) -> ExecutionResult:
        first = await self.queue.enter(work.tenant, work.offer.runtime.id)
        try:
            return await self._run_on(first, work)
        except (BusyError, RefusedError):
            raise
        except NotRunError:
            other = choose(work.offer.executors, work.offer.runtime.id, (first,))
            if other is None:
                raise
        self.queue.take(work.tenant, other)
        return await self._run_on(other, work)

    async def _run_on(self, executor: ExecutorClient, work: Work) -> ExecutionResult:
        """In a place that it has there, and leaves."""
        try:
            return await execute_on(executor, work)
        finally:
            self.queue.leave(work.tenant, executor)
