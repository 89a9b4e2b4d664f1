"""Pauses between attempts that fail, for each of several things by itself.

One that is broken does not hold up the rest.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

# Seconds after the first failure, doubled by each further one, up to the maximum.
_FIRST, _MOST = 0.5, 10.0


class Backoff:
    """Which names are not to be tried yet."""

    def __init__(self, on_over: Callable[[], None]) -> None:
        """`on_over` is called whenever a pause is over."""
        self._on_over = on_over
        self._failures: Counter[str] = Counter()
        self._pausing: set[str] = set()

    def failed(self, name: str) -> float:
        """Counts a failure and begins a pause; its seconds."""
        # The exponent has a bound, for a number of failures that has none.
        pause = min(_FIRST * 2.0 ** min(self._failures[name], 16), _MOST)
        self._failures[name] += 1
        self._pausing.add(name)
        # The end of a pause is this timer and no reading of a clock, which may disagree with it.
        asyncio.get_running_loop().call_later(pause, self._over, name)
        return pause

    def succeeded(self, name: str) -> None:
        del self._failures[name]

    def pauses(self, name: str) -> bool:
        return name in self._pausing

    def _over(self, name: str) -> None:
        self._pausing.discard(name)
        self._on_over()
