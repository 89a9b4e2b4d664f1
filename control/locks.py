"""Locks by name, for what is done one after the other for each of many, in order of arrival."""

import asyncio
from weakref import WeakValueDictionary


class Locks:
    def __init__(self) -> None:
        # There as long as somebody has or awaits one.
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def of(self, name: str) -> asyncio.Lock:
        """To be held on to until it is released."""
        lock = self._locks.get(name)
        if lock is None:
            lock = self._locks[name] = asyncio.Lock()
        return lock

    def __len__(self) -> int:
        return len(self._locks)
