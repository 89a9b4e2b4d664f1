"""A service's tracer, from its start to its end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer


@asynccontextmanager
async def opened(service: str, endpoint: str, sample_ratio: float = 1.0) -> AsyncIterator[Tracer | None]:
    """None while there is no endpoint. What was not sent when it is left is sent then, if that is quick.

    Args:
        endpoint: `http://HOST:PORT` of a collector, or `https://` for TLS.
        sample_ratio: of the traces that begin here; those that others began are as they decided.
    """
    if not endpoint:
        yield None
        return
    # Half a second, and 20 MiB: for those who want it.
    from traces.exporting import Exporting

    exporting = Exporting(service, endpoint, sample_ratio)
    try:
        yield exporting.tracer
    finally:
        await exporting.close()
