"""How a stage ended, in the API's words: from what the agent reports, what the executor decided, and what
the kernel counted."""

from __future__ import annotations

import signal
from dataclasses import dataclass

from executor import frames
from executor.api import executor_pb2 as pb


@dataclass(frozen=True, slots=True)
class StageLimits:
    """Limits of one stage, every default filled in. ms and bytes."""

    wall_ms: int
    cpu_ms: int
    memory: int
    output: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why the executor ended a stage."""

    outcome: pb.Outcome.ValueType
    message: str


def exited(
    stage: pb.StageKind.ValueType, frame: frames.Exit, verdict: Verdict | None, limits: StageLimits
) -> pb.StageEnd:
    """The end of a stage as the agent tells it, unless the executor has decided otherwise."""
    end = pb.StageEnd(
        stage=stage, wall_us=frame.wall_ns // 1000, cpu_us=frame.cpu_ns // 1000, memory_bytes=frame.max_rss
    )
    if frame.signal is not None:
        end.signal = frame.signal
    else:
        assert frame.code is not None
        end.code = frame.code
    if verdict is not None:
        end.outcome, end.message = verdict.outcome, verdict.message
        end.ClearField("code")
        end.signal = signal.SIGKILL
    elif frame.reason is frames.ExitReason.CPU_TIME:
        end.outcome = pb.TIMED_OUT
        end.message = f"the CPU time limit of {limits.cpu_ms} ms was reached"
    elif frame.signal is not None:
        end.outcome, end.message = pb.SIGNALED, f"ended by {_signal_name(frame.signal)}"
    elif frame.code:
        end.outcome, end.message = pb.NONZERO_EXIT, f"exited with status {frame.code}"
    else:
        end.outcome = pb.OK
    return end


def lost(stage: pb.StageKind.ValueType, reason: str, verdict: Verdict | None, wall_ns: int) -> pb.StageEnd:
    """The end of a stage whose sandbox is gone, and with it what it could have told."""
    verdict = verdict or Verdict(pb.INTERNAL, f"the sandbox was lost while the program ran: {reason}")
    return pb.StageEnd(
        stage=stage,
        outcome=verdict.outcome,
        message=verdict.message,
        signal=signal.SIGKILL,
        wall_us=wall_ns // 1000,
    )


def out_of_memory(end: pb.StageEnd, limits: StageLimits) -> None:
    """Makes it the end of a stage that the kernel stopped for memory."""
    end.outcome = pb.MEMORY_EXCEEDED
    end.message = f"the memory limit of {limits.memory} bytes was reached"
    end.ClearField("code")
    end.signal = signal.SIGKILL
    end.memory_bytes = max(end.memory_bytes, limits.memory)


def not_started(stage: pb.StageKind.ValueType, frame: frames.Failed) -> pb.StageEnd:
    return pb.StageEnd(stage=stage, outcome=pb.INTERNAL, message=f"could not be started: {frame.text}")


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
