"""The routes, each with the scope that it takes and what the OpenAPI document says of it. Public are only the
service's health and its description.
"""

from aiohttp import web

from control.api.admin.routes import Admin
from control.api.authentication import Handler, IdentifiedHandler, guarded
from control.api.body import BodyIntake
from control.api.descriptions import execute as of_execution
from control.api.descriptions import files as of_files
from control.api.descriptions import piston as of_piston
from control.api.descriptions import service as of_service
from control.api.descriptions import sessions as of_sessions
from control.api.descriptions import usage as of_usage
from control.api.download import Download
from control.api.envelope import envelope, stamp
from control.api.execute import Execute
from control.api.expectation import expected
from control.api.files import Files
from control.api.openapi.document import Document
from control.api.openapi.operation import Operation
from control.api.parts import Parts
from control.api.piston.execute import Execute as PistonExecute
from control.api.piston.listings import Listings
from control.api.piston.routes import add_routes as add_piston
from control.api.running import Runner
from control.api.runtimes import Runtimes
from control.api.self_description import SelfDescription
from control.api.service_state import ServiceState
from control.api.session_problems import telling
from control.api.sessions import Sessions
from control.api.upload import Upload
from control.api.usage import Usage
from control.auth.keys import Scope
from control.executors.files import Files as FileCalls
from control.executors.sessions import Sessions as SessionCalls

# All that is left of a path. A decoded name may hold a line feed, which `.` does not match.
REST = r"{path:[\s\S]*}"


def build_app(parts: Parts) -> web.Application:
    settings, fleet, metrics, gate = parts.settings, parts.fleet, parts.metrics, parts.gate
    state = ServiceState(gate, fleet, metrics, settings.retry_after_s)
    # What is answered even while the service stops.
    health = frozenset({"/healthz", "/readyz"})
    app = web.Application(
        middlewares=[envelope(gate, metrics, health, settings.retry_after_s, parts.tracer)],
    )
    app.on_response_prepare.append(stamp)
    document = Document()

    def add_undescribed(
        method: str, path: str, scope: Scope, handler: IdentifiedHandler
    ) -> web.AbstractRoute:
        guard = guarded(telling(handler, settings), scope, parts.follower, parts.admission)
        return app.router.add_route(method, path, guard, expect_handler=expected)

    def add(method: str, path: str, scope: Scope, handler: IdentifiedHandler, described: Operation) -> None:
        route = add_undescribed(method, path, scope, handler)
        document.add(method, canonical(route), scope, described)

    def add_public(path: str, handler: Handler, described: Operation) -> None:
        for method, operation in (("GET", described), ("HEAD", described.head())):
            route = app.router.add_route(method, path, handler, expect_handler=expected)
            document.add(method, canonical(route), None, operation)

    intake = BodyIntake(settings)
    metrics.gauge("requests_in_flight", "Requests that are being answered.", lambda: gate.inside)
    metrics.gauge(
        "usage_unflushed_seconds",
        "How long the oldest execution that has ended has waited to be counted in the database.",
        parts.meter.unflushed_s,
    )
    metrics.gauge(
        "usage_journal_failing",
        "1 while usage is counted in memory alone, as its journal cannot be written.",
        lambda: parts.meter.journal_failing,
    )
    metrics.gauge("body_bytes", "Request bodies in memory.", lambda: intake.held_bytes)
    metrics.gauge("body_bytes_max", "The most of them.", lambda: settings.bodies_max_bytes)
    sessions = Sessions(settings, SessionCalls(fleet, settings), intake)
    file_calls = FileCalls(fleet, settings)
    files, download = Files(settings, file_calls), Download(settings, file_calls)
    session, file = "/v1/sessions/{id}", "/v1/sessions/{id}/files/" + REST
    programs = Runner(parts, intake)
    program = Execute(settings, fleet, programs)
    add("POST", "/v1/execute", Scope.EXECUTE, program, of_execution.EXECUTE)
    add("GET", "/v1/runtimes", Scope.EXECUTE, Runtimes(fleet), of_execution.RUNTIMES)
    add("POST", "/v1/sessions", Scope.EXECUTE, sessions.create, of_sessions.CREATE)
    add("GET", "/v1/sessions", Scope.EXECUTE, sessions.list, of_sessions.LIST)
    add("GET", session, Scope.EXECUTE, sessions.get, of_sessions.GET)
    add("DELETE", session, Scope.EXECUTE, sessions.delete, of_sessions.DELETE)
    add("POST", session + "/fork", Scope.EXECUTE, sessions.fork, of_sessions.FORK)
    add("GET", session + "/files", Scope.EXECUTE, files.list, of_files.LIST)
    add("GET", file, Scope.EXECUTE, download, of_files.GET)
    add("HEAD", file, Scope.EXECUTE, download, of_files.HEAD)
    add("PUT", file, Scope.EXECUTE, Upload(settings, file_calls), of_files.PUT)
    add("DELETE", file, Scope.EXECUTE, files.delete, of_files.DELETE)
    add("GET", "/v1/usage", Scope.EXECUTE, Usage(settings, parts.meter, parts.reports), of_usage.GET)
    Admin(settings, parts.operations, parts.follower, intake, parts.meter).add_to(add)
    add("GET", "/metrics", Scope.ADMIN, state.metrics, of_service.METRICS)
    add_public("/healthz", state.healthz, of_service.HEALTHZ)
    add_public("/readyz", state.readyz, of_service.READYZ)
    listings = Listings(fleet)
    piston: dict[tuple[str, str], tuple[IdentifiedHandler, Operation]] = {
        ("POST", "/execute"): (PistonExecute(settings, fleet, programs), of_piston.EXECUTE),
        ("GET", "/runtimes"): (listings.runtimes, of_piston.RUNTIMES),
        ("GET", "/packages"): (listings.packages, of_piston.PACKAGES),
    }
    add_piston(app.router, add_undescribed, document.add, piston)
    itself = SelfDescription(lambda: document.build(settings))
    add_public("/openapi.json", itself.openapi, of_service.OPENAPI)
    add_public("/docs", itself.docs, of_service.DOCS)
    add_public("/docs/{file}", itself.docs_file, of_service.DOCS_FILE)
    return app


def canonical(route: web.AbstractRoute) -> str:
    """Its path, with the names of its variables and without what they match."""
    assert route.resource is not None
    return route.resource.canonical
