"""The limits of a program's stages, and of a session's idleness: what was asked for, within the operator's
ceilings, or the default.
"""

from control.api.models import ExecuteRequest
from control.api.problems import InvalidFieldError
from control.settings import Settings
from executor.api import executor_pb2 as pb


def set_limits(start: pb.Start, request: ExecuteRequest, runtime: pb.Runtime, settings: Settings) -> None:
    run_max, compile_max = settings.run_timeout_max_ms, settings.compile_timeout_max_ms
    run = start.run_limits
    run.wall_ms = _within("run_timeout", request.run_timeout, run_max, settings.run_timeout_default_ms)
    run.cpu_ms = _within("run_cpu_time", request.run_cpu_time, run_max, run.wall_ms)
    run.memory_bytes = _within("run_memory_limit", request.run_memory_limit, settings.run_memory_max_bytes)
    run.output_bytes = _output(runtime.run_limits, settings)

    compilation = start.compile_limits
    compilation.wall_ms = _within(
        "compile_timeout", request.compile_timeout, compile_max, settings.compile_timeout_default_ms
    )
    compilation.cpu_ms = _within(
        "compile_cpu_time", request.compile_cpu_time, compile_max, compilation.wall_ms
    )
    compilation.memory_bytes = _within(
        "compile_memory_limit", request.compile_memory_limit, settings.compile_memory_max_bytes
    )
    compilation.output_bytes = _output(runtime.compile_limits, settings)


def idle_timeout_of(asked: int | None, default: int, settings: Settings) -> int:
    return _within("idle_timeout", asked, settings.session_idle_timeout_max_ms, default)


def _within(field: str, asked: int | None, most: int, default: int = 0) -> int:
    """What was asked for; 0 leaves it to the runtime."""
    if asked is None:
        return default
    if asked > most:
        raise InvalidFieldError(field, f"must be at most {most}")
    return asked


def _output(own: pb.Limits, settings: Settings) -> int:
    """Our own cap, unless the runtime's is known to be lower."""
    return 0 if 0 < own.output_bytes <= settings.output_max_bytes else settings.output_max_bytes
