"""An event loop whose clock jumps to the next timer as soon as nothing else is left to do.

Deadlines of minutes pass in no time and always in the same order. A test that waits for what can never come
fails at once. What would be given to a thread is done at once instead.
"""

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

# Seconds by which every timer is late.
LATE = 1e-6


class _JumpingSelector(selectors.EpollSelector):
    def __init__(self) -> None:
        super().__init__()
        self.clock = 1000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise RuntimeError("nothing is left that could ever happen")
            # No real clock is ever on time.
            self.clock += max(timeout, 0) + LATE
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._clock = _JumpingSelector()
        super().__init__(self._clock)

    def time(self) -> float:
        return self._clock.clock

    def run_in_executor(self, executor: object, func: Callable[..., T], *args: object) -> asyncio.Future[T]:
        done: asyncio.Future[T] = self.create_future()
        try:
            done.set_result(func(*args))
        except OSError as error:
            done.set_exception(error)
        return done


def in_virtual_time(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Makes a plain test of a coroutine, run by a loop of its own."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            runner.run(test(*args, **kwargs))

    return run


async def settled() -> None:
    """Returns when nothing is left to do at this moment of virtual time."""
    await asyncio.sleep(LATE)
