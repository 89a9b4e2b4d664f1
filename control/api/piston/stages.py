"""How a stage ended, as Piston tells it: in the words of `isolate`, which runs its programs, or its own."""

import re
import signal

from control.executors.outcome import StageResult, Status

KILLED = "SIGKILL"
# Real-time signals, by their distance from the first or the last, whichever is nearer.
_FIRST, _MIDDLE, _LAST = 34, 49, 64


def stage_json(stage: StageResult, cpu_ms: int) -> dict[str, object]:
    """`cpu_ms` is the CPU time that the stage was allowed."""
    status = stage.status
    exited = status is None or status is Status.NONZERO_EXIT
    return {
        "signal": _signal(stage),
        "stdout": stage.stdout,
        "stderr": stage.stderr,
        "code": stage.code if exited else None,
        "output": stage.output,
        "memory": stage.memory,
        "message": _message(stage, cpu_ms),
        # Piston knows no limit on memory that is told from another SIGKILL.
        "status": Status.SIGNALED if status is Status.MEMORY_EXCEEDED else status,
        "cpu_time": round(stage.cpu_time),
        "wall_time": round(stage.wall_time),
    }


def _signal(stage: StageResult) -> str | None:
    match stage.status:
        case Status.TIMED_OUT | Status.STDOUT_EXCEEDED | Status.STDERR_EXCEEDED | Status.MEMORY_EXCEEDED:
            return KILLED
        case _:
            return stage.signal and _real_time_name(stage.signal)


def _message(stage: StageResult, cpu_ms: int) -> str | None:
    match stage.status:
        case None:
            return None
        case Status.NONZERO_EXIT:
            return f"Exited with error status {stage.code}"
        case Status.SIGNALED:
            return f"Caught fatal signal {_number(stage.signal)}"
        case Status.MEMORY_EXCEEDED:
            return f"Caught fatal signal {signal.SIGKILL} (memory limit exceeded)"
        case Status.TIMED_OUT:
            wall = stage.cpu_time < cpu_ms
            return "Time limit exceeded (wall clock)" if wall else "Time limit exceeded"
        case Status.STDOUT_EXCEEDED:
            return "stdout length exceeded"
        case Status.STDERR_EXCEEDED:
            return "stderr length exceeded"
        case Status.INTERNAL:
            return stage.message


def _number(name: str | None) -> int:
    if name is None:
        return 0
    numbered = re.fullmatch(r"SIG(\d+)", name)
    return int(numbered[1]) if numbered else signal.Signals[name].value


def _real_time_name(name: str) -> str:
    number = _number(name)
    if _FIRST < number <= _MIDDLE:
        return f"SIGRTMIN+{number - _FIRST}"
    return f"SIGRTMAX-{_LAST - number}" if _MIDDLE < number < _LAST else name
