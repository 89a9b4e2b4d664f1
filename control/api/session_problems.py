"""Why nothing was done for a session, as clients see it."""

from aiohttp import web

from control.api.authentication import IdentifiedHandler
from control.api.problems import ProblemError
from control.auth.keys import Identity
from control.executors.errors import Refusal, SessionError
from control.settings import Settings

_STATUS = {
    Refusal.NOT_FOUND: 404,
    Refusal.BUSY: 409,
    Refusal.INVALID: 400,
    Refusal.OUT_OF_RANGE: 416,
    Refusal.SESSIONS: 429,
    Refusal.SESSION_BYTES: 413,
    Refusal.TENANT_BYTES: 429,
    Refusal.HOST_BYTES: 507,
    Refusal.ENVIRONMENT: 400,
    Refusal.UNAVAILABLE: 503,
}


def telling(handler: IdentifiedHandler, settings: Settings) -> IdentifiedHandler:
    """The handler, with problems in place of its `SessionError`s."""
    retry_after_s = {429: settings.quota_retry_after_s, 503: settings.retry_after_s}

    async def told(request: web.Request, identity: Identity) -> web.StreamResponse:
        try:
            return await handler(request, identity)
        except SessionError as error:
            status = _STATUS[error.refusal]
            headers = {"Retry-After": str(retry_after_s[status])} if status in retry_after_s else {}
            raise ProblemError(status, str(error), headers) from None

    return told
