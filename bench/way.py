"""One way to have a request answered, round by round, and what is said of it beside another."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field

from bench.alone import Service
from bench.wrk import Found, Target, load

COLUMNS = (
    "connections",
    "what",
    "per second",
    "of bare",
    "p50",
    "p99",
    "added p50",
    "CPU µs",
    "executor's µs",
)
# Seconds of a load before each that counts.
WARM_UP = 1


@dataclass(slots=True)
class Way:
    """One way at one number of connections, round by round."""

    name: str
    connections: int
    target: Target
    service: Service
    executor: Service | None
    found: list[Found] = field(default_factory=list)
    # µs a request.
    cpu: list[float] = field(default_factory=list)
    executor_cpu: list[float] = field(default_factory=list)

    def round(self, seconds: float) -> None:
        """Raises RuntimeError when anything was refused."""
        load(self.target, self.connections, WARM_UP)
        before, before_there = self.service.cpu_s, self.executor.cpu_s if self.executor else 0
        found = load(self.target, self.connections, seconds)
        if found.refused:
            raise RuntimeError(f"{self.name}: {found.refused} of {found.answers} were refused")
        self.found.append(found)
        self.cpu.append((self.service.cpu_s - before) / found.answers * 1e6)
        if self.executor:
            self.executor_cpu.append((self.executor.cpu_s - before_there) / found.answers * 1e6)

    @property
    def rate(self) -> float:
        return statistics.median(one.rate for one in self.found)

    @property
    def p50(self) -> float:
        return statistics.median(one.p50 for one in self.found)

    def share(self, of: Way) -> float:
        """Of another's rate."""
        pairs = zip(self.found, of.found, strict=True)
        return statistics.median(ours.rate / theirs.rate for ours, theirs in pairs)

    def row(self, of: Way) -> dict[str, object]:
        cells = (
            self.connections,
            self.name,
            round(self.rate),
            round(self.share(of), 3),
            round(self.p50, 3),
            round(statistics.median(one.p99 for one in self.found), 3),
            round(self.p50 - of.p50, 3),
            round(statistics.median(self.cpu)),
            round(statistics.median(self.executor_cpu)) if self.executor_cpu else None,
        )
        return dict(zip(COLUMNS, cells, strict=True))
