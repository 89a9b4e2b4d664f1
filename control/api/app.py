"""The routes, each with the scope that it takes. Only the service's health is public."""

from aiohttp import web

from control.api.admin.operations import Operations
from control.api.admin.routes import Admin
from control.api.authentication import IdentifiedHandler, guarded
from control.api.body import BodyIntake
from control.api.download import Download
from control.api.envelope import envelope, stamp
from control.api.execute import Execute
from control.api.files import Files
from control.api.gate import Gate
from control.api.piston.execute import Execute as PistonExecute
from control.api.piston.listings import Listings
from control.api.piston.routes import add_routes as add_piston
from control.api.runtimes import Runtimes
from control.api.service_state import ServiceState
from control.api.session_problems import telling
from control.api.sessions import Sessions
from control.api.upload import Upload
from control.auth.keys import Scope
from control.executors.files import Files as FileCalls
from control.executors.fleet import Fleet
from control.executors.sessions import Sessions as SessionCalls
from control.metrics import Metrics
from control.settings import Settings
from control.tenancy.follower import Follower

# All that is left of a path. A decoded name may hold a line feed, which `.` does not match.
REST = r"{path:[\s\S]*}"


def build_app(
    settings: Settings, fleet: Fleet, follower: Follower, operations: Operations, gate: Gate
) -> web.Application:
    metrics = Metrics(fleet)
    state = ServiceState(gate, fleet, metrics, settings.retry_after_s)
    public = {"/healthz": state.healthz, "/readyz": state.readyz}
    app = web.Application(
        middlewares=[envelope(gate, metrics, frozenset(public), settings.retry_after_s)],
    )
    app.on_response_prepare.append(stamp)

    def add(method: str, path: str, scope: Scope, handler: IdentifiedHandler) -> None:
        app.router.add_route(method, path, guarded(telling(handler, settings), scope, follower))

    intake = BodyIntake(settings)
    sessions = Sessions(settings, SessionCalls(fleet, settings), intake)
    file_calls = FileCalls(fleet, settings)
    files, download = Files(settings, file_calls), Download(settings, file_calls)
    session, file = "/v1/sessions/{id}", "/v1/sessions/{id}/files/" + REST
    add("POST", "/v1/execute", Scope.EXECUTE, Execute(settings, fleet, metrics, intake))
    add("GET", "/v1/runtimes", Scope.EXECUTE, Runtimes(fleet))
    add("POST", "/v1/sessions", Scope.EXECUTE, sessions.create)
    add("GET", "/v1/sessions", Scope.EXECUTE, sessions.list)
    add("GET", session, Scope.EXECUTE, sessions.get)
    add("DELETE", session, Scope.EXECUTE, sessions.delete)
    add("POST", session + "/fork", Scope.EXECUTE, sessions.fork)
    add("GET", session + "/files", Scope.EXECUTE, files.list)
    add("GET", file, Scope.EXECUTE, download)
    add("HEAD", file, Scope.EXECUTE, download)
    add("PUT", file, Scope.EXECUTE, Upload(settings, file_calls))
    add("DELETE", file, Scope.EXECUTE, files.delete)
    Admin(settings, operations, follower, intake).add_to(add)
    add("GET", "/metrics", Scope.ADMIN, state.metrics)
    listings = Listings(fleet)
    piston: dict[tuple[str, str], IdentifiedHandler] = {
        ("POST", "/execute"): PistonExecute(settings, fleet, metrics, intake),
        ("GET", "/runtimes"): listings.runtimes,
        ("GET", "/packages"): listings.packages,
    }
    add_piston(app.router, add, piston)
    for path, handler in public.items():
        app.router.add_get(path, handler)
    return app
