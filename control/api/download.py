"""`GET` and `HEAD /v1/sessions/ID/files/PATH`: a file's bytes, passed on as they come.

The executor is asked once, for what the request's range says; its answer begins with the entry, on which
conditions, size and type depend. Only a range that does not fit the file as it is takes another call.
"""

import asyncio
import time

import structlog
from aiohttp import web

from control.api.conditions import Conditions, Verdict, etag_of, failed, modified_s
from control.api.media import content_type_of, disposition_of
from control.api.paths import name_in
from control.api.problems import ProblemError
from control.api.ranges import ByteRange, Span, UnsatisfiableError, range_of, still_applies
from control.auth.keys import Identity
from control.executors.errors import Refusal, SessionError
from control.executors.files import FileName, Files, Reading
from control.settings import Settings
from executor.api import executor_pb2 as pb

log = structlog.get_logger()


class Download:
    def __init__(self, settings: Settings, calls: Files) -> None:
        self._depth_max = settings.name_depth_max
        self._stall_s = settings.file_stall_timeout_ms / 1000
        self._calls = calls

    async def __call__(self, request: web.Request, identity: Identity) -> web.StreamResponse:
        file = FileName(identity.tenant, request.match_info["id"], name_in(request, self._depth_max))
        wanted = range_of(request)
        try:
            return await self._answer(request, file, wanted)
        except SessionError as error:
            if wanted is None or error.refusal is not Refusal.OUT_OF_RANGE:
                raise
        return await self._answer(request, file, wanted, fits=False)

    async def _answer(
        self, request: web.Request, file: FileName, wanted: ByteRange | None, *, fits: bool = True
    ) -> web.StreamResponse:
        """`fits` is False when the executor said of the range that it does not fit."""
        async with self._calls.read(
            file,
            wanted.offset if wanted and fits else 0,
            wanted.length if wanted and fits else 0,
            entry_only=request.method == "HEAD" or not fits,
        ) as reading:
            entry = reading.entry
            if entry.kind != pb.FILE:
                raise ProblemError(400, "path: is no file; a folder's files are listed with ?folder=")
            match Conditions(request).verdict(entry):
                case Verdict.FAILED:
                    raise failed()
                case Verdict.NOT_MODIFIED:
                    return web.Response(status=304, headers=_validators(entry))
            if wanted is None or still_applies(request, entry):
                span = _span(wanted, entry)
                if fits:
                    return await self._send(request, file, reading, span)
                wanted = ByteRange(span.start, span.start + span.count) if span else None
            else:
                wanted = None
        return await self._answer(request, file, wanted)

    async def _send(
        self, request: web.Request, file: FileName, reading: Reading, span: Span | None
    ) -> web.StreamResponse:
        entry = reading.entry
        response = web.StreamResponse(status=206 if span else 200, headers=_validators(entry))
        response.headers["Accept-Ranges"] = "bytes"
        response.headers["Content-Type"] = content_type_of(file.name)
        response.headers["Content-Disposition"] = disposition_of(file.name)
        if span:
            response.headers["Content-Range"] = span.content_range(entry.size)
        left = response.content_length = span.count if span else entry.size
        await response.prepare(request)
        if request.method == "HEAD":
            return response
        now = asyncio.get_running_loop().time
        try:
            async with asyncio.timeout(self._stall_s) as until:
                while left and (piece := (await reading.piece())[:left]):
                    await response.write(piece)
                    left -= len(piece)
                    until.reschedule(now() + self._stall_s)
        except (SessionError, TimeoutError, ConnectionError) as error:
            log.warning("download cut off", cause=str(error) or type(error).__name__, bytes_left=left)
        if left and request.transport is not None:
            # Its head is out; all that can be told is that this is not the end.
            request.transport.abort()
        return response


def _validators(entry: pb.Entry) -> dict[str, str]:
    response = web.Response()
    response.etag = etag_of(entry)
    # A program sets its files' times as it likes; HTTP has none that are in the future.
    response.last_modified = min(modified_s(entry), int(time.time()))
    return {name: response.headers[name] for name in ("ETag", "Last-Modified")}


def _span(wanted: ByteRange | None, entry: pb.Entry) -> Span | None:
    try:
        return wanted.of(entry.size) if wanted else None
    except UnsatisfiableError:
        raise ProblemError(
            416, f"the file has {entry.size} bytes", {"Content-Range": f"bytes */{entry.size}"}
        ) from None
