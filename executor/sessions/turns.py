"""Who uses which session now: one at a time, the others in the order in which they came."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager


class BusySessionError(Exception):
    """Others use the session; `str()` says more."""


class Turn:
    """The time in which somebody may change a session."""

    def __init__(self) -> None:
        # The session came to its end while somebody waited for it, or used it.
        self.ended = False
        # What makes the one whose turn it is come to an end.
        self.interrupt: Callable[[], None] = lambda: None
        self._lock = asyncio.Lock()
        self._there = 0


class Turns:
    """The sessions that somebody uses or waits for, by token."""

    def __init__(self, timeout: float, waiters: int) -> None:
        """At most so many wait for one session, each for `timeout` seconds."""
        self._timeout = timeout
        self._waiters = waiters
        self._open: dict[str, Turn] = {}

    def __contains__(self, token: str) -> bool:
        return token in self._open

    def find(self, token: str) -> Turn | None:
        return self._open.get(token)

    @asynccontextmanager
    async def take(self, token: str, *, anyway: bool = False) -> AsyncIterator[Turn]:
        """Waits for a turn.

        Args:
            anyway: however many wait, and however long it takes.

        Raises:
            BusySessionError: it does not come.
        """
        turn = self._open.setdefault(token, Turn())
        if turn._there > self._waiters and not anyway:
            raise BusySessionError(f"{turn._there} others use the session or wait for it")
        turn._there += 1
        try:
            try:
                async with asyncio.timeout(None if anyway else self._timeout):
                    await turn._lock.acquire()
            except TimeoutError:
                raise BusySessionError(f"others have used the session for {self._timeout:g} s") from None
            try:
                yield turn
            finally:
                turn.interrupt = lambda: None
                turn._lock.release()
        finally:
            turn._there -= 1
            if not turn._there:
                del self._open[token]
