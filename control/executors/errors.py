"""Why a program was not run at all, or a call about a session not carried out.

A program that may have run is never reported by an exception.
"""

from enum import Enum, auto


class NotRunError(Exception):
    """No executor ran the program; nothing of it has happened."""


class NoExecutorError(NotRunError):
    """No executor that has the runtime is there and takes work."""


class QueueFullError(NotRunError):
    """Too many wait already, this tenant's own requests among them."""


class QueueLateError(NotRunError):
    """No executor had a place for it in time."""


class BusyError(NotRunError):
    """No sandbox came free in time."""


class RefusedError(NotRunError):
    """The executor calls the request malformed; it says why in words meant for the client."""


class Refusal(Enum):
    """Why nothing was done for a session."""

    NOT_FOUND = auto()
    # Others use the session, for too long.
    BUSY = auto()
    INVALID = auto()
    OUT_OF_RANGE = auto()
    # Limits: how many sessions, what is in one, what is in all of a tenant's, what the executor's disk holds.
    SESSIONS = auto()
    SESSION_BYTES = auto()
    TENANT_BYTES = auto()
    HOST_BYTES = auto()
    ENVIRONMENT = auto()
    # The session's executor is not there, drains, or failed.
    UNAVAILABLE = auto()


class SessionError(Exception):
    """Nothing was done for a session. The words are meant for the client."""

    def __init__(self, refusal: Refusal, words: str) -> None:
        super().__init__(words)
        self.refusal = refusal
