"""Who may change a session now."""

import asyncio

import pytest
from virtual_time import in_virtual_time, settled

from executor.sessions.turns import BusySessionError, Turns


class Users:
    """Take turns and note them."""

    def __init__(self, timeout: float = 100, waiters: int = 64) -> None:
        self.turns = Turns(timeout, waiters)
        self.order: list[int] = []
        self.using = 0

    async def use(self, number: int, seconds: float = 1, token: str = "s", *, anyway: bool = False) -> None:
        async with self.turns.take(token, anyway=anyway):
            self.using += 1
            assert self.using == 1 or token != "s"
            self.order.append(number)
            try:
                await asyncio.sleep(seconds)
            finally:
                self.using -= 1

    def begin(self, number: int, seconds: float = 1, *, anyway: bool = False) -> asyncio.Task[None]:
        return asyncio.create_task(self.use(number, seconds, anyway=anyway))


@in_virtual_time
async def test_turns_come_in_the_order_of_arrival() -> None:
    users = Users()
    await asyncio.gather(*[users.begin(number) for number in range(20)])
    assert users.order == list(range(20))
    assert "s" not in users.turns


@in_virtual_time
async def test_who_comes_as_another_ends_comes_after_those_who_wait() -> None:
    users = Users()
    first = users.begin(0)
    second = users.begin(1)
    await first
    await asyncio.gather(second, users.begin(2))
    assert users.order == [0, 1, 2]


@in_virtual_time
async def test_sessions_do_not_wait_for_each_other() -> None:
    users = Users()
    began = asyncio.get_running_loop().time()
    await asyncio.gather(*[users.use(number, token=str(number)) for number in range(5)])
    assert asyncio.get_running_loop().time() - began < 2


@in_virtual_time
async def test_a_session_is_in_use_while_somebody_uses_it_or_waits_for_it() -> None:
    users = Users()
    tasks = [users.begin(number) for number in range(2)]
    await settled()
    assert "s" in users.turns
    assert users.turns.find("s") is not None
    await tasks[0]
    assert "s" in users.turns
    await tasks[1]
    assert "s" not in users.turns
    assert users.turns.find("s") is None


@in_virtual_time
async def test_a_turn_that_does_not_come_in_time_is_refused_and_others_go_on() -> None:
    users = Users(timeout=10)
    loop = asyncio.get_running_loop()
    first = users.begin(0, 15)
    await settled()
    began = loop.time()
    with pytest.raises(BusySessionError, match="for 10 s"):
        await users.begin(1)
    assert loop.time() - began == pytest.approx(10, abs=1e-3)
    last = users.begin(2)
    await asyncio.gather(first, last)
    assert users.order == [0, 2]
    assert "s" not in users.turns


@in_virtual_time
async def test_only_so_many_wait() -> None:
    users = Users(waiters=2)
    tasks = [users.begin(number) for number in range(3)]
    await settled()
    with pytest.raises(BusySessionError, match="3 others"):
        await users.begin(3)
    await asyncio.gather(*tasks)
    await users.begin(4)
    assert users.order == [0, 1, 2, 4]


@in_virtual_time
async def test_with_no_room_to_wait_the_second_is_refused() -> None:
    users = Users(waiters=0)
    first = users.begin(0)
    await settled()
    with pytest.raises(BusySessionError):
        await users.begin(1)
    await first
    await users.begin(2)


@in_virtual_time
async def test_who_must_have_a_turn_waits_however_long_behind_however_many() -> None:
    users = Users(timeout=10, waiters=1)
    tasks = [users.begin(0, 100)]
    await settled()
    waiting = users.begin(1)
    await settled()
    must = users.begin(2, anyway=True)
    with pytest.raises(BusySessionError):
        await waiting
    await asyncio.gather(*tasks, must)
    assert users.order == [0, 2]


@in_virtual_time
async def test_who_gives_up_waiting_is_passed_over() -> None:
    users = Users()
    tasks = [users.begin(number) for number in range(4)]
    await settled()
    tasks[1].cancel()
    tasks[3].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert users.order == [0, 2]
    assert "s" not in users.turns


@pytest.mark.parametrize("turns", range(6))
def test_who_gives_up_in_the_moment_of_its_turn_hands_it_on(turns: int) -> None:
    @in_virtual_time
    async def scenario() -> None:
        users = Users()
        tasks = [users.begin(number) for number in range(3)]
        await tasks[0]
        for _ in range(turns):
            await asyncio.sleep(0)
        tasks[1].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert users.order[-1] == 2
        assert "s" not in users.turns

    scenario()


@in_virtual_time
async def test_a_turn_that_fails_is_over() -> None:
    users = Users()
    with pytest.raises(ZeroDivisionError):
        async with users.turns.take("s"):
            raise ZeroDivisionError
    await users.begin(1)
    assert "s" not in users.turns


@in_virtual_time
async def test_those_who_wait_for_the_same_turn_see_that_the_session_ended() -> None:
    turns = Turns(100, 10)
    seen = []

    async def look() -> None:
        async with turns.take("s") as turn:
            seen.append(turn.ended)

    async with turns.take("s") as turn:
        waiting = asyncio.create_task(look())
        await settled()
        turn.ended = True
    await waiting
    await look()
    assert seen == [True, False]


@in_virtual_time
async def test_what_interrupts_one_does_not_interrupt_the_next() -> None:
    turns = Turns(100, 10)
    interrupted = []
    async with turns.take("s") as turn:
        turn.interrupt = lambda: interrupted.append("first")
        waiting = asyncio.create_task(second(turns, interrupted))
        await settled()
    await waiting
    assert interrupted == []


async def second(turns: Turns, interrupted: list[str]) -> None:
    async with turns.take("s") as turn:
        turn.interrupt()
