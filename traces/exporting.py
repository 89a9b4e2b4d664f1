"""Spans on their way to a collector.

They are gathered and sent by a thread of their own. What a collector does not take in time is dropped, and so
are the oldest spans when too many wait: no request is ever held up by its trace. That spans are lost is
logged when it begins, and that they arrive again when they do, not for each attempt.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

import structlog
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

log = structlog.get_logger()

# Loggers that tell of each attempt to export, and quote the headers that clients send.
_CHATTER = ("opentelemetry.exporter", "opentelemetry.trace")
# Seconds for one batch, attempts to send it again included.
_EXPORT_SECONDS = 5.0
# Seconds that the end of a service may wait for its last spans.
_CLOSE_SECONDS = 2.0


class Announced(SpanExporter):
    """An exporter that says when a collector is lost and when it is found again."""

    def __init__(self, exporter: SpanExporter, endpoint: str) -> None:
        self._exporter = exporter
        self._endpoint = endpoint
        self._lost = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._exporter.export(spans)
        lost = result is not SpanExportResult.SUCCESS
        if lost and not self._lost:
            log.warning("traces lost: the collector does not take them", endpoint=self._endpoint)
        elif self._lost and not lost:
            log.info("traces arrive again", endpoint=self._endpoint)
        self._lost = lost
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()


class Exporting:
    """What a service's spans go through."""

    def __init__(self, service: str, endpoint: str, sample_ratio: float) -> None:
        for chatter in _CHATTER:
            logging.getLogger(chatter).setLevel(logging.CRITICAL)
        self._exporter = OTLPSpanExporter(endpoint=endpoint, timeout=_EXPORT_SECONDS)
        self._provider = TracerProvider(
            sampler=ParentBased(TraceIdRatioBased(sample_ratio)),
            resource=Resource.create({"service.name": service}),
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(BatchSpanProcessor(Announced(self._exporter, endpoint)))
        self.tracer = self._provider.get_tracer("hearth")

    async def close(self) -> None:
        """Sends what still waits, and gives up what the collector does not take at once."""
        closing = asyncio.create_task(asyncio.to_thread(self._provider.shutdown))
        await asyncio.wait([closing], timeout=_CLOSE_SECONDS)
        if not closing.done():
            # An attempt that waits for its turn is given up, and so is all that comes after it.
            await asyncio.to_thread(self._exporter.shutdown)
        await closing
