"""The messages of one call back to its caller: in order, and begun without waiting where time matters."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from executor.api import executor_pb2 as pb

Write = Callable[[pb.ExecuteOutput], Awaitable[None]]


class Answer:
    """Writes events to a call, one message after the other."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._one_at_a_time = asyncio.Lock()
        self._begun: list[asyncio.Task[None]] = []

    async def send(self, events: list[pb.Event]) -> None:
        """Returns when the caller's flow control has let the message pass."""
        async with self._one_at_a_time:
            await self._write(pb.ExecuteOutput(events=events))

    async def begin(self, *events: pb.Event) -> None:
        """Returns when the message is under way; messages sent later go after it."""
        self._begun.append(asyncio.create_task(self.send(list(events))))
        await asyncio.sleep(0)

    async def finish(self) -> None:
        """Waits for what was begun. A caller that has gone is no error here: the call itself tells."""
        await asyncio.gather(*self._begun, return_exceptions=True)
