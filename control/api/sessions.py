"""`/v1/sessions`: made, listed, looked at, copied, deleted."""

from typing import Any, TypeVar

import structlog
from aiohttp import web
from pydantic import BaseModel

from control.api.answers import Session, SessionPage, SessionSummary, answer
from control.api.arguments import check_arguments
from control.api.body import BodyIntake
from control.api.decode import decode_object
from control.api.limits import idle_timeout_of
from control.api.models import ForkRequest, SessionRequest, parse
from control.api.moments import moment
from control.api.query import limit_of, parameters_of
from control.auth.keys import Identity
from control.executors.policy import policy_of
from control.executors.sessions import Sessions as SessionCalls
from control.settings import Settings
from executor.api import executor_pb2 as pb

Request = TypeVar("Request", bound=BaseModel)


class Sessions:
    def __init__(self, settings: Settings, calls: SessionCalls, intake: BodyIntake) -> None:
        self._settings = settings
        self._calls = calls
        self._intake = intake

    async def create(self, request: web.Request, identity: Identity) -> web.StreamResponse:
        asked = await self._asked(SessionRequest, request, identity)
        check_arguments((), asked.env, self._settings)
        limits = identity.limits
        idle_timeout_ms = idle_timeout_of(asked.idle_timeout, limits.session_idle_timeout_ms, limits)
        policy = policy_of(limits, idle_timeout_ms)
        return _made(await self._calls.create(identity.tenant, asked.env, policy))

    async def fork(self, request: web.Request, identity: Identity) -> web.StreamResponse:
        asked = await self._asked(ForkRequest, request, identity)
        limits = identity.limits
        policy = policy_of(limits, idle_timeout_of(asked.idle_timeout, 0, limits))
        return _made(await self._calls.fork(identity.tenant, request.match_info["id"], policy))

    async def get(self, request: web.Request, identity: Identity) -> web.StreamResponse:
        return answer(session_of(await self._calls.get(identity.tenant, request.match_info["id"])))

    async def delete(self, request: web.Request, identity: Identity) -> web.StreamResponse:
        await self._calls.delete(identity.tenant, request.match_info["id"])
        return web.Response(status=204)

    async def list(self, request: web.Request, identity: Identity) -> web.StreamResponse:
        given = parameters_of(request, ("limit", "after"))
        # An id has nothing but letters and digits; what has more is only a place in their order.
        after = given.get("after", b"").decode(errors="replace")
        page = await self._calls.list(identity.tenant, after, limit_of(given))
        sessions = [SessionSummary(**_summary(session)) for session in page.sessions]
        return answer(SessionPage(sessions=sessions, next=page.sessions[-1].id if page.more else None))

    async def _asked(self, model: type[Request], request: web.Request, identity: Identity) -> Request:
        """The body may be left out: nothing in it is required."""
        if not request.can_read_body:
            return parse(model, {}, self._settings)
        with self._intake.hold(identity.tenant) as hold:
            body = await self._intake.read(request, hold, identity.limits.body_max_bytes)
            return parse(model, decode_object(body, self._settings), self._settings)


def session_of(session: pb.Session) -> Session:
    return Session(**_summary(session), env=dict(session.env))


def _summary(session: pb.Session) -> dict[str, Any]:
    return {
        "id": session.id,
        "created_at": moment(session.created_ms),
        "last_used_at": moment(session.used_ms),
        "expires_at": moment(session.expires_ms),
        "idle_timeout": session.idle_timeout_ms,
        "bytes": session.bytes,
        "disk_bytes": session.disk_bytes,
        "entries": session.entries,
        "hot": session.hot,
    }


def _made(session: pb.Session) -> web.Response:
    structlog.contextvars.bind_contextvars(session=session.id)
    response = answer(session_of(session), status=201)
    response.headers["Location"] = f"/v1/sessions/{session.id}"
    return response
