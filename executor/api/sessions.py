"""The gRPC methods of sessions and their files: messages in, messages out, errors as statuses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import grpc.aio
import structlog

from executor.api import executor_pb2 as pb
from executor.api import executor_pb2_grpc
from executor.sessions.files import BadRangeError, Files, UnknownFileError
from executor.sessions.head import BrokenSessionError
from executor.sessions.limits import LimitError, Policy
from executor.sessions.names import BadPathError
from executor.sessions.sessions import DrainingError, Sessions, UnknownSessionError
from executor.sessions.turns import BusySessionError

Context = grpc.aio.ServicerContext[Any, Any]

# Entries of one answer, whatever is asked for.
_PAGE = 1000


class _GivenUpError(Exception):
    """A client went away in the middle of an upload. gRPC may show the end of what it said before that."""


_CODES: dict[type[Exception], grpc.StatusCode] = {
    UnknownSessionError: grpc.StatusCode.NOT_FOUND,
    BrokenSessionError: grpc.StatusCode.NOT_FOUND,
    UnknownFileError: grpc.StatusCode.NOT_FOUND,
    BusySessionError: grpc.StatusCode.FAILED_PRECONDITION,
    DrainingError: grpc.StatusCode.UNAVAILABLE,
    BadPathError: grpc.StatusCode.INVALID_ARGUMENT,
    BadRangeError: grpc.StatusCode.OUT_OF_RANGE,
    _GivenUpError: grpc.StatusCode.CANCELLED,
}


class SessionMethods(executor_pb2_grpc.ExecutorServicer):
    """The part of the service that is about sessions."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._files = Files(sessions)

    async def CreateSession(  # noqa: N802
        self, request: pb.CreateSessionRequest, context: Context
    ) -> pb.Session:
        async with _told(context, request.tenant):
            policy = Policy.of(request.policy, self._sessions.settings)
            return await self._sessions.create(request.tenant, request.env, policy)

    async def GetSession(self, request: pb.SessionRequest, context: Context) -> pb.Session:  # noqa: N802
        async with _told(context, request.tenant, request.session):
            return await self._sessions.get(request.session, request.tenant)

    async def ListSessions(  # noqa: N802
        self, request: pb.ListSessionsRequest, context: Context
    ) -> pb.ListSessionsResponse:
        found, more = await self._sessions.listed(request.tenant, request.after, _page(request.limit))
        return pb.ListSessionsResponse(sessions=found, more=more)

    async def DeleteSession(  # noqa: N802
        self, request: pb.SessionRequest, context: Context
    ) -> pb.DeleteSessionResponse:
        async with _told(context, request.tenant, request.session):
            await self._sessions.delete(request.session, request.tenant)
            return pb.DeleteSessionResponse()

    async def ForkSession(self, request: pb.ForkSessionRequest, context: Context) -> pb.Session:  # noqa: N802
        async with _told(context, request.tenant, request.session):
            return await self._sessions.fork(request.session, request.tenant, request.policy)

    async def ListFiles(  # noqa: N802
        self, request: pb.ListFilesRequest, context: Context
    ) -> pb.ListFilesResponse:
        async with _told(context, request.tenant, request.session):
            limit = _page(request.limit)
            found, more = await self._files.listed(
                request.session, request.tenant, request.folder, request.after, limit
            )
            return pb.ListFilesResponse(entries=found, more=more)

    async def ReadFile(  # noqa: N802
        self, request: pb.ReadFileRequest, context: Context
    ) -> AsyncIterator[pb.FilePart]:
        reading = self._files.reading(
            request.session, request.tenant, request.name, request.offset, request.length
        )
        async with _told(context, request.tenant, request.session), reading as (entry, pieces):
            yield pb.FilePart(entry=entry)
            if not request.entry_only:
                async for piece in pieces:
                    yield pb.FilePart(data=piece)

    async def WriteFile(  # noqa: N802
        self, requests: AsyncIterator[pb.WriteFilePart], context: Context
    ) -> pb.Entry:
        async with _told(context):
            first = await anext(requests, None)
            if first is None or first.WhichOneof("part") != "file":
                await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "the first message must be `file`")
            file = first.file
            structlog.contextvars.bind_contextvars(tenant=file.tenant, session=file.session)
            return await self._files.write(
                file.session, file.tenant, file.name, file.mode, _whole(requests), file.policy
            )

    async def DeleteFile(self, request: pb.FileRequest, context: Context) -> pb.DeleteFileResponse:  # noqa: N802
        async with _told(context, request.tenant, request.session):
            await self._files.delete(request.session, request.tenant, request.name)
            return pb.DeleteFileResponse()


async def _whole(parts: AsyncIterator[pb.WriteFilePart]) -> AsyncIterator[bytes]:
    """What an upload consists of, if it has an end."""
    async for part in parts:
        if not part.data:
            return
        yield part.data
    raise _GivenUpError


def _page(limit: int) -> int:
    return min(limit or _PAGE, _PAGE)


@asynccontextmanager
async def _told(context: Context, tenant: str = "", session: str = "") -> AsyncIterator[None]:
    """Makes an error of a session the status that the protocol has for it. Log lines say whose it was."""
    whose = {"tenant": tenant, "session": session}
    structlog.contextvars.bind_contextvars(**{name: value for name, value in whose.items() if value})
    try:
        yield
    except LimitError as error:
        limit = (("hearth-limit", pb.Limit.Name(error.limit).lower()),)
        await context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, str(error), limit)
    except tuple(_CODES) as error:
        await context.abort(_CODES[type(error)], str(error))
