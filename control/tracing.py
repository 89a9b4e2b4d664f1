"""The trace of the request that is being answered.

Most requests have none: what is asked of theirs is nothing, and costs a look at a context variable. What a
traced one does instead is in `control.spans`, with all that needs OpenTelemetry.
"""

from contextvars import ContextVar
from typing import TYPE_CHECKING

from aiohttp import web
from grpc import StatusCode

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer


class Attempt:
    """One executor's try at a program."""

    # For the executor, W3C Trace Context; empty: it makes no spans.
    traceparent = ""

    def end(self, code: StatusCode | None) -> None:
        """`code` is why it failed; None when the program was told to its end."""


class Trace:
    """Of one request."""

    def queued(self, seconds: float) -> None:
        """It has left the queue, in which it was for so long."""

    def attempt(self, executor: str) -> Attempt:
        return Attempt()

    def end(self, status: int, tenant: str | None) -> None:
        """It is answered."""


_NONE = Trace()
_current: ContextVar[Trace] = ContextVar("trace", default=_NONE)


def current() -> Trace:
    return _current.get()


def begin(tracer: "Tracer | None", request: web.Request, route: str, request_id: str) -> Trace:
    """From now on, in the request's own task, `current` is its trace."""
    trace = _NONE
    if tracer is not None:
        from control.spans import trace_of

        trace = trace_of(tracer, request, route, request_id) or _NONE
    _current.set(trace)
    return trace
