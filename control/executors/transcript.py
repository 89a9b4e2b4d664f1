"""Folds an executor's events into a result, in bounded memory.

An executor is trusted more than a program, yet a broken one must not take the control plane with it: its
output is cut at our own cap, and events in no sensible order make an internal error, not a crash.
"""

from control.executors.outcome import (
    LIMIT_OF_NUMBER,
    STATUS_OF_OUTCOME,
    ExecutionResult,
    Limit,
    SessionLoss,
    StageResult,
    Status,
    in_words,
    signal_name,
)
from executor.api import executor_pb2 as pb

LOST = "the sandbox was lost; the program may have run in part"


class _Stage:
    """What one stage wrote. `merged` holds both streams in their order, once both have written."""

    def __init__(self, cap: int) -> None:
        self._cap = cap
        self._out = bytearray()
        self._err = bytearray()
        self._merged: bytearray | None = None
        self._out_cut = False
        self._err_cut = False

    def stdout(self, data: bytes) -> None:
        room = self._cap - len(self._out)
        if len(data) > room:
            data, self._out_cut = data[:room], True
        self._merge(data, self._out, self._err)

    def stderr(self, data: bytes) -> None:
        room = self._cap - len(self._err)
        if len(data) > room:
            data, self._err_cut = data[:room], True
        self._merge(data, self._err, self._out)

    def _merge(self, data: bytes, own: bytearray, other: bytearray) -> None:
        if self._merged is not None:
            self._merged += data
        elif other and data:
            self._merged = other + data
        own += data

    def result(self, end: pb.StageEnd) -> StageResult:
        # Decoded whole: a character may have come in two pieces.
        stdout = self._out.decode("utf-8", "replace")
        stderr = self._err.decode("utf-8", "replace")
        output = (stdout or stderr) if self._merged is None else self._merged.decode("utf-8", "replace")
        status = STATUS_OF_OUTCOME.get(end.outcome, Status.INTERNAL)
        code = end.code if end.HasField("code") else None
        signal = signal_name(end.signal)
        return StageResult(
            stdout=stdout,
            stderr=stderr,
            output=output,
            code=code,
            signal=signal,
            status=status,
            message=end.message or in_words(status, code, signal),
            wall_time=end.wall_us / 1000,
            cpu_time=end.cpu_us / 1000,
            memory=end.memory_bytes,
            stdout_truncated=end.stdout_truncated or self._out_cut,
            stderr_truncated=end.stderr_truncated or self._err_cut,
        )


class Transcript:
    def __init__(self, cap: int, *, compiled: bool, session: str | None = None) -> None:
        """`session` is the one that was asked for; it stays the answer until another is told."""
        self.started = False
        self.done = False
        self._cap = cap
        # What is lost before any stage began is lost in the first one.
        self._kind: pb.StageKind.ValueType = pb.COMPILE if compiled else pb.RUN
        self._open = _Stage(cap)
        self._results: dict[int, StageResult] = {}
        self._session = session
        self._loss: SessionLoss | None = None
        self._claim_us = 0
        self._done = pb.Done()

    def add(self, output: pb.ExecuteOutput) -> None:
        for event in output.events:
            match event.WhichOneof("event"):
                case "stdout":
                    self._open.stdout(event.stdout)
                case "stderr":
                    self._open.stderr(event.stderr)
                case "stage_start":
                    self._kind = event.stage_start or self._kind
                    self._open = _Stage(self._cap)
                case "stage_end":
                    self._results[event.stage_end.stage or self._kind] = self._open.result(event.stage_end)
                    # What follows a compilation that succeeded, if it is lost, is the run.
                    self._kind = pb.RUN
                    self._open = _Stage(self._cap)
                case "started":
                    self.started = True
                    self._claim_us = event.started.claim_us
                case "kept":
                    self._keep(event.kept)
                case "done":
                    self.done = True
                    self._done = event.done

    def _keep(self, kept: pb.Kept) -> None:
        self._session = kept.session or self._session
        if kept.limit:
            limit = LIMIT_OF_NUMBER.get(kept.limit, Limit.UNSAVED)
            self._loss = SessionLoss(limit, kept.message or "what the program left was not saved")

    @property
    def complete(self) -> bool:
        compiled = self._results.get(pb.COMPILE)
        return pb.RUN in self._results or (compiled is not None and compiled.status is not None)

    def result(self, loss: str = LOST) -> ExecutionResult:
        """The result; when a stage is missing, `loss` says in words why."""
        if not self.complete:
            end = pb.StageEnd(stage=self._kind, outcome=pb.INTERNAL, message=loss)
            self._results[self._kind] = self._open.result(end)
        return ExecutionResult(
            session_id=self._session,
            session_loss=self._loss,
            compile=self._results.get(pb.COMPILE),
            run=self._results.get(pb.RUN),
            claim_us=self._claim_us,
            go_us=self._done.go_us,
            settle_us=self._done.settle_us,
            total_us=self._done.total_us,
        )
