import asyncio
from collections.abc import Callable
from itertools import pairwise

from virtual_time import in_virtual_time, settled

from executor.api import executor_pb2 as pb
from executor.api import status as module
from executor.api.status import StatusBoard


class Counted:
    """A board over one number."""

    def __init__(self) -> None:
        self.running = 0
        self.board = StatusBoard(lambda: pb.Status(running=self.running))

    def set(self, running: int) -> None:
        self.running = running
        self.board.change()


async def follow(counted: Counted, saw: Callable[[int], None]) -> None:
    async for status in counted.board.follow():
        saw(status.running)


@in_virtual_time
async def test_a_follower_hears_the_first_and_the_last_of_many_changes_and_is_not_flooded() -> None:
    counted, heard = Counted(), list[tuple[float, int]]()
    clock = asyncio.get_running_loop().time
    following = asyncio.create_task(follow(counted, lambda running: heard.append((clock(), running))))
    await settled()
    assert [running for _, running in heard] == [0]
    for number in range(1, 1001):
        counted.set(number)
        await asyncio.sleep(0.001)
    await asyncio.sleep(1)
    assert heard[-1][1] == 1000
    moments = [moment for moment, _ in heard]
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert min(gaps[1:]) >= module._INTERVAL
    assert 20 < len(heard) < 1.1 / module._INTERVAL
    following.cancel()


@in_virtual_time
async def test_what_changes_and_changes_back_is_not_told() -> None:
    counted, heard = Counted(), list[int]()
    following = asyncio.create_task(follow(counted, heard.append))
    await settled()
    counted.set(1)
    counted.set(0)
    await asyncio.sleep(1)
    assert heard == [0]
    counted.set(2)
    await asyncio.sleep(1)
    assert heard == [0, 2]
    following.cancel()


@in_virtual_time
async def test_every_follower_hears_the_latest() -> None:
    counted, heard = Counted(), [list[int]() for _ in range(3)]
    following = [asyncio.create_task(follow(counted, one.append)) for one in heard]
    for number in range(1, 4):
        await asyncio.sleep(1)
        counted.set(number)
    await asyncio.sleep(1)
    assert heard == [[0, 1, 2, 3]] * 3
    for one in following:
        one.cancel()


@in_virtual_time
async def test_a_follower_that_is_busy_with_the_last_status_does_not_miss_the_next() -> None:
    counted = Counted()
    fast, slow = counted.board.follow(), counted.board.follow()
    assert (await anext(fast)).running == (await anext(slow)).running == 0
    hearing = asyncio.ensure_future(anext(fast))
    await settled()
    counted.set(1)
    assert (await hearing).running == 1
    async with asyncio.timeout(60):
        assert (await anext(slow)).running == 1
