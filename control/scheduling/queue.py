"""The queue before the executors: bounded, fair among tenants, with a deadline.

Every executor has a number of places. Whoever finds one free takes it at once; others wait here, where they
can be put in a fair order, and not at the executor. A place that comes free goes to the tenant that holds the
fewest at that moment, of equals to the one that was served longest ago: a tenant with one request waits for
one place, however many requests another has. No tenant may hold all places of an executor, so one with
programs that run for long does not shut the others out. When the queue is full, the newest request of the
tenant with the most of them gives way, unless the one that comes is of such a tenant itself.

Each control plane has a queue of its own. Executors, where several meet, serve tenants by the same rule.
"""

import asyncio
import heapq
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from itertools import count
from typing import TypeVar

from control.executors.client import ExecutorClient
from control.executors.errors import NoExecutorError, QueueFullError, QueueLateError
from control.executors.schedule import choose
from control.settings import Settings

# A runtime's id, which several executors may have, or the one executor that is meant.
Where = str | ExecutorClient
Holders = Callable[[str], tuple[ExecutorClient, ...]]
Whose = TypeVar("Whose")

# Entries of a line's order that are no longer true, before it is made anew.
STALE_AT_MOST = 64


class _Ticket:
    __slots__ = ("granted", "number", "tenant", "where")

    def __init__(self, tenant: str, where: Where, number: int) -> None:
        self.tenant = tenant
        self.where = where
        self.number = number
        self.granted: asyncio.Future[ExecutorClient] = asyncio.get_running_loop().create_future()


class _Line:
    """Those who wait for the same place or places, each tenant's in order of arrival."""

    def __init__(self, standing: Callable[[str], tuple[int, int]]) -> None:
        """`standing` is what makes a tenant's turn come before another's: less of it."""
        self._standing = standing
        self._tickets: dict[str, OrderedDict[_Ticket, None]] = {}
        # By standing and arrival. An entry that is no longer true is put right when it comes up.
        self._order: list[tuple[tuple[int, int], int, str]] = []

    def __bool__(self) -> bool:
        return bool(self._tickets)

    def add(self, ticket: _Ticket) -> None:
        own = self._tickets.get(ticket.tenant)
        if own is None:
            own = self._tickets[ticket.tenant] = OrderedDict()
        own[ticket] = None
        if len(own) == 1:
            self.rank(ticket.tenant)

    def rank(self, tenant: str) -> None:
        """The tenant's standing is another, or another ticket is its first."""
        if tenant in self._tickets:
            heapq.heappush(self._order, self._rank_of(tenant))
            if len(self._order) > STALE_AT_MOST + 2 * len(self._tickets):
                self._order = [self._rank_of(one) for one in self._tickets]
                heapq.heapify(self._order)

    def _rank_of(self, tenant: str) -> tuple[tuple[int, int], int, str]:
        return self._standing(tenant), self._first(tenant).number, tenant

    def _first(self, tenant: str) -> _Ticket:
        return next(iter(self._tickets[tenant]))

    def remove(self, ticket: _Ticket) -> bool:
        """False when it is not there any more."""
        own = self._tickets.get(ticket.tenant)
        if own is None or ticket not in own:
            return False
        was_first = next(iter(own)) is ticket
        del own[ticket]
        if not own:
            del self._tickets[ticket.tenant]
        elif was_first:
            self.rank(ticket.tenant)
        return True

    def newest(self, tenant: str) -> _Ticket | None:
        own = self._tickets.get(tenant)
        return next(reversed(own)) if own else None

    def next(self, may: Callable[[str], bool]) -> _Ticket | None:
        """Whose turn it is, among the tenants that may have a place."""
        passed_over = []
        found = None
        while self._order:
            entry = self._order[0]
            tenant = entry[2]
            if tenant not in self._tickets or entry != self._rank_of(tenant):
                heapq.heappop(self._order)
            elif may(tenant):
                found = self._first(tenant)
                break
            else:
                passed_over.append(heapq.heappop(self._order))
        for entry in passed_over:
            heapq.heappush(self._order, entry)
        return found


class Queue:
    def __init__(self, holders: Holders, settings: Settings) -> None:
        """`holders` knows the executors that have a runtime, by its id."""
        self._holders = holders
        self._most = settings.queue_max
        self._timeout_s = settings.queue_timeout_ms / 1000
        self._share = settings.tenant_share_percent / 100
        self._numbers = count(1)
        self._taken: Counter[ExecutorClient] = Counter()
        self._taken_by: Counter[tuple[ExecutorClient, str]] = Counter()
        # Places by tenant, on all executors; and those who wait for one.
        self._held: Counter[str] = Counter()
        self._waiting: Counter[str] = Counter()
        # When those tenants were given a place last, in the order of all that happens here.
        self._served: dict[str, int] = {}
        self._lines: dict[Where, _Line] = {}

    @property
    def waiting(self) -> int:
        return self._waiting.total()

    @property
    def taken(self) -> int:
        """Places that are taken."""
        return self._taken.total()

    async def enter(self, tenant: str, where: Where) -> ExecutorClient:
        """A place at one of these executors, to be left again.

        Raises:
            NoExecutorError: there is none that takes work.
            QueueFullError, QueueLateError
        """
        executor = self._free(tenant, where)
        if executor is not None:
            self.take(tenant, executor)
            return executor
        if isinstance(where, str) and not any(executor.ready for executor in self._holders(where)):
            raise NoExecutorError
        return await self._wait(tenant, where)

    def take(self, tenant: str, executor: ExecutorClient) -> None:
        """A place at this executor, even when none is free."""
        self._taken[executor] += 1
        self._taken_by[executor, tenant] += 1
        self._held[tenant] += 1
        self._served[tenant] = next(self._numbers)
        self._rank(tenant)

    def leave(self, tenant: str, executor: ExecutorClient) -> None:
        _less(self._taken, executor)
        _less(self._taken_by, (executor, tenant))
        _less(self._held, tenant)
        self._rank(tenant)
        self._forget_served(tenant)
        self._fill((executor,))

    def fill(self) -> None:
        """Executors may have more places than before, or take work again."""
        if self._lines:
            self._fill({executor for where in self._lines for executor in self._at(where)})

    async def _wait(self, tenant: str, where: Where) -> ExecutorClient:
        if self.waiting >= self._most:
            self._make_room_for(tenant)
        ticket = _Ticket(tenant, where, next(self._numbers))
        self._lines.setdefault(where, _Line(self._standing)).add(ticket)
        self._waiting[tenant] += 1
        try:
            async with asyncio.timeout(self._timeout_s):
                return await ticket.granted
        except TimeoutError:
            self._give_up(ticket)
            raise QueueLateError from None
        except asyncio.CancelledError:
            self._give_up(ticket)
            raise

    def _give_up(self, ticket: _Ticket) -> None:
        granted = ticket.granted
        if not granted.cancelled() and granted.exception() is None:
            # In the same moment.
            self.leave(ticket.tenant, granted.result())
        else:
            self._forget(ticket)

    def _make_room_for(self, tenant: str) -> None:
        """Raises QueueFullError when nobody has more requests here than this tenant then would."""
        fullest, most = max(self._waiting.items(), key=lambda item: item[1])
        if most <= self._waiting[tenant] + 1:
            raise QueueFullError
        newest = [ticket for line in self._lines.values() if (ticket := line.newest(fullest)) is not None]
        ticket = max(newest, key=lambda one: one.number)
        self._forget(ticket)
        if not ticket.granted.done():
            ticket.granted.set_exception(QueueFullError())

    def _forget(self, ticket: _Ticket) -> None:
        line = self._lines.get(ticket.where)
        if line is not None and line.remove(ticket):
            _less(self._waiting, ticket.tenant)
            self._forget_served(ticket.tenant)
            if not line:
                del self._lines[ticket.where]

    def _standing(self, tenant: str) -> tuple[int, int]:
        return self._held[tenant], self._served.get(tenant, 0)

    def _forget_served(self, tenant: str) -> None:
        if not self._held[tenant] and not self._waiting[tenant]:
            self._served.pop(tenant, None)

    def _rank(self, tenant: str) -> None:
        if self._waiting[tenant]:
            for line in self._lines.values():
                line.rank(tenant)

    def _fill(self, executors: Iterable[ExecutorClient]) -> None:
        """Gives free places to those who wait."""
        for executor in executors:
            while self._grant_one_at(executor):
                pass

    def _grant_one_at(self, executor: ExecutorClient) -> bool:
        if not self._lines or not self._has_room(executor):
            return False

        def may(tenant: str) -> bool:
            return self._may_have(tenant, executor)

        firsts = [
            ticket
            for where, line in self._lines.items()
            if executor in self._at(where) and (executor is where or executor.ready)
            if (ticket := line.next(may)) is not None
        ]
        if not firsts:
            return False
        ticket = min(firsts, key=lambda one: (self._standing(one.tenant), one.number))
        self._forget(ticket)
        # Nobody is there any more when it was given up in this moment.
        if not ticket.granted.done():
            self.take(ticket.tenant, executor)
            ticket.granted.set_result(executor)
        return True

    def _at(self, where: Where) -> tuple[ExecutorClient, ...]:
        return self._holders(where) if isinstance(where, str) else (where,)

    def _free(self, tenant: str, where: Where) -> ExecutorClient | None:
        """Nobody who waits could have it: then it would have been given to them."""
        if not isinstance(where, str):
            return where if self._has_room(where) and self._may_have(tenant, where) else None
        able = [
            executor
            for executor in self._holders(where)
            if self._has_room(executor) and self._may_have(tenant, executor)
        ]
        return choose(able, where)

    def _has_room(self, executor: ExecutorClient) -> bool:
        return self._taken[executor] < executor.places

    def _may_have(self, tenant: str, executor: ExecutorClient) -> bool:
        return self._taken_by[executor, tenant] < max(int(executor.places * self._share), 1)


def _less(counts: Counter[Whose], whose: Whose) -> None:
    """One less; what is not there any more takes no memory."""
    counts[whose] -= 1
    if not counts[whose]:
        del counts[whose]
