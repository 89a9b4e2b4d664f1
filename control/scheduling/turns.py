"""The order of programs on one session: one after the other, as they came.

The session's executor keeps that order too. Here it keeps programs that wait for their session from taking
places at the executor, which others could use.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from control.executors.errors import Refusal, SessionError
from control.locks import Locks


class Turns:
    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._locks = Locks()

    @asynccontextmanager
    async def turn(self, session: str) -> AsyncIterator[None]:
        """Raises SessionError when it does not come in time."""
        lock = self._locks.of(session)
        try:
            async with asyncio.timeout(self._timeout_s):
                await lock.acquire()
        except TimeoutError:
            raise SessionError(Refusal.BUSY, "others use the session; its turn did not come") from None
        try:
            yield
        finally:
            lock.release()
