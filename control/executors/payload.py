"""A program on its way to an executor, already in the form that goes over the wire."""

from executor.api import executor_pb2 as pb


class Payload:
    """Can be taken again for another attempt, until it is dropped: once the program has started, since it may
    be large and run for long.
    """

    __slots__ = ("_data",)

    def __init__(self, message: pb.ExecuteInput) -> None:
        self._data: bytes | None = message.SerializeToString()

    def take(self, traceparent: str = "") -> bytes:
        """With the trace that this attempt belongs to, if it does to any."""
        if self._data is None:
            raise RuntimeError("the program was sent and has started")
        if not traceparent:
            return self._data
        # Two messages one after the other are one with the fields of both.
        return self._data + pb.ExecuteInput(start=pb.Start(traceparent=traceparent)).SerializeToString()

    def drop(self) -> None:
        self._data = None
