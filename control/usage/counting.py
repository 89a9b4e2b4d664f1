"""From the carrying out of a program to what is counted.

CPU time that nobody measured counts as long as the wall time in its place, up to its limit: of a program
whose client left, from its start until then, and of a stage whose sandbox is gone. Otherwise to leave, or to
take the sandbox down, would be a way round a limit on CPU time.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from control.executors.ceilings import Ceiling
from control.executors.errors import NotRunError, SessionError
from control.executors.execution import Work
from control.executors.outcome import ExecutionResult, StageResult, Status
from control.usage.counts import Outcome
from control.usage.meter import Meter, Metered

# A MiB for a millisecond, in bytes times microseconds.
MIB_MS = (1 << 20) * 1_000


class Counting:
    """One execution, from right before it is handed over. Before that there is nothing to count."""

    def __init__(self, meter: Meter, work: Work, bytes_in: int) -> None:
        self._begin = partial(meter.begin, work.tenant, work.offer.runtime.language, bytes_in)
        self._metered: Metered | None = None
        self._ceilings = work.ceilings
        self._on_started = work.on_started
        self._started_ns: int | None = None
        work.on_handed, work.on_started = self._hand_over, self._start

    def _hand_over(self) -> None:
        # Once, also when it is handed to another executor after the first.
        if self._metered is None:
            self._metered = self._begin()

    def _start(self) -> None:
        self._started_ns = time.monotonic_ns()
        self._on_started()

    def answered(self, result: ExecutionResult, bytes_out: int) -> None:
        if self._metered is None:
            return
        wall_us = cpu_us = mib_ms = 0
        for stage, ceiling in (
            (result.compile, self._ceilings.compile),
            (result.run, self._ceilings.run),
        ):
            if stage is not None:
                stage_us = round(stage.wall_time * 1_000)
                wall_us += stage_us
                cpu_us += _cpu_us(stage, ceiling)
                mib_ms += _mib_ms(stage_us, ceiling)
        self._metered.end(outcome_of(result), wall_us, cpu_us, mib_ms, bytes_out)

    def unanswered(self, outcome: Outcome) -> None:
        """It may have run, and nobody will tell. Which of its stages it was in is not known."""
        if self._metered is None:
            return
        wall_us = 0 if self._started_ns is None else (time.monotonic_ns() - self._started_ns) // 1_000
        stages = [stage for stage in (self._ceilings.compile, self._ceilings.run) if stage is not None]
        most_us = sum(stage.cpu_ms for stage in stages) * 1_000
        largest = max(stages, key=lambda stage: stage.memory_bytes)
        self._metered.end(outcome, wall_us, min(wall_us, most_us), _mib_ms(wall_us, largest), 0)

    def not_run(self) -> None:
        if self._metered is not None:
            self._metered.void()


@contextmanager
def counting(meter: Meter, work: Work, bytes_in: int) -> Iterator[Counting]:
    """Around the carrying out, its errors included. However it ends, it is counted once, or was not run."""
    execution = Counting(meter, work, bytes_in)
    try:
        yield execution
    except (NotRunError, SessionError):
        execution.not_run()
        raise
    except asyncio.CancelledError:
        execution.unanswered(Outcome.CANCELLED)
        raise
    except BaseException:
        execution.unanswered(Outcome.INTERNAL)
        raise


def outcome_of(result: ExecutionResult) -> Outcome:
    if result.run is not None:
        return Outcome(result.run.status or Outcome.OK)
    lost = result.compile is None or result.compile.status is Status.INTERNAL
    return Outcome.INTERNAL if lost else Outcome.COMPILATION_FAILED


def _cpu_us(stage: StageResult, ceiling: Ceiling | None) -> int:
    # Whoever measures CPU time measures memory too; and what ran out of memory has spent time on it.
    measured = stage.cpu_time or (stage.memory and stage.status is not Status.MEMORY_EXCEEDED)
    if measured or ceiling is None:
        return round(stage.cpu_time * 1_000)
    return min(round(stage.wall_time * 1_000), ceiling.cpu_ms * 1_000)


def _mib_ms(wall_us: int, ceiling: Ceiling | None) -> int:
    """Rounded up."""
    memory_bytes = 0 if ceiling is None else ceiling.memory_bytes
    return -(-memory_bytes * wall_us // MIB_MS)
