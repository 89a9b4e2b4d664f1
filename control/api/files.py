"""The files of a session, but for their content: listed and deleted."""

from aiohttp import web

from control.api.answers import FilePage, answer
from control.api.conditions import Conditions
from control.api.entries import entry_of, text_fields
from control.api.paths import checked, name_in
from control.api.query import limit_of, parameters_of
from control.auth.keys import Identity
from control.executors.files import FileName
from control.executors.files import Files as FileCalls
from control.settings import Settings


class Files:
    def __init__(self, settings: Settings, calls: FileCalls) -> None:
        self._depth_max = settings.name_depth_max
        self._calls = calls

    async def list(self, request: web.Request, identity: Identity) -> web.StreamResponse:
        given = parameters_of(request, ("folder", "limit", "after"))
        folder = given.get("folder", b"")
        if folder:
            checked("folder", folder, self._depth_max)
        place = FileName(identity.tenant, request.match_info["id"], folder)
        page = await self._calls.list(place, given.get("after", b""), limit_of(given))
        more = text_fields("next", page.entries[-1].name) if page.more and page.entries else {"next": None}
        return answer(FilePage(files=[entry_of(entry) for entry in page.entries], **more))

    async def delete(self, request: web.Request, identity: Identity) -> web.StreamResponse:
        file = FileName(identity.tenant, request.match_info["id"], name_in(request, self._depth_max))
        await Conditions(request).check_change(self._calls, file)
        await self._calls.delete(file)
        return web.Response(status=204)
