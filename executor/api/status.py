"""Load and warm counts, for whoever follows them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from executor.api import executor_pb2 as pb

# Seconds between two messages to one follower. Counts change several times in every execution; a
# scheduler that picks the better of two needs them fresh, not complete.
_INTERVAL = 0.03


class StatusBoard:
    """Tells followers the latest status when it has changed."""

    def __init__(self, read: Callable[[], pb.Status]) -> None:
        self._read = read
        self._changed = asyncio.Event()

    def change(self) -> None:
        """Something in the status may be different now."""
        self._changed.set()

    async def follow(self) -> AsyncIterator[pb.Status]:
        """The status now, then each time that it is another one."""
        last: pb.Status | None = None
        while True:
            # Before reading: a change from here on is one to wake up for.
            changed = self._changed
            status = self._read()
            if status != last:
                last = status
                yield status
            await changed.wait()
            # Several followers share the event: whoever wakes first puts a new one in its place.
            if self._changed is changed:
                self._changed = asyncio.Event()
            await asyncio.sleep(_INTERVAL)
