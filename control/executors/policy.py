"""What a tenant may keep, in the executors' words."""

from control.tenancy.limits import Limits
from executor.api import executor_pb2 as pb


def policy_of(limits: Limits, idle_timeout_ms: int) -> pb.SessionPolicy:
    """An idle timeout of 0 is, for a fork, that of the original."""
    return pb.SessionPolicy(
        idle_timeout_ms=idle_timeout_ms,
        max_sessions=limits.sessions_max,
        session_bytes=limits.session_max_bytes,
        tenant_bytes=limits.sessions_max_bytes,
    )
