"""An OTLP collector that keeps what it is sent."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from grpc import aio
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as pb
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc as pb_grpc
from opentelemetry.proto.trace.v1.trace_pb2 import Span


@dataclass
class Received:
    """A span, and the service that sent it."""

    service: str
    span: Span

    @property
    def parent(self) -> bytes:
        return self.span.parent_span_id

    @property
    def attributes(self) -> dict[str, Any]:
        return values_of(self.span.attributes)


@dataclass
class Collector(pb_grpc.TraceServiceServicer):
    endpoint: str = ""
    spans: list[Received] = field(default_factory=list)

    async def Export(self, request: pb.ExportTraceServiceRequest, context: Any) -> Any:  # noqa: N802
        for resource in request.resource_spans:
            service = values_of(resource.resource.attributes)["service.name"]
            for scope in resource.scope_spans:
                self.spans += [Received(service, span) for span in scope.spans]
        return pb.ExportTraceServiceResponse()

    def named(self, name: str) -> Received:
        (found,) = [one for one in self.spans if one.span.name == name]
        return found


def values_of(attributes: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}


@asynccontextmanager
async def collecting(port: int = 0) -> AsyncIterator[Collector]:
    collector, server = Collector(), aio.server()
    add: Any = pb_grpc.add_TraceServiceServicer_to_server
    add(collector, server)
    collector.endpoint = f"http://127.0.0.1:{server.add_insecure_port(f'127.0.0.1:{port}')}"
    await server.start()
    try:
        yield collector
    finally:
        await server.stop(0)
