"""The directory of a deployment without discovery: a list that never changes."""

from collections.abc import AsyncIterator, Iterable


class StaticDirectory:
    def __init__(self, addresses: Iterable[str]) -> None:
        self._addresses = frozenset(addresses)

    async def follow(self) -> AsyncIterator[frozenset[str]]:
        yield self._addresses
