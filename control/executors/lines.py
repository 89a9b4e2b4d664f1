"""Calls to an executor that are kept open between programs.

One call carries programs one after the other, so that a request costs a message each way and not a call of
its own: on a quiet machine that was measured to take 0.8 ms instead of 1.7. A program that did not end as
programs should takes its line with it.
"""

from collections.abc import Callable

from grpc import aio

from executor.api import executor_pb2 as pb

Line = aio.StreamStreamCall[bytes, pb.ExecuteOutput]


class Lines:
    """The lines of one executor that carry nothing at the moment."""

    def __init__(self, open_line: Callable[[], Line]) -> None:
        self._open = open_line
        self._idle: list[Line] = []

    def take(self) -> Line:
        """One that waits, the one that did so for the shortest time, or a new one."""
        while self._idle:
            line = self._idle.pop()
            if not line.done():
                return line
        return self._open()

    def give_back(self, line: Line) -> None:
        if not line.done():
            self._idle.append(line)

    def close(self) -> None:
        """Ends all that wait."""
        while self._idle:
            self._idle.pop().cancel()
