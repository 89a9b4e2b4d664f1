"""`GET /api/v2/runtimes` and `GET /api/v2/packages`."""

from aiohttp import web

from control.api.limits import may_use
from control.api.piston.aliases import aliases_of
from control.api.piston.answers import json_response
from control.auth.keys import Identity
from control.executors.fleet import Fleet
from executor.api import executor_pb2 as pb


class Listings:
    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet

    async def runtimes(self, request: web.Request, identity: Identity) -> web.StreamResponse:
        return json_response([_runtime_json(runtime) for runtime in self._there(identity)])

    async def packages(self, request: web.Request, identity: Identity) -> web.StreamResponse:
        """Those that are installed: there is no repository with others. One may bring several languages."""
        packages = {
            (runtime.runtime or runtime.language, runtime.version): None for runtime in self._there(identity)
        }
        return json_response(
            [{"language": name, "language_version": version, "installed": True} for name, version in packages]
        )

    def _there(self, identity: Identity) -> list[pb.Runtime]:
        return [
            offer.runtime
            for offer in self._fleet.catalogue.offers
            if offer.connected and may_use(offer.runtime.language, identity.limits)
        ]


def _runtime_json(runtime: pb.Runtime) -> dict[str, object]:
    listed: dict[str, object] = {
        "language": runtime.language,
        "version": runtime.version,
        "aliases": aliases_of(runtime),
    }
    if runtime.runtime:
        listed["runtime"] = runtime.runtime
    return listed
