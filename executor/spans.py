"""The spans of a program: one for each phase of its way, below the one that its `start` names.

They are made when it has had its way, from the moments that it came to: what nobody traces costs nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from executor.api import executor_pb2 as pb
from executor.timeline import Timeline

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer


@dataclass(frozen=True, slots=True)
class _Part:
    name: str
    began: int
    # 0: it was given up.
    ended: int
    outcome: str = ""

    @property
    def failed(self) -> bool:
        return not self.ended or self.outcome == "INTERNAL"


def tell(tracer: Tracer, start: pb.Start, timeline: Timeline) -> None:
    """Tells of a program whose way is over, whatever became of it."""
    from opentelemetry.trace import Status, StatusCode, get_current_span
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    parent = TraceContextTextMapPropagator().extract({"traceparent": start.traceparent})
    if not get_current_span(parent).get_span_context().is_valid:
        return
    now = time.monotonic_ns()
    epoch = time.time_ns() - now
    attributes = {
        "hearth.tenant": start.tenant,
        "hearth.request_id": start.request_id,
        "hearth.runtime": start.runtime,
    }
    for part in _parts(timeline):
        outcome = {"hearth.outcome": part.outcome} if part.outcome else {}
        span = tracer.start_span(
            part.name, parent, attributes=attributes | outcome, start_time=epoch + part.began
        )
        if part.failed:
            span.set_status(Status(StatusCode.ERROR))
        span.end(epoch + (part.ended or now))


def _parts(timeline: Timeline) -> Iterator[_Part]:
    """As far as it came."""
    yield _Part("claim", timeline.arrived, timeline.claimed)
    if timeline.claimed:
        yield _Part("go", timeline.claimed, timeline.gone)
    for one in timeline.stages:
        name = pb.StageKind.Name(one.stage).lower()
        yield _Part(name, one.began, one.ended, pb.Outcome.Name(one.outcome))
    if timeline.ended:
        yield _Part("settle", timeline.ended, timeline.kept)
