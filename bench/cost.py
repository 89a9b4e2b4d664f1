"""What keeping one language warm costs: measured on a stack that has nothing else."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from bench.contest import PROGRAMS, Client
from bench.gauges import Memory, cpu_seconds, memory, resting, sandboxes
from bench.private import Private, private
from executor.runtime import load_runtimes

_MIB = 1024 * 1024
# Seconds for what takes seconds on a quiet machine: import, boots, parking.
PATIENCE = 300.0
# Seconds between two looks at a condition that is timed.
_LOOK = 0.01


@dataclass(frozen=True, slots=True)
class Cost:
    """Means over sandboxes, and over executions for `repark` and `run`. Times in CPU seconds but `fill`."""

    language: str
    sandboxes: int
    memory: list[Memory]
    # Seconds from the first boot's beginning until all are warm.
    fill: float
    boot: float
    # From the answer until the next runner is parked; what came before it.
    repark: float
    run: float

    def row(self) -> dict[str, object]:
        """With units in the names."""

        def mib(sizes: list[int]) -> float:
            return round(fmean(sizes) / _MIB, 1)

        return {
            "language": self.language,
            "sandboxes": self.sandboxes,
            "charged MiB": mib([one.charged for one in self.memory]),
            "RSS sum MiB": mib([one.resident for one in self.memory]),
            "shim RSS MiB": mib([one.shim for one in self.memory]),
            "fill s": round(self.fill, 2),
            "boot CPU s": round(self.boot, 3),
            "hello CPU ms": round(self.run * 1000, 1),
            "repark CPU ms": round(self.repark * 1000, 1),
        }


def cost_of(language: str, count: int, reparks: int) -> Cost:
    """Fills a pool of `count` sandboxes, looks at it, and has one of them park again `reparks` times."""
    settings = {"HEARTH_EXECUTOR_WARM": json.dumps({language: count})}
    with private([language], settings) as stack:
        layout = stack.layout
        _until(lambda: sandboxes(layout), "the first boot", _LOOK)
        began = time.perf_counter()
        _until(lambda: stack.warm().get(language) == count, "a full pool", _LOOK)
        fill = time.perf_counter() - began
        there = sandboxes(layout)
        _until(lambda: all(resting(layout, one) for one in there), "all at rest")
        boot = fmean(cpu_seconds(layout, one) for one in there)
        found = [memory(layout, one) for one in there]
        run, repark = _executions(stack, language, count, reparks)
    return Cost(language, count, found, fill, boot, repark, run)


def _executions(stack: Private, language: str, count: int, reparks: int) -> tuple[float, float]:
    """CPU seconds of a hello until it is answered, and from then until the next runner is parked.

    Raises RuntimeError when there is no good answer.
    """
    url, key = stack.stack.credentials()
    definition = next(iter(load_runtimes(stack.layout.images).values())).definition
    code = (PROGRAMS / language / f"hello{Path(definition.entry).suffix}").read_text()

    def quiet() -> bool:
        there = sandboxes(stack.layout)
        return len(there) == count + 1 and all(resting(stack.layout, one) for one in there)

    def used() -> float:
        return sum(cpu_seconds(stack.layout, one) for one in sandboxes(stack.layout))

    runs, parks = [], []
    with Client(url, key) as client:
        # The first finds no sandbox of its tenant's, and does not count.
        for number in range(-1, reparks):
            before = used()
            # One that was not compiled before, so that the parked runner is used up.
            client.execute(language, f"{code}// {number}\n" if definition.compile else code)
            answered = used()
            _until(quiet, "the tenant's sandbox parked again, and the pool full", _LOOK)
            if number >= 0:
                runs.append(answered - before)
                parks.append(used() - answered)
    return fmean(runs), fmean(parks)


def _until(condition: Callable[[], object], what: str, pause: float = 0.1) -> None:
    """Waits for a condition. Raises RuntimeError."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"not within {PATIENCE:g} s: {what}")
        time.sleep(pause)
