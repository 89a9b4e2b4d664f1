"""`PUT /v1/sessions/ID/files/PATH`: a file's bytes, passed on as they come.

A piece is taken from the client when the executor has taken the one before, so that a request holds no more
than the socket's buffers. Whatever goes wrong on the way, nothing is written.
"""

import asyncio

from aiohttp import web

from control.api.answers import answer
from control.api.codings import CLOSE, check_codings
from control.api.conditions import Conditions, etag_of
from control.api.entries import entry_of
from control.api.expectation import meet
from control.api.paths import name_in
from control.api.problems import ProblemError
from control.auth.keys import Identity
from control.executors.files import FileName, Files
from control.executors.policy import policy_of
from control.settings import Settings

# At most. Each is copied on its way, and larger ones are no faster.
PIECE_BYTES = 64 << 10


class Upload:
    def __init__(self, settings: Settings, calls: Files) -> None:
        self._settings = settings
        self._calls = calls

    async def __call__(self, request: web.Request, identity: Identity) -> web.StreamResponse:
        name = name_in(request, self._settings.name_depth_max)
        file = FileName(identity.tenant, request.match_info["id"], name)
        most = identity.limits.session_max_bytes
        self._check_head(request, most)
        await Conditions(request).check_change(self._calls, file)
        await meet(request)
        entry = await self._calls.write(
            file, policy_of(identity.limits, 0), _Body(request, self._settings, most).next_piece
        )
        response = answer(entry_of(entry))
        response.etag = etag_of(entry)
        return response

    def _check_head(self, request: web.Request, most: int) -> None:
        check_codings(request)
        if "Content-Range" in request.headers:
            raise ProblemError(400, "a file is written as a whole, not in ranges")
        if (request.content_length or 0) > most:
            raise too_large(most)


class _Body:
    """What a client sends: bounded in size, and in the time without any of it."""

    def __init__(self, request: web.Request, settings: Settings, most: int) -> None:
        self._request = request
        self._settings = settings
        self._most = most
        self._size = 0

    async def next_piece(self) -> bytes:
        """Empty at the end."""
        stall_ms = self._settings.file_stall_timeout_ms
        try:
            async with asyncio.timeout(stall_ms / 1000):
                piece = await self._request.content.read(PIECE_BYTES)
        except TimeoutError:
            raise ProblemError(408, f"no byte of the body came for {stall_ms} ms", CLOSE) from None
        except (ConnectionError, web.RequestPayloadError):
            raise ProblemError(400, "the body is incomplete or malformed", CLOSE) from None
        self._size += len(piece)
        if self._size > self._most:
            raise too_large(self._most)
        return piece


def too_large(most: int) -> ProblemError:
    return ProblemError(413, f"the file exceeds {most} bytes")
