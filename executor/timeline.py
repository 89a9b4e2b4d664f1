"""When a program came to each point of its way through the executor."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from executor.api import executor_pb2 as pb


@dataclass(frozen=True, slots=True)
class StageTime:
    """One stage, by the monotonic clock, ns."""

    stage: pb.StageKind.ValueType
    began: int
    ended: int
    outcome: pb.Outcome.ValueType


@dataclass(slots=True)
class Timeline:
    """Moments of the monotonic clock, ns; 0 for those that the program has not come to.

    Between two of them lies a phase: claim, go, run (all stages), settle.
    """

    arrived: int
    # It has its sandbox.
    claimed: int = 0
    # It is on its way into the agent, with all that it needs.
    gone: int = 0
    # Its last stage is over.
    ended: int = 0
    # What it left is kept, or is not going to be.
    kept: int = 0
    stages: list[StageTime] = field(default_factory=list)

    @property
    def claim_us(self) -> int:
        return _us(self.arrived, self.claimed)

    @property
    def go_us(self) -> int:
        return _us(self.claimed, self.gone)

    @property
    def settle_us(self) -> int:
        return _us(self.ended, self.kept)

    @property
    def total_us(self) -> int:
        return _us(self.arrived, time.monotonic_ns())


def _us(begin: int, end: int) -> int:
    """0 when it did not come to both."""
    return (end - begin) // 1000 if begin and end else 0
