"""What every request passes through: an id, the gate, errors made problems, a metric, a log line, a trace."""

import re
import secrets
import time
from typing import TYPE_CHECKING

import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from control import tracing
from control.api.expectation import unmet
from control.api.gate import Gate
from control.api.piston.answers import message_response
from control.api.piston.routes import is_piston
from control.api.problems import ProblemError, UnavailableError, problem_response
from control.api.quotas import stamp_quotas
from control.metrics import Metrics

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

log = structlog.get_logger()

# Another service's id is taken over when it is harmless to log and to send back.
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
# In metrics and logs: the client left before its answer. Never sent.
CLIENT_LEFT = 499


def envelope(
    gate: Gate, metrics: Metrics, public: frozenset[str], retry_after_s: int, tracer: "Tracer | None"
) -> Middleware:
    """`public` are the paths that are answered even while the service stops; logged at debug only, and never
    traced.
    """

    @web.middleware
    async def enveloped(request: web.Request, handler: Handler) -> web.StreamResponse:
        began = time.perf_counter()
        given = request.headers.get("X-Request-Id", "")
        request_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        structlog.contextvars.bind_contextvars(request_id=request_id)
        route = _route_of(request)
        trace = tracing.begin(None if request.path in public else tracer, request, route, request_id)
        status = CLIENT_LEFT
        try:
            if request.path in public:
                response = await _answer(request, handler, request_id)
            elif gate.open:
                with gate:
                    response = await _answer(request, handler, request_id)
            else:
                response = _shown(UnavailableError("the service is stopping", retry_after_s), request)
                response.force_close()
            status = response.status
        finally:
            seconds = time.perf_counter() - began
            method = request.method if request.method in hdrs.METH_ALL else "other"
            metrics.request(route, method, status, seconds)
            write = log.debug if request.path in public else log.info
            write("request", method=method, route=route, status=status, ms=round(seconds * 1000, 3))
            trace.end(status, structlog.contextvars.get_contextvars().get("tenant"))
        return response

    return enveloped


async def stamp(request: web.Request, response: web.StreamResponse) -> None:
    """Called before the head of any answer goes out, which for a download is before its handler has ended."""
    headers = response.headers
    headers["X-Request-Id"] = structlog.contextvars.get_contextvars().get("request_id", "")
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Server"] = "Hearth"
    stamp_quotas(request, response)


async def _answer(request: web.Request, handler: Handler, request_id: str) -> web.StreamResponse:
    response: web.StreamResponse
    try:
        response = await handler(request)
    except ProblemError as problem:
        response = _shown(problem, request)
    except web.HTTPException as error:
        response = _shown(_of_framework(error, request), request)
    except Exception:
        log.exception("request failed")
        response = _shown(ProblemError(500, f"internal error; request {request_id}"), request)
    if response.headers.get("Connection") == "close" or unmet(request):
        response.force_close()
    return response


def _shown(problem: ProblemError, request: web.Request) -> web.Response:
    return message_response(problem) if is_piston(request) else problem_response(problem)


def _of_framework(error: web.HTTPException, request: web.Request) -> ProblemError:
    match error:
        case web.HTTPNotFound():
            return ProblemError(404, f"there is nothing at {request.path}")
        case web.HTTPMethodNotAllowed():
            allowed = ", ".join(sorted(error.allowed_methods))
            return ProblemError(
                405, f"{request.path} does not take {request.method}; it takes {allowed}", {"Allow": allowed}
            )
        case _:
            return ProblemError(error.status, error.reason)


def _route_of(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "unmatched"
