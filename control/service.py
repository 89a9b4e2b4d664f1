"""The service as a whole: puts the parts together, listens, and stops in order.

Stopping lets requests in no more (they get 503), waits for those inside, then closes what is left.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from control.admission.admission import Admission
from control.admission.peers import Peers
from control.api.admin.operations import Operations
from control.api.app import build_app
from control.api.connection import Runner
from control.api.gate import Gate
from control.api.parts import Parts
from control.auth.first_start import ensure_first_key
from control.executors.fleet import Fleet
from control.executors.static import StaticDirectory
from control.metrics import Metrics
from control.scheduling.dispatch import Dispatch
from control.settings import Settings
from control.store.database import Database
from control.tenancy.follower import Follower
from control.tenancy.keys import Keys
from control.tenancy.limits import Plans
from control.tenancy.tenants import Tenants
from control.usage.meter import Meter
from control.usage.reports import Reports
from traces.tracer import opened

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

log = structlog.get_logger()

# After the drain only requests remain that outlasted it; their handlers need a moment to unwind.
UNWIND_S = 1.0


async def serve(settings: Settings, stop: asyncio.Event, listening: Callable[[str], None]) -> None:
    """Serves until `stop` is set. `listening` is told the URL once connections are taken."""
    database = Database(settings.database, settings.database_timeout_ms)
    try:
        await database.open()
        async with opened("hearth-control", settings.otlp_endpoint, settings.otlp_sample_ratio) as tracer:
            await _serve(settings, database, tracer, stop, listening)
    finally:
        await database.close()
    log.info("stopped")


def assemble(settings: Settings, database: Database, tracer: "Tracer | None" = None) -> Parts:
    """All parts, which do nothing yet."""
    fleet = Fleet(StaticDirectory(settings.executors), settings)
    plans = Plans(settings)
    meter, reports = Meter(settings, database), Reports(database)
    metrics = Metrics(fleet)
    return Parts(
        settings=settings,
        gate=Gate(),
        fleet=fleet,
        dispatch=Dispatch(fleet, metrics, settings),
        admission=Admission(meter.cpu_today_us),
        follower=Follower(database, plans, settings),
        operations=Operations(Tenants(database), Keys(database), reports, plans, settings),
        meter=meter,
        reports=reports,
        metrics=metrics,
        tracer=tracer,
    )


async def _serve(
    settings: Settings,
    database: Database,
    tracer: "Tracer | None",
    stop: asyncio.Event,
    listening: Callable[[str], None],
) -> None:
    parts = assemble(settings, database, tracer)
    fleet, follower, meter, gate = parts.fleet, parts.follower, parts.meter, parts.gate
    peers = Peers(database, parts.admission, follower.limits_of, settings)
    app = build_app(parts)
    runner = Runner(
        app,
        access_log=None,
        # A client that leaves ends its program.
        handler_cancellation=True,
        # Compressed bodies are refused; nothing may inflate them before that.
        auto_decompress=False,
        keepalive_timeout=settings.idle_connection_ms / 1000,
        shutdown_timeout=UNWIND_S,
    )
    await follower.load()
    async with meter, asyncio.TaskGroup() as tasks:
        following = [tasks.create_task(part.run()) for part in (fleet, follower, meter, peers)]
        await runner.setup()
        try:
            await web.TCPSite(runner, settings.host, settings.port).start()
            url = _url(settings.host, runner.addresses[0][1])
            await ensure_first_key(database, url)
            await follower.refresh()
            log.info("listening", url=url)
            listening(url)
            await stop.wait()
            log.info("stopping")
            left = await gate.close(settings.drain_timeout_ms / 1000)
            if left:
                log.warning("requests cut off", requests=left)
        finally:
            await runner.cleanup()
            for task in following:
                task.cancel()


def _url(host: str, port: int) -> str:
    """Where a client on this machine reaches the service."""
    if host in ("", "0.0.0.0"):  # noqa: S104
        host = "127.0.0.1"
    elif host == "::":
        host = "::1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
