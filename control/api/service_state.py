"""How the service itself does: `GET /healthz`, `GET /readyz`, `GET /metrics`."""

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from control.api.answers import Alive, Ready, answer
from control.api.gate import Gate
from control.api.problems import UnavailableError
from control.auth.keys import Identity
from control.executors.fleet import Fleet
from control.metrics import Metrics


class ServiceState:
    def __init__(self, gate: Gate, fleet: Fleet, metrics: Metrics, retry_after_s: int) -> None:
        self._gate = gate
        self._fleet = fleet
        self._metrics = metrics
        self._retry_after_s = retry_after_s

    async def healthz(self, request: web.Request) -> web.StreamResponse:
        return answer(Alive(status="ok"))

    async def readyz(self, request: web.Request) -> web.StreamResponse:
        if not self._gate.open:
            raise UnavailableError("the service is stopping", self._retry_after_s)
        if not self._fleet.ready:
            raise UnavailableError("no executor is connected", self._retry_after_s)
        return answer(Ready(status="ready"))

    async def metrics(self, request: web.Request, identity: Identity) -> web.StreamResponse:
        return web.Response(body=self._metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})
