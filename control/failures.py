"""Why executions fail through no fault of their program or their tenant: a closed set, for metrics."""

from enum import Enum

from control.executors.errors import (
    BusyError,
    NoExecutorError,
    NotRunError,
    QueueFullError,
    QueueLateError,
    Refusal,
    SessionError,
)
from control.executors.outcome import ExecutionResult, Limit


class Failure(Enum):
    """The phase that failed, and why."""

    QUEUE_FULL = ("queue", "full")
    QUEUE_LATE = ("queue", "late")
    # None that has the runtime is connected and takes work.
    NO_EXECUTOR = ("claim", "no_executor")
    NO_SANDBOX = ("claim", "no_sandbox")
    # The executor ended the call before the program had started.
    NOT_TAKEN = ("claim", "not_taken")
    SESSION_BUSY = ("claim", "session_busy")
    LOST_BEFORE_GO = ("go", "sandbox_lost")
    LOST_IN_RUN = ("run", "sandbox_lost")
    # With it, or with the connection to it, went whatever the program had come to.
    EXECUTOR_LOST = ("run", "executor_lost")
    DISK_FULL = ("settle", "disk_full")
    UNSAVED = ("settle", "unsaved")


def of_error(error: NotRunError | SessionError) -> Failure | None:
    """Why a program did not start; None when the request is at fault."""
    match error:
        case QueueFullError():
            return Failure.QUEUE_FULL
        case QueueLateError():
            return Failure.QUEUE_LATE
        case BusyError():
            return Failure.NO_SANDBOX
        case NoExecutorError():
            return Failure.NO_EXECUTOR
        case SessionError():
            return {
                Refusal.BUSY: Failure.SESSION_BUSY,
                Refusal.UNAVAILABLE: Failure.NOT_TAKEN,
            }.get(error.refusal)
        case _:
            return Failure.NOT_TAKEN


def in_result(result: ExecutionResult) -> Failure | None:
    """What went wrong with a program that had started."""
    if result.failed:
        if not result.total_us:
            return Failure.EXECUTOR_LOST
        return Failure.LOST_IN_RUN if result.go_us else Failure.LOST_BEFORE_GO
    match result.session_loss.limit if result.session_loss else None:
        case Limit.HOST_BYTES:
            return Failure.DISK_FULL
        case Limit.UNSAVED:
            return Failure.UNSAVED
        case _:
            return None
