"""Who is there: the source of executors' addresses."""

from collections.abc import AsyncIterator
from typing import Protocol


class Directory(Protocol):
    def follow(self) -> AsyncIterator[frozenset[str]]:
        """Yields all addresses (gRPC targets): once at once, then again whenever they change.

        May end, when they never change again.
        """
        ...
