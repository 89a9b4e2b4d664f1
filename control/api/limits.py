"""What a request may ask for: the limits of a program's stages, its isolation and language, a session's
idleness. Within the tenant's ceilings, or the default.
"""

from control.api.models import ExecuteRequest
from control.api.problems import InvalidFieldError, ProblemError
from control.tenancy.limits import Limits
from executor.api import executor_pb2 as pb


def set_limits(start: pb.Start, request: ExecuteRequest, runtime: pb.Runtime, limits: Limits) -> None:
    run_max, compile_max = limits.run_timeout_max_ms, limits.compile_timeout_max_ms
    run = start.run_limits
    run.wall_ms = _within("run_timeout", request.run_timeout, run_max, limits.run_timeout_default_ms)
    run.cpu_ms = _within("run_cpu_time", request.run_cpu_time, run_max, run.wall_ms)
    run.memory_bytes = _within(
        "run_memory_limit",
        request.run_memory_limit,
        limits.run_memory_max_bytes,
        _memory(runtime.run_limits, limits.run_memory_max_bytes),
    )
    run.output_bytes = _output(runtime.run_limits, limits)

    compilation = start.compile_limits
    compilation.wall_ms = _within(
        "compile_timeout", request.compile_timeout, compile_max, limits.compile_timeout_default_ms
    )
    compilation.cpu_ms = _within(
        "compile_cpu_time", request.compile_cpu_time, compile_max, compilation.wall_ms
    )
    compilation.memory_bytes = _within(
        "compile_memory_limit",
        request.compile_memory_limit,
        limits.compile_memory_max_bytes,
        _memory(runtime.compile_limits, limits.compile_memory_max_bytes),
    )
    compilation.output_bytes = _output(runtime.compile_limits, limits)


def idle_timeout_of(asked: int | None, default: int, limits: Limits) -> int:
    return _within("idle_timeout", asked, limits.session_idle_timeout_max_ms, default)


def isolation_of(asked: str | None, limits: Limits) -> str:
    if asked is not None and asked != limits.isolation and limits.isolation_forced:
        raise InvalidFieldError("isolation", f"must be '{limits.isolation}' for this tenant")
    return asked or limits.isolation


def may_use(language: str, limits: Limits) -> bool:
    return limits.languages is None or language in limits.languages


def check_language(language: str, limits: Limits) -> None:
    if not may_use(language, limits):
        allowed = ", ".join(sorted(limits.languages or ()))
        raise ProblemError(
            403, f"language: '{language}' is not allowed for this tenant; allowed are {allowed}"
        )


def _within(field: str, asked: int | None, most: int, default: int = 0) -> int:
    """What was asked for; 0 leaves it to the runtime."""
    if asked is None:
        return default
    if asked > most:
        raise InvalidFieldError(field, f"must be at most {most}")
    return asked


def _memory(own: pb.Limits, most: int) -> int:
    """The runtime's own default, unless it is known to be more than the tenant may have."""
    return most if own.memory_bytes > most else 0


def _output(own: pb.Limits, limits: Limits) -> int:
    """Our own cap, unless the runtime's is known to be lower."""
    return 0 if 0 < own.output_bytes <= limits.output_max_bytes else limits.output_max_bytes
