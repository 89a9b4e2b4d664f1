"""What a tenant may keep, in the executors' words."""

from control.settings import Settings
from executor.api import executor_pb2 as pb


def policy_of(settings: Settings, idle_timeout_ms: int) -> pb.SessionPolicy:
    """An idle timeout of 0 is, for a fork, that of the original."""
    return pb.SessionPolicy(
        idle_timeout_ms=idle_timeout_ms,
        max_sessions=settings.sessions_max,
        session_bytes=settings.session_max_bytes,
        tenant_bytes=settings.sessions_max_bytes,
    )
