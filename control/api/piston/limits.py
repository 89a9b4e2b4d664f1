"""Limits as Piston's requests ask for them, in the order in which Piston looks at them."""

from collections.abc import Mapping

from control.api.piston.javascript import is_falsy
from control.api.problems import ProblemError
from control.settings import Settings
from control.tenancy.limits import Limits

Given = Mapping[str, object]
Asked = dict[str, int | None]


def limits_of(body: Given, limits: Limits, settings: Settings) -> Asked:
    """Every limit by its name; None for the runtime's own. Raises `ProblemError`."""
    run = min(settings.piston_run_timeout_ms, limits.run_timeout_max_ms)
    compilation = min(settings.piston_compile_timeout_ms, limits.compile_timeout_max_ms)
    return {
        "compile_memory_limit": _memory(body, "compile_memory_limit", limits.compile_memory_max_bytes),
        "run_memory_limit": _memory(body, "run_memory_limit", limits.run_memory_max_bytes),
        "compile_timeout": _time(body, "compile_timeout", compilation),
        "run_timeout": _time(body, "run_timeout", run),
        "compile_cpu_time": _time(body, "compile_cpu_time", compilation),
        "run_cpu_time": _time(body, "run_cpu_time", run),
    }


def _memory(body: Given, name: str, most: int) -> int | None:
    """Anything negative lifts the limit in Piston, which here leaves it to the runtime."""
    value = _number(body, name, most)
    return None if value is None or value < 0 else max(int(value), 1)


def _time(body: Given, name: str, most: int) -> int:
    value = _number(body, name, most)
    if value is None:
        return most
    if value < 0:
        raise ProblemError(400, f"{name} must be non-negative")
    return max(int(value), 1)


def _number(body: Given, name: str, most: int) -> int | float | None:
    value = body.get(name)
    if is_falsy(value):
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ProblemError(400, f"If specified, {name} must be a number")
    if value > most:
        raise ProblemError(400, f"{name} cannot exceed the configured limit of {most}")
    return value
