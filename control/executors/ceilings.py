"""What the stages of a program may take: the limits in force, whoever set them."""

from dataclasses import dataclass

from executor.api import executor_pb2 as pb


@dataclass(frozen=True, slots=True)
class Ceiling:
    cpu_ms: int
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class Ceilings:
    # None: there is no such stage.
    compile: Ceiling | None
    run: Ceiling


def ceilings_of(start: pb.Start, runtime: pb.Runtime) -> Ceilings:
    return Ceilings(
        _ceiling(start.compile_limits, runtime.compile_limits) if runtime.compiled else None,
        _ceiling(start.run_limits, runtime.run_limits),
    )


def _ceiling(asked: pb.Limits, own: pb.Limits) -> Ceiling:
    """As executors have it: 0 leaves a limit to the runtime, and CPU time to the limit on wall time."""
    return Ceiling(asked.cpu_ms or asked.wall_ms or own.wall_ms, asked.memory_bytes or own.memory_bytes)
