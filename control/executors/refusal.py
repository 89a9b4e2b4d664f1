"""From the status that a call about a session ended with, to why nothing was done.

What the executor says is meant for the client when the request is at fault. Any other failure is the
installation's own: it is logged, and the client gets words of ours.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from grpc import StatusCode, aio

from control.executors import cancellation
from control.executors.client import ExecutorClient
from control.executors.errors import Refusal, SessionError

log = structlog.get_logger()

LIMIT_KEY = "hearth-limit"

_REFUSALS = {
    StatusCode.NOT_FOUND: (Refusal.NOT_FOUND, "no such session"),
    StatusCode.FAILED_PRECONDITION: (Refusal.BUSY, "others use the session; its turn did not come"),
    StatusCode.INVALID_ARGUMENT: (Refusal.INVALID, "not possible with what lies there"),
    StatusCode.OUT_OF_RANGE: (Refusal.OUT_OF_RANGE, "beyond the end of the file"),
}
_LIMITS = {
    "sessions": (Refusal.SESSIONS, "there are as many sessions as the tenant may have"),
    "session_bytes": (Refusal.SESSION_BYTES, "the session would hold more than it may"),
    "tenant_bytes": (Refusal.TENANT_BYTES, "all sessions together would hold more than the tenant may have"),
    "host_bytes": (Refusal.HOST_BYTES, "the executor has no room for more"),
    "environment": (Refusal.ENVIRONMENT, "more variables than a program can be started with"),
}


@contextmanager
def told(executor: ExecutorClient) -> Iterator[None]:
    """Around calls: makes a `SessionError` of how they fail."""
    try:
        yield
    except aio.AioRpcError as error:
        raise session_error(executor, error.code(), error.details(), error.trailing_metadata()) from None
    except asyncio.CancelledError:
        if cancellation.is_ours():
            raise
        raise session_error(executor, StatusCode.CANCELLED) from None


def session_error(
    executor: ExecutorClient,
    code: StatusCode,
    details: str | None = None,
    trailing: aio.Metadata | None = None,
) -> SessionError:
    limit = _limit_in(trailing)
    known = _LIMITS.get(limit) if code is StatusCode.RESOURCE_EXHAUSTED else _REFUSALS.get(code)
    if known is not None:
        refusal, words = known
        return SessionError(refusal, details or words)
    log.warning("session call failed", executor=executor.address, code=code.name, reason=details, limit=limit)
    if code is StatusCode.DEADLINE_EXCEEDED:
        return SessionError(Refusal.UNAVAILABLE, "the session's executor did not answer in time")
    return SessionError(Refusal.UNAVAILABLE, "the session's executor cannot do it now")


def _limit_in(trailing: aio.Metadata | None) -> str:
    for key, value in trailing or ():
        if key == LIMIT_KEY:
            return value.decode("ascii", "replace") if isinstance(value, bytes) else value
    return ""
