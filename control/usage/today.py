"""CPU time of each tenant today (UTC), from memory.

It is what the database said last, of all control planes, and what has ended here since. What was written
here leaves the second part only when it is known to be in the first, so that the sum never falls within a
day.
"""

from collections.abc import Mapping

from control.usage.counts import Sums


class CpuToday:
    def __init__(self, day: int) -> None:
        self._day = day
        # By tenant, µs: as the database had it; ended here since; and of that, written since.
        self._known: dict[str, int] = {}
        self._own: dict[str, int] = {}
        self._written: dict[str, int] = {}

    def of(self, day: int, tenant: str) -> int:
        self._roll(day)
        return self._known.get(tenant, 0) + self._own.get(tenant, 0)

    def add(self, day: int, tenant: str, cpu_us: int) -> None:
        self._roll(day)
        if day == self._day and cpu_us:
            self._own[tenant] = self._own.get(tenant, 0) + cpu_us

    def written(self, sums: Sums) -> None:
        """They are in the database now."""
        for key, counts in sums.items():
            if key.day == self._day and counts.cpu_us:
                self._written[key.tenant] = self._written.get(key.tenant, 0) + counts.cpu_us

    def read(self, day: int, cpu_us: Mapping[str, int], *, whole: bool) -> None:
        """What the database has of a day, asked after all that is `written`: of every tenant, or of those
        that have changed.
        """
        self._roll(day)
        if day != self._day:
            return
        if whole:
            self._known = {}
        for tenant, written_us in self._written.items():
            if tenant not in cpu_us:
                self._known[tenant] = self._known.get(tenant, 0) + written_us
            left_us = self._own.get(tenant, 0) - written_us
            if left_us > 0:
                self._own[tenant] = left_us
            else:
                self._own.pop(tenant, None)
        self._written = {}
        self._known.update(cpu_us)

    def _roll(self, day: int) -> None:
        if day > self._day:
            self._day = day
            self._known, self._own, self._written = {}, {}, {}
