"""`GET /v1/runtimes`."""

from aiohttp import web

from control.api.answers import Runtime, answer_runtimes
from control.api.limits import may_use
from control.auth.keys import Identity
from control.executors.fleet import Fleet


class Runtimes:
    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet

    async def __call__(self, request: web.Request, identity: Identity) -> web.StreamResponse:
        listing = []
        for offer in self._fleet.catalogue.offers:
            runtime = offer.runtime
            if not offer.connected or not may_use(runtime.language, identity.limits):
                continue
            entry = Runtime(
                language=runtime.language,
                version=runtime.version,
                aliases=list(runtime.aliases),
                runtime=runtime.runtime or runtime.language,
                compiled=runtime.compiled,
                executors=offer.connected,
                warm=offer.warm,
            )
            if runtime.notes:
                entry.notes = runtime.notes
            listing.append(entry)
        return answer_runtimes(listing)
