"""`GET /v1/usage`."""

import asyncio

import orjson
import structlog
from aiohttp import web

from control.api.problems import UnavailableError
from control.api.query import parameters_of
from control.api.usage_query import PARAMETERS, usage_query
from control.api.usage_report import usage_report
from control.auth.keys import Identity
from control.locks import Locks
from control.settings import Settings
from control.store.errors import StoreAwayError
from control.usage.meter import Meter
from control.usage.reports import Reports

log = structlog.get_logger()

# Reports at once, over all tenants. Keys that are revoked and usage that is written need the database's
# connections too, and must not wait for those who only look.
AT_ONCE = 2


class Usage:
    def __init__(self, settings: Settings, meter: Meter, reports: Reports) -> None:
        self._settings = settings
        self._meter = meter
        self._reports = reports
        # A tenant with many reports waits for itself.
        self._of_tenant = Locks()
        self._few = asyncio.Semaphore(AT_ONCE)

    async def __call__(self, request: web.Request, identity: Identity) -> web.StreamResponse:
        asked = usage_query(parameters_of(request, PARAMETERS))
        try:
            async with self._of_tenant.of(identity.tenant), self._few:
                # What this control plane answered before is to be in it.
                await self._meter.flush()
                report = await usage_report(self._reports, identity.tenant, asked)
        except StoreAwayError as error:
            log.warning("usage cannot be told", cause=str(error))
            raise UnavailableError(
                "the database does not answer; nothing is lost", self._settings.retry_after_s
            ) from None
        return web.Response(body=orjson.dumps(report), content_type="application/json")
