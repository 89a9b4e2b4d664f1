"""Fairness: a tenant that sends one program at a time, alone and beside one that floods the executor."""

from __future__ import annotations

import time
from dataclasses import dataclass

from bench.alone import alone
from bench.wrk import Found, Load, Target, load

CAPACITY = 8
SERVICE_MS = 20
FLOOD = 256
# Until the flood has filled whatever queues there are: several times what it takes to serve all of it once.
SETTLE = 2


@dataclass(frozen=True, slots=True)
class Overload:
    quiet: Found
    beside: Found
    flood: Found

    @property
    def fifo_ms(self) -> float:
        """What the small tenant would wait if all waited in one line: all of the flood goes first."""
        return FLOOD / CAPACITY * SERVICE_MS + SERVICE_MS


def overload(body: bytes, seconds: float) -> Overload:
    with alone(2, "--capacity", str(CAPACITY), "--service-ms", str(SERVICE_MS)) as hearth:
        small, large = (Target(f"{hearth.control.url}/v1/execute", body, [key]) for key in hearth.keys)
        quiet = load(small, 1, seconds)
        flood = Load(large, FLOOD, seconds + 2 * SETTLE)
        time.sleep(SETTLE)
        beside = load(small, 1, seconds)
        return Overload(quiet, beside, flood.wait())
