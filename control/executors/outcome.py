"""What became of a program: the closed set of outcomes, and the result that clients are shown.

`StageResult` is the HTTP contract's Stage, field by field and in its order.
"""

import signal
from dataclasses import dataclass
from enum import StrEnum

from executor.api import executor_pb2 as pb


class Status(StrEnum):
    """Why a stage did not end well."""

    NONZERO_EXIT = "RE"
    SIGNALED = "SG"
    TIMED_OUT = "TO"
    MEMORY_EXCEEDED = "ML"
    STDOUT_EXCEEDED = "OL"
    STDERR_EXCEEDED = "EL"
    INTERNAL = "XX"


@dataclass(slots=True)
class StageResult:
    stdout: str
    stderr: str
    output: str
    code: int | None
    signal: str | None
    status: Status | None
    message: str | None
    wall_time: float
    cpu_time: float
    memory: int
    stdout_truncated: bool
    stderr_truncated: bool


class Limit(StrEnum):
    """Why what a program left was not saved."""

    SESSIONS = "sessions"
    SESSION_BYTES = "session_bytes"
    TENANT_BYTES = "tenant_bytes"
    HOST_BYTES = "host_bytes"
    ENVIRONMENT = "environment"
    UNSAVED = "unsaved"


@dataclass(slots=True)
class SessionLoss:
    """What a program left was not saved. The session is as it was before."""

    limit: Limit
    message: str


@dataclass(slots=True)
class ExecutionResult:
    # None when the execution was lost before it was known.
    session_id: str | None
    session_loss: SessionLoss | None
    compile: StageResult | None
    run: StageResult | None
    # Of the executor, µs; 0 when it was lost before it could say, or when it did not come to that.
    claim_us: int
    go_us: int
    settle_us: int
    total_us: int

    @property
    def failed(self) -> bool:
        """Whether a sandbox or an executor was lost over it. That a program fails is not meant."""
        last = self.run or self.compile
        return last is not None and last.status is Status.INTERNAL


STATUS_OF_OUTCOME: dict[int, Status | None] = {
    pb.OK: None,
    pb.NONZERO_EXIT: Status.NONZERO_EXIT,
    pb.SIGNALED: Status.SIGNALED,
    pb.TIMED_OUT: Status.TIMED_OUT,
    pb.MEMORY_EXCEEDED: Status.MEMORY_EXCEEDED,
    pb.STDOUT_EXCEEDED: Status.STDOUT_EXCEEDED,
    pb.STDERR_EXCEEDED: Status.STDERR_EXCEEDED,
    pb.INTERNAL: Status.INTERNAL,
}

LIMIT_OF_NUMBER: dict[int, Limit] = {
    pb.SESSIONS: Limit.SESSIONS,
    pb.SESSION_BYTES: Limit.SESSION_BYTES,
    pb.TENANT_BYTES: Limit.TENANT_BYTES,
    pb.HOST_BYTES: Limit.HOST_BYTES,
    pb.ENVIRONMENT: Limit.ENVIRONMENT,
    pb.UNSAVED: Limit.UNSAVED,
}

_SIGNAL_NAMES = {int(number): number.name for number in signal.Signals}


def signal_name(number: int) -> str | None:
    return _SIGNAL_NAMES.get(number, f"SIG{number}") if number else None


def in_words(status: Status | None, code: int | None, signal_: str | None) -> str | None:
    """What to say of a stage when the executor said nothing."""
    match status:
        case None:
            return None
        case Status.NONZERO_EXIT:
            return f"exited with code {code}"
        case Status.SIGNALED:
            return f"ended by {signal_ or 'a signal'}"
        case Status.TIMED_OUT:
            return "exceeded its time limit"
        case Status.MEMORY_EXCEEDED:
            return "exceeded its memory limit"
        case Status.STDOUT_EXCEEDED:
            return "wrote more to stdout than its limit"
        case Status.STDERR_EXCEEDED:
            return "wrote more to stderr than its limit"
        case Status.INTERNAL:
            return "the sandbox failed"
