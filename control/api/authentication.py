"""Who asks: the key of a request, and the guard before every handler that is not public."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from control.api.problems import ProblemError
from control.auth.keys import Identity, KeyStore, Scope, digest_of

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
IdentifiedHandler = Callable[[web.Request, Identity], Awaitable[web.StreamResponse]]

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="hearth"'}


def guarded(handler: IdentifiedHandler, scope: Scope, keys: KeyStore) -> Handler:
    async def authenticated(request: web.Request) -> web.StreamResponse:
        key = _key_of(request)
        if not key:
            raise ProblemError(401, "an API key is required", CHALLENGE)
        identity = keys.find(digest_of(key))
        if identity is None:
            raise ProblemError(401, "the API key is not valid", CHALLENGE)
        if identity.disabled:
            raise ProblemError(403, f"the tenant {identity.tenant!r} is disabled")
        if scope not in identity.scopes:
            raise ProblemError(403, f"the API key lacks the scope '{scope}'")
        return await handler(request, identity)

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
