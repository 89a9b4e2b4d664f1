"""Timings and what is said of them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field


@dataclass(slots=True)
class Series:
    """Timings of one way to do something, in milliseconds."""

    name: str
    detail: str
    times: list[float] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        """The smallest timing that is at least as long as `share` of all (nearest rank)."""
        ordered = sorted(self.times)
        return ordered[max(0, math.ceil(share * len(ordered)) - 1)]

    def summary(self) -> dict[str, object]:
        return {
            "name": self.name,
            "detail": self.detail,
            "n": len(self.times),
            "p50": round(self.percentile(0.50), 3),
            "p95": round(self.percentile(0.95), 3),
            "p99": round(self.percentile(0.99), 3),
        }
