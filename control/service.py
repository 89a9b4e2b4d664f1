"""The service as a whole: puts the parts together, listens, and stops in order.

Stopping lets requests in no more (they get 503), waits for those inside, then closes what is left.
"""

import asyncio
from collections.abc import Callable

import structlog
from aiohttp import web

from control.api.admin.operations import Operations
from control.api.app import build_app
from control.api.connection import Runner
from control.api.gate import Gate
from control.auth.first_start import ensure_first_key
from control.executors.fleet import Fleet
from control.executors.static import StaticDirectory
from control.settings import Settings
from control.store.database import Database
from control.tenancy.follower import Follower
from control.tenancy.keys import Keys
from control.tenancy.limits import Plans
from control.tenancy.tenants import Tenants
from control.usage.meter import Meter
from control.usage.reports import Reports

log = structlog.get_logger()

# After the drain only requests remain that outlasted it; their handlers need a moment to unwind.
UNWIND_S = 1.0


async def serve(settings: Settings, stop: asyncio.Event, listening: Callable[[str], None]) -> None:
    """Serves until `stop` is set. `listening` is told the URL once connections are taken."""
    database = Database(settings.database, settings.database_timeout_ms)
    try:
        await database.open()
        await _serve(settings, database, stop, listening)
    finally:
        await database.close()
    log.info("stopped")


async def _serve(
    settings: Settings, database: Database, stop: asyncio.Event, listening: Callable[[str], None]
) -> None:
    gate = Gate()
    fleet = Fleet(StaticDirectory(settings.executors), settings)
    plans = Plans(settings)
    follower = Follower(database, plans, settings)
    meter, reports = Meter(settings, database), Reports(database)
    operations = Operations(Tenants(database), Keys(database), reports, plans, settings)
    app = build_app(settings, fleet, follower, operations, meter, reports, gate)
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
        following = [tasks.create_task(part.run()) for part in (fleet, follower, meter)]
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
