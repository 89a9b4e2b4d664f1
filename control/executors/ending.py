"""How a call that is written to really ended.

When the other side ends a call, a write that is under way fails, and grpc.aio makes INTERNAL of that. It may
do so before the true status has come, which then replaces it, or after, when it is the true one that is
replaced. So the status is taken down when there first is one, and looked at again when all is over.
"""

from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from grpc import StatusCode, aio

Call = aio.StreamUnaryCall[Any, Any]
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Status:
    code: StatusCode
    details: str | None
    trailing: aio.Metadata | None


class Ending:
    def __init__(self, call: Call) -> None:
        self._call = call
        self._first: Status | None = None
        call.add_done_callback(self._note)

    def _note(self, _: object) -> None:
        # Now and not in a task: that would run when the status has been replaced.
        code = _at_once(self._call.code())
        if code is not None:
            trailing = _at_once(self._call.trailing_metadata())
            self._first = Status(code, _at_once(self._call.details()), trailing)

    async def status(self) -> Status:
        with suppress(aio.AioRpcError):
            await self._call
        last = Status(
            await self._call.code(), await self._call.details(), await self._call.trailing_metadata()
        )
        return self._first if self._first and last.code is StatusCode.INTERNAL else last


def _at_once(known: Coroutine[Any, Any, Value]) -> Value | None:
    """What a coroutine returns that has nothing to wait for."""
    try:
        known.send(None)
    except StopIteration as returned:
        value: Value = returned.value
        return value
    known.close()
    return None
