"""The routes, each with the scope that it takes. Only the service's health is public."""

from aiohttp import web

from control.api.authentication import IdentifiedHandler, guarded
from control.api.envelope import envelope
from control.api.execute import Execute
from control.api.gate import Gate
from control.api.runtimes import Runtimes
from control.api.service_state import ServiceState
from control.auth.keys import KeyStore, Scope
from control.executors.fleet import Fleet
from control.metrics import Metrics
from control.settings import Settings


def build_app(settings: Settings, fleet: Fleet, keys: KeyStore, gate: Gate) -> web.Application:
    metrics = Metrics(fleet)
    state = ServiceState(gate, fleet, metrics, settings.retry_after_s)
    public = {"/healthz": state.healthz, "/readyz": state.readyz}
    app = web.Application(
        middlewares=[envelope(gate, metrics, frozenset(public), settings.retry_after_s)],
    )

    def add(method: str, path: str, scope: Scope, handler: IdentifiedHandler) -> None:
        app.router.add_route(method, path, guarded(handler, scope, keys))

    add("POST", "/v1/execute", Scope.EXECUTE, Execute(settings, fleet, metrics))
    add("GET", "/v1/runtimes", Scope.EXECUTE, Runtimes(fleet))
    add("GET", "/metrics", Scope.ADMIN, state.metrics)
    for path, handler in public.items():
        app.router.add_get(path, handler)
    return app
