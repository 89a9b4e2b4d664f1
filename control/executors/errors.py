"""Why a program was not run at all. A program that may have run is never reported by an exception."""


class NotRunError(Exception):
    """No executor ran the program; nothing of it has happened."""


class NoExecutorError(NotRunError):
    """No executor that has the runtime is there and takes work."""


class BusyError(NotRunError):
    """No sandbox came free in time."""


class RefusedError(NotRunError):
    """The executor calls the request malformed; it says why in words meant for the client."""
