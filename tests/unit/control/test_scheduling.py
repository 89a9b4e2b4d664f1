"""The fair queue and the turns of sessions, with executors that are no more than a number of places."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as checks
from hypothesis import strategies as st

from control.executors.errors import NoExecutorError, QueueFullError, QueueLateError, SessionError
from control.scheduling.queue import STALE_AT_MOST, Queue
from control.scheduling.turns import Turns
from control.settings import Settings


@dataclass(eq=False)
class Executor:
    places: int
    ready: bool = True
    load: float = 0.0

    @property
    def warm(self) -> dict[str, int]:
        return {"r": 1}


def queue_of(*executors: Executor, **fields: Any) -> Queue:
    settings = Settings(**({"tenant_share_percent": 100} | fields))
    return Queue(cast(Any, lambda runtime: executors if runtime == "r" else ()), settings)


class Crowd:
    """Requests of several tenants, in the order in which they got their places."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self.got: list[tuple[str, Any]] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def send(self, tenant: str, requests: int = 1, where: Any = "r") -> None:
        for _ in range(requests):
            self.tasks.append(asyncio.create_task(self._enter(tenant, where)))
        await settle()

    async def _enter(self, tenant: str, where: Any) -> None:
        executor = await self._queue.enter(tenant, where)
        self.got.append((tenant, executor))

    async def leave(self, tenant: str, executor: Any) -> None:
        self._queue.leave(tenant, executor)
        await settle()

    @property
    def tenants(self) -> list[str]:
        return [tenant for tenant, _ in self.got]

    async def end(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_free_place_is_taken_at_once_and_the_next_waits() -> None:
    one = Executor(places=1)
    queue = queue_of(one)
    assert cast(Any, await queue.enter("a", "r")) is one
    crowd = Crowd(queue)
    await crowd.send("a")
    assert (queue.waiting, queue.taken, crowd.got) == (1, 1, [])
    await crowd.leave("a", one)
    assert (queue.waiting, queue.taken, crowd.tenants) == (0, 1, ["a"])


@pytest.mark.parametrize("places", [1, 2, 5])
async def test_one_request_waits_for_one_place_however_many_another_tenant_has(places: int) -> None:
    one = Executor(places=places)
    crowd = Crowd(queue_of(one))
    await crowd.send("large", 1000)
    for _ in range(10):
        await crowd.send("small")
        assert crowd.tenants[-1] == "large"
        await crowd.leave("large", one)
        assert crowd.tenants[-1] == "small"
        await crowd.leave("small", one)
    await crowd.end()


async def test_tenants_share_what_there_is() -> None:
    one = Executor(places=4)
    queue = queue_of(one)
    crowd = Crowd(queue)
    await crowd.send("large", 400)
    await crowd.send("middle", 40)
    await crowd.send("small", 4)
    for number in range(120):
        await crowd.leave(*crowd.got[number])
    counts = Counter(crowd.tenants)
    # All that the smallest had, all of the next one's, and the rest.
    assert counts == {"small": 4, "middle": 40, "large": 80}
    assert Counter(crowd.tenants[4:16]) == {"small": 4, "middle": 4, "large": 4}, crowd.tenants[:20]
    await crowd.end()


async def test_equals_are_served_as_they_came() -> None:
    one = Executor(places=1)
    crowd = Crowd(queue_of(one))
    for tenant in ("z", "b", "a", "c"):
        await crowd.send(tenant)
    for number in range(3):
        await crowd.leave(*crowd.got[number])
    assert crowd.tenants == ["z", "b", "a", "c"]


async def test_no_tenant_has_all_places_of_an_executor() -> None:
    one = Executor(places=10)
    queue = queue_of(one, tenant_share_percent=90)
    crowd = Crowd(queue)
    await crowd.send("large", 20)
    assert queue.taken == 9
    await crowd.send("small")
    assert crowd.tenants[-1] == "small"
    await crowd.leave("small", one)
    assert queue.taken == 9
    alone = queue_of(tiny := Executor(places=1), tenant_share_percent=1)
    assert cast(Any, await alone.enter("a", "r")) is tiny
    await crowd.end()


async def test_programs_that_only_one_executor_can_take_do_not_hold_up_the_others() -> None:
    busy, free = Executor(places=1), Executor(places=1)
    queue = queue_of(busy, free)
    crowd = Crowd(queue)
    queue.take("a", cast(Any, busy))
    await crowd.send("a", 3, where=busy)
    await crowd.send("a")
    assert crowd.got == [("a", free)]
    await crowd.send("b")
    await crowd.leave("a", busy)
    # Tenant a has a place still, b has none.
    assert crowd.got[1:] == [("b", busy)]
    await crowd.leave("b", busy)
    assert crowd.got[2:] == [("a", busy)]
    await crowd.end()


async def test_nothing_waits_for_executors_that_are_not_there() -> None:
    with pytest.raises(NoExecutorError):
        await queue_of(Executor(places=1, ready=False)).enter("a", "r")
    with pytest.raises(NoExecutorError):
        await queue_of().enter("a", "other")


async def test_a_place_that_appears_is_given_to_those_who_wait() -> None:
    one, later = Executor(places=1), Executor(places=1, ready=False)
    queue = queue_of(one, later)
    crowd = Crowd(queue)
    await crowd.send("a", 3)
    later.ready = True
    queue.fill()
    await settle()
    assert len(crowd.got) == 2
    one.places = 2
    queue.fill()
    await settle()
    assert len(crowd.got) == 3


async def test_who_waits_too_long_is_told_and_forgotten() -> None:
    queue = queue_of(one := Executor(places=1), queue_timeout_ms=20)
    queue.take("a", cast(Any, one))
    with pytest.raises(QueueLateError):
        await queue.enter("b", "r")
    assert queue.waiting == 0
    queue.leave("a", cast(Any, one))
    assert queue.taken == 0


async def test_who_leaves_gives_way_to_the_next() -> None:
    one = Executor(places=1)
    queue = queue_of(one)
    crowd = Crowd(queue)
    await crowd.send("a", 4)
    crowd.tasks[1].cancel()
    await settle()
    assert queue.waiting == 2
    # Two that leave in the moment in which they are granted a place, or before they know.
    crowd.tasks[2].cancel()
    queue.leave("a", cast(Any, one))
    await settle()
    assert (len(crowd.got), queue.waiting, queue.taken) == (2, 0, 1)
    await crowd.send("a")
    queue.leave("a", cast(Any, one))
    crowd.tasks[-1].cancel()
    await settle()
    assert (queue.waiting, queue.taken) == (0, 0)


async def test_a_full_queue_costs_the_tenant_with_the_most_its_newest() -> None:
    one = Executor(places=1)
    queue = queue_of(one, queue_max=4)
    crowd = Crowd(queue)
    await crowd.send("large", 5)
    with pytest.raises(QueueFullError):
        await queue.enter("large", "r")
    await crowd.send("small")
    assert isinstance(crowd.tasks[4].exception(), QueueFullError)
    assert queue.waiting == 4
    await crowd.send("small")
    assert isinstance(crowd.tasks[3].exception(), QueueFullError)
    # Both have as many now: there is nobody to give way.
    with pytest.raises(QueueFullError):
        await queue.enter("small", "r")
    await crowd.end()


async def test_a_long_flood_leaves_nothing_behind() -> None:
    one = Executor(places=2)
    queue = queue_of(one, queue_max=10_000)
    crowd = Crowd(queue)
    await crowd.send("a", 2000)
    for number in range(1999):
        queue.leave(*crowd.got[number])
        if number % 10 == 9 or len(crowd.got) <= number + 1:
            await settle()
        for line in queue._lines.values():
            assert len(line._order) <= STALE_AT_MOST + 4
    await settle()
    queue.leave(*crowd.got[1999])
    assert not queue._lines
    assert not queue._held
    assert not queue._taken
    assert not queue._taken_by
    assert not queue._waiting
    assert not queue._served


STEPS = st.lists(
    st.tuples(st.sampled_from(["send", "leave", "cancel"]), st.integers(0, 3), st.integers(0, 50)),
    max_size=60,
)


@checks(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=150)
@given(steps=STEPS, places=st.lists(st.integers(1, 3), min_size=1, max_size=3))
def test_nobody_waits_while_a_place_is_free_and_none_is_given_twice(
    steps: list[tuple[str, int, int]], places: list[int]
) -> None:
    async def play() -> None:
        executors = [Executor(places=number) for number in places]
        queue = queue_of(*executors, queue_max=15)
        crowd = Crowd(queue)
        gone = 0
        for what, whose, which in steps:
            if what == "send":
                where: Any = executors[which % len(executors)] if which % 4 == 0 else "r"
                await crowd.send(f"t{whose}", where=where)
            elif what == "leave" and gone < len(crowd.got):
                await crowd.leave(*crowd.got[gone])
                gone += 1
            elif what == "cancel" and crowd.tasks:
                crowd.tasks[which % len(crowd.tasks)].cancel()
                await settle()
            taken = Counter(executor for _, executor in crowd.got[gone:])
            assert all(taken[executor] <= executor.places for executor in executors)
            assert queue.taken == taken.total()
            full = [taken[executor] == executor.places for executor in executors]
            for line in queue._lines:
                assert all(full) if line == "r" else full[executors.index(cast(Any, line))]
        await crowd.end()

    asyncio.run(play())


async def test_programs_on_one_session_go_one_after_the_other_as_they_came() -> None:
    turns = Turns(timeout_s=5)
    order: list[str] = []
    go = asyncio.Event()

    async def run(name: str) -> None:
        async with turns.turn("s"):
            order.append(name)
            await go.wait()
            order.append(name)

    async with asyncio.TaskGroup() as tasks:
        for name in "abc":
            tasks.create_task(run(name))
        await settle()
        async with turns.turn("another"):
            assert order == ["a"]
        go.set()
    assert "".join(order) == "aabbcc"
    assert not turns._locks


async def test_a_turn_that_does_not_come_is_told() -> None:
    turns = Turns(timeout_s=0.01)
    async with turns.turn("s"):
        with pytest.raises(SessionError, match="did not come"):
            async with turns.turn("s"):
                pass
    async with turns.turn("s"):
        pass
