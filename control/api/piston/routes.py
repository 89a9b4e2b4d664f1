"""Where Piston's API is: below `/api/v2`, and below `/api/v2/piston` as on its public instance.

As in Piston, a slash may follow a path, a path that does not take a method is one that is not there, and what
is no JSON is refused before anybody asks for whom it was.
"""

from collections.abc import Callable, Mapping

from aiohttp import web

from control.api.authentication import IdentifiedHandler
from control.api.openapi.operation import Operation
from control.api.problems import ProblemError
from control.auth.keys import Identity, Scope

ROOT = "/api/v2"
ROOTS = (ROOT, f"{ROOT}/piston")
REST = r"{rest:(/[\s\S]*)?}"
READING = ("GET", "HEAD", "OPTIONS")

Add = Callable[[str, str, Scope, IdentifiedHandler], object]
Describe = Callable[[str, str, Scope, Operation], None]


def is_piston(request: web.Request) -> bool:
    return request.path == ROOT or request.path.startswith(f"{ROOT}/")


def add_routes(
    router: web.UrlDispatcher,
    add: Add,
    describe: Describe,
    handlers: Mapping[tuple[str, str], tuple[IdentifiedHandler, Operation]],
) -> None:
    """`handlers` by method and path, which begins with a slash. `add` puts one behind the keys. Each is
    `described` once: its other paths and methods are there for clients that take them for granted.
    """
    for (method, name), (handler, operation) in handlers.items():
        methods = (method, "HEAD") if method == "GET" else (method,)
        options = _Options(methods)
        for path in (f"{root}{name}{slash}" for root in ROOTS for slash in ("", "/")):
            for each in methods:
                add(each, path, Scope.EXECUTE, handler)
            add("OPTIONS", path, Scope.EXECUTE, options)
        describe(method, f"{ROOT}{name}", Scope.EXECUTE, operation)
    router.add_route("*", ROOT + REST, _not_there)


class _Options:
    def __init__(self, methods: tuple[str, ...]) -> None:
        self._allowed = ",".join(methods)

    async def __call__(self, request: web.Request, identity: Identity) -> web.StreamResponse:
        return web.Response(text=self._allowed, headers={"Allow": self._allowed})


async def _not_there(request: web.Request) -> web.StreamResponse:
    if request.method not in READING and request.content_type != "application/json":
        raise ProblemError(415, "requests must be of type application/json")
    raise ProblemError(404, "Not Found")
