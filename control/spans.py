"""The spans of a request: one for itself, below it one for its time in the queue and one for each executor
that was tried.

Their attributes are those of OpenTelemetry's conventions for HTTP, but for all that hold a path, a query or a
header: paths name files, and headers hold keys.
"""

import time

from aiohttp import hdrs, web
from grpc import StatusCode
from multidict import CIMultiDictProxy
from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, Status, Tracer, set_span_in_context
from opentelemetry.trace import StatusCode as SpanStatus
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from control.tracing import Attempt, Trace

_PROPAGATOR = TraceContextTextMapPropagator()
# What the envelope calls a client that has left. It was sent nothing.
_NEVER_SENT = 499


class SpannedAttempt(Attempt):
    def __init__(self, span: Span) -> None:
        self._span = span
        carrier: dict[str, str] = {}
        _PROPAGATOR.inject(carrier, set_span_in_context(span, Context()))
        self.traceparent = carrier["traceparent"]

    def end(self, code: StatusCode | None) -> None:
        if code is not None:
            self._span.set_attribute("rpc.grpc.status_code", code.value[0])
            self._span.set_status(Status(SpanStatus.ERROR, code.name))
        self._span.end()


class SpannedTrace(Trace):
    def __init__(self, tracer: Tracer, span: Span) -> None:
        self._tracer = tracer
        self._span = span
        self._below = set_span_in_context(span, Context())

    def queued(self, seconds: float) -> None:
        began = time.time_ns() - int(seconds * 1e9)
        self._tracer.start_span("queue", self._below, start_time=began).end()

    def attempt(self, executor: str) -> Attempt:
        attributes = {"hearth.executor": executor}
        span = self._tracer.start_span("execute", self._below, SpanKind.CLIENT, attributes)
        return SpannedAttempt(span)

    def end(self, status: int, tenant: str | None) -> None:
        if tenant is not None:
            self._span.set_attribute("hearth.tenant", tenant)
        if status != _NEVER_SENT:
            self._span.set_attribute("http.response.status_code", status)
        if status >= 500:
            self._span.set_attribute("error.type", str(status))
            self._span.set_status(Status(SpanStatus.ERROR))
        self._span.end()


def trace_of(tracer: Tracer, request: web.Request, route: str, request_id: str) -> Trace | None:
    """None when the request is none of those that are traced."""
    known = request.method in hdrs.METH_ALL
    attributes = {
        "http.request.method": request.method if known else "_OTHER",
        "url.scheme": request.scheme,
        "hearth.request_id": request_id,
    }
    name = request.method if known else "HTTP"
    if request.match_info.route.resource is not None:
        attributes["http.route"] = route
        name = f"{name} {route}"
    span = tracer.start_span(name, _parent(request.headers), SpanKind.SERVER, attributes)
    return SpannedTrace(tracer, span) if span.is_recording() else None


def _parent(headers: CIMultiDictProxy[str]) -> Context:
    """The span that the client names; none when what it says is malformed, or said twice."""
    named = headers.getall("traceparent", [])
    if len(named) != 1:
        return Context()
    return _PROPAGATOR.extract({"traceparent": named, "tracestate": headers.getall("tracestate", [])})
