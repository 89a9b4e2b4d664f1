"""Who asks: the key of a request, and the guard before every handler that is not public. Also how often."""

from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl

import structlog
from aiohttp import web

from control.admission.admission import Admission, OverLimitError
from control.api.problems import ProblemError
from control.api.quotas import admit, too_many
from control.auth.keys import PREFIX, Identity, KeyStore, Scope, digest_of

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
IdentifiedHandler = Callable[[web.Request, Identity], Awaitable[web.StreamResponse]]

# Names that other services' clients give a key in a URL.
KEY_PARAMETERS = {
    "access_token",
    "api_key",
    "api-key",
    "apikey",
    "authorization",
    "key",
    "token",
    "x-api-key",
}
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="hearth"'}


def guarded(handler: IdentifiedHandler, scope: Scope, keys: KeyStore, admission: Admission) -> Handler:
    async def authenticated(request: web.Request) -> web.StreamResponse:
        if request.query_string:
            _refuse_key_in(request.rel_url.raw_query_string)
        key = _key_of(request)
        if not key:
            raise ProblemError(401, "an API key is required", CHALLENGE)
        identity = keys.find(digest_of(key))
        if identity is None:
            raise ProblemError(401, "the API key is not valid", CHALLENGE)
        # For all that is logged of this request from here on.
        structlog.contextvars.bind_contextvars(tenant=identity.tenant)
        if identity.disabled:
            raise ProblemError(403, f"the tenant {identity.tenant!r} is disabled")
        if scope not in identity.scopes:
            raise ProblemError(403, f"the API key lacks the scope '{scope}'")
        admit(request, identity, admission)
        try:
            return await handler(request, identity)
        except OverLimitError as over:
            raise too_many(over) from None

    return authenticated


def _key_of(request: web.Request) -> str:
    """From `Authorization: Bearer KEY`, or `Authorization: KEY` as Piston's clients send, or `X-API-Key`."""
    authorization = request.headers.get("Authorization")
    if authorization is None:
        return request.headers.get("X-API-Key", "").strip()
    scheme, _, rest = authorization.strip().partition(" ")
    if not rest:
        return scheme
    return rest.strip() if scheme.lower() == "bearer" else ""


def _refuse_key_in(query: str) -> None:
    """Even a right one: whoever sees the URL, in a log or a history, would have it."""
    for name, value in parse_qsl(query, errors="replace"):
        if name.lower() in KEY_PARAMETERS or value.startswith(PREFIX):
            raise ProblemError(
                400,
                "an API key does not belong in a URL, which proxies and logs keep: revoke it, and send "
                "the new one in 'Authorization: Bearer'",
            )
