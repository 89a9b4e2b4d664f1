"""What may be kept, and the error that says which limit was met."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from dataclasses import dataclass

from executor.api import executor_pb2 as pb
from executor.settings import Settings

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# With the runtime's own variables it has to fit into a frame.
MOST_ENVIRONMENT = 56 * 1024


class LimitError(Exception):
    """Something cannot be kept; `limit` names why, `str()` says it in words."""

    def __init__(self, limit: pb.Limit.ValueType, message: str) -> None:
        super().__init__(message)
        self.limit = limit


def check_environment(env: Mapping[str, str]) -> None:
    """Raises LimitError for more variables than a program can be started with."""
    size = sum(len(name.encode()) + len(value.encode()) + 2 for name, value in env.items())
    if size > MOST_ENVIRONMENT:
        raise LimitError(
            pb.ENVIRONMENT, f"the environment of {size} bytes is over its limit of {MOST_ENVIRONMENT}"
        )


def of_disk(error: OSError) -> LimitError:
    """What a failure of the disk means for the session that met it."""
    if error.errno in _FULL:
        return LimitError(pb.HOST_BYTES, "the executor's disk is full")
    return LimitError(pb.UNSAVED, f"the executor's disk failed: {error.strerror}")


@dataclass(frozen=True, slots=True)
class Policy:
    """A tenant's limits, with this executor's own where the tenant has none."""

    idle_timeout_ms: int
    max_sessions: int
    session_bytes: int
    tenant_bytes: int

    @classmethod
    def of(cls, asked: pb.SessionPolicy, settings: Settings) -> Policy:
        return cls(
            asked.idle_timeout_ms or int(settings.session_idle_timeout * 1000),
            asked.max_sessions or settings.sessions_per_tenant,
            asked.session_bytes or settings.session_bytes,
            asked.tenant_bytes or settings.session_bytes_tenant,
        )
