"""Lets requests in until the service stops, and knows when the last one has left."""

import asyncio
from types import TracebackType
from typing import Self


class Gate:
    """Entered by each request that is let in."""

    def __init__(self) -> None:
        self.open = True
        self.inside = 0
        self._empty = asyncio.Event()
        self._empty.set()

    def __enter__(self) -> Self:
        self.inside += 1
        self._empty.clear()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.inside -= 1
        if self.inside == 0:
            self._empty.set()

    async def close(self, timeout_s: float) -> int:
        """Lets nobody in any more and waits for those inside. Returns how many were left."""
        self.open = False
        try:
            async with asyncio.timeout(timeout_s):
                await self._empty.wait()
        except TimeoutError:
            pass
        return self.inside
