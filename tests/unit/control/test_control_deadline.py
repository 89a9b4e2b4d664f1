import asyncio

import pytest

from control.executors.deadline import Deadline


async def for_ever(*, within_s: float, put_off_s: float = 0) -> None:
    with Deadline(within_s) as deadline:
        deadline.put_off(put_off_s)
        await asyncio.Event().wait()


async def test_what_is_not_through_in_time_is_cancelled() -> None:
    with pytest.raises(TimeoutError):
        await for_ever(within_s=0.01)
    task = asyncio.current_task()
    assert task is not None
    assert not task.cancelling()


async def test_what_is_through_in_time_is_left_alone() -> None:
    rung = asyncio.Event()
    with Deadline(0.01):
        pass
    asyncio.get_running_loop().call_later(0.02, rung.set)
    await rung.wait()


async def test_one_that_was_put_off_comes_later() -> None:
    earlier = asyncio.Event()
    waiting = asyncio.create_task(for_ever(within_s=0.01, put_off_s=0.1))
    asyncio.get_running_loop().call_later(0.03, earlier.set)
    await earlier.wait()
    assert not waiting.done()
    with pytest.raises(TimeoutError):
        await waiting


async def test_another_ones_cancellation_is_no_timeout() -> None:
    task = asyncio.create_task(for_ever(within_s=60))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_cancellation_beside_the_deadlines_own_goes_on() -> None:
    async def cancelled_twice() -> None:
        task = asyncio.current_task()
        assert task is not None
        with Deadline(0.01):
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                task.cancel()
                raise

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(cancelled_twice())


async def test_an_error_of_the_block_goes_on() -> None:
    with pytest.raises(ValueError, match="its own"), Deadline(60):
        raise ValueError("its own")
