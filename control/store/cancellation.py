"""Work on the database that goes to its end, although whoever asked for it has left.

Drivers do not all survive a statement that is given up half way: on SQLite the connection may keep its lock,
with nobody there to let go of it. So a caller's cancelling waits, which is never long: the database's own
timeouts bound every statement.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import wraps
from typing import Any, ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")


def to_its_end(
    work: Callable[Parameters, Coroutine[Any, Any, Answer]],
) -> Callable[Parameters, Coroutine[Any, Any, Answer]]:
    """Whoever is cancelled while it goes on is told so when it has ended."""

    @wraps(work)
    async def carried_out(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Answer:
        task = asyncio.create_task(work(*args, **kwargs))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            while not task.done():
                with suppress(asyncio.CancelledError):
                    await asyncio.wait((task,))
            raise

    return carried_out
