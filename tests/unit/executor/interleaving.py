"""Every order in which two things that use the disk can go on, one step of one of them after the other."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest
from virtual_time import VirtualLoop

from executor.sessions import draft, files, keeping, sessions

# More than the longest chain of wake-ups between two steps.
_TURNS = 40

Scenario = Callable[["Order"], Awaitable[None]]


class Order:
    """Holds up whoever goes to the disk, or comes from there, until it is their turn."""

    def __init__(self, choices: list[int], *, before: bool) -> None:
        self._choices = choices
        self._before = before
        self._waiting: list[Callable[[], None]] = []
        # How many could have gone on at each point, and which of them did.
        self.options: list[int] = []

    async def on_disk(self, work: Callable[..., Any], *args: Any) -> Any:
        if self._before:
            await self.step()
            return work(*args)
        try:
            return work(*args)
        finally:
            await self.step()

    async def step(self) -> None:
        """Waits until its turn comes."""
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(lambda: None if turn.done() else turn.set_result(None))
        await turn

    def at_any_time(self, happening: Callable[[], None]) -> None:
        """Something that happens at once, between any two steps."""
        self._waiting.append(happening)

    async def all_of(self, *actors: Coroutine[Any, Any, Any]) -> list[Any]:
        """Lets all go on to their ends; what they return or raise."""
        tasks = [asyncio.create_task(actor) for actor in actors]
        while True:
            for _ in range(_TURNS):
                await asyncio.sleep(0)
            if not self._waiting:
                break
            at = len(self.options)
            choice = self._choices[at] if at < len(self._choices) else 0
            self.options.append(len(self._waiting))
            self._waiting.pop(choice)()
        return await asyncio.gather(*tasks, return_exceptions=True)


def in_every_order(scenario: Scenario) -> int:
    """Runs a scenario in every order that there is; how many there were."""
    return sum(_in_every_order(scenario, before=before) for before in (False, True))


def _in_every_order(scenario: Scenario, *, before: bool) -> int:
    todo: list[list[int]] = [[]]
    count = 0
    while todo:
        prefix = todo.pop()
        order = Order(prefix, before=before)
        with pytest.MonkeyPatch.context() as patch, asyncio.Runner(loop_factory=VirtualLoop) as runner:
            for module in (draft, files, keeping, sessions):
                patch.setattr(module, "on_disk", order.on_disk)
            runner.run(_run(scenario, order))
        count += 1
        chosen = prefix + [0] * (len(order.options) - len(prefix))
        for at in range(len(prefix), len(chosen)):
            todo += [[*chosen[:at], other] for other in range(1, order.options[at])]
    return count


async def _run(scenario: Scenario, order: Order) -> None:
    await scenario(order)
