"""How many calls to an executor a number of requests takes, and when one is not used again."""

import asyncio
from typing import Any

import grpc
import scripted_executor as scripted
from running_control import Control, until
from scripted_executor import ScriptedExecutor

HELLO = {"language": "python", "code": "x"}


async def test_requests_one_after_the_other_share_a_line(
    control: Control, executor: ScriptedExecutor
) -> None:
    for _ in range(5):
        assert (await control.execute(**HELLO))[0] == 200
    assert (len(executor.starts), executor.lines) == (5, 1)


async def test_requests_at_once_have_a_line_each(control: Control, executor: ScriptedExecutor) -> None:
    answers = await asyncio.gather(*(control.execute(**HELLO) for _ in range(4)))
    assert [status for status, _ in answers] == [200] * 4
    assert executor.lines <= 4
    await asyncio.gather(*(control.execute(**HELLO) for _ in range(4)))
    assert executor.lines <= 5


async def test_a_line_that_failed_is_not_used_again(control: Control, executor: ScriptedExecutor) -> None:
    executor.play = scripted.fails(grpc.StatusCode.RESOURCE_EXHAUSTED)
    assert (await control.execute(**HELLO))[0] == 503
    executor.play = scripted.HELLO
    assert (await control.execute(**HELLO))[0] == 200
    assert executor.lines == 2


async def test_a_draining_executor_is_left_no_line(control: Control, executor: ScriptedExecutor) -> None:
    await control.execute(**HELLO)
    assert executor.open_lines == 1
    executor.report(warm={"python-3.13.5": 1}, capacity=4, draining=True)
    await until(lambda: executor.open_lines == 0)


async def test_a_line_of_a_program_that_outlasts_the_drain_is_ended_too(
    control: Control, executor: ScriptedExecutor
) -> None:
    go_on = asyncio.Event()

    async def play(start: Any, context: Any) -> Any:
        yield scripted.sent(scripted.started())
        await go_on.wait()
        yield scripted.sent(scripted.end(), scripted.done())

    executor.play = play
    asked = asyncio.create_task(control.execute(**HELLO))
    await until(lambda: executor.running == 1)
    executor.report(warm={"python-3.13.5": 1}, capacity=4, draining=True)

    async def drained() -> bool:
        return not await control.ready()

    await until(drained)
    go_on.set()
    assert (await asked)[0] == 200
    await until(lambda: executor.open_lines == 0)
