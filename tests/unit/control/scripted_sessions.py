"""Sessions and files that are only held in memory, and calls that fail when a test says so."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

import grpc

from executor.api import executor_pb2 as pb
from executor.api import executor_pb2_grpc as pb_grpc

# The moment that everything in these sessions happened at.
AT_MS = 1_700_000_000_123
PIECE_BYTES = 64 << 10


@dataclass
class Held:
    """A session and its files."""

    tenant: str
    session: pb.Session
    entries: dict[bytes, pb.Entry] = field(default_factory=dict)
    contents: dict[bytes, bytes] = field(default_factory=dict)

    def put(self, name: bytes, content: bytes = b"", **fields: Any) -> None:
        self.contents[name] = content
        self.entries[name] = pb.Entry(
            **{
                "name": name,
                "size": len(content),
                "mode": 0o644,
                "mtime_ns": AT_MS * 1_000_000 + 456_789,
                **fields,
            }
        )


@dataclass
class Failure:
    code: grpc.StatusCode
    details: str = "secret internals"
    limit: str = ""


class ScriptedSessions(pb_grpc.ExecutorServicer):
    def __init__(self, name: str) -> None:
        self.name = name
        self.sessions: dict[str, Held] = {}
        # By the call's name: how it fails, instead of what it would do.
        self.failures: dict[str, Failure] = {}
        # All requests about sessions and files, and the first message of each upload.
        self.asked: list[Any] = []
        self.page_max = 1_000
        # Of uploads: bytes that came; and what to wait for before each of their pieces, and to fail at.
        self.received = 0
        self.take_piece = asyncio.Event()
        self.take_piece.set()
        self.room: int | None = None
        self.uploads = 0
        self.downloads = 0
        # Of downloads: how long each piece takes; and after how many bytes they fail.
        self.pause_s = 0.0
        self.lost_at: int | None = None

    def hold(self, rest: str, tenant: str = "default", **fields: Any) -> Held:
        id_ = f"s_{self.name}_{rest}"
        moments = {"created_ms": AT_MS, "used_ms": AT_MS + 1_000, "expires_ms": AT_MS + 601_000}
        session = pb.Session(**{"id": id_, "idle_timeout_ms": 600_000, **moments, **fields})
        self.sessions[id_] = Held(tenant, session)
        return self.sessions[id_]

    async def _asked(self, call: str, request: Any, context: Any) -> None:
        self.asked.append(request)
        if call in self.failures:
            await fail(context, self.failures[call])

    async def _held(self, request: Any, context: Any) -> Held:
        held = self.sessions.get(request.session)
        if held is None or held.tenant != request.tenant:
            await context.abort(grpc.StatusCode.NOT_FOUND, "no such session")
        assert held is not None
        return held

    async def _entry(self, held: Held, name: bytes, context: Any) -> pb.Entry:
        if name not in held.entries:
            await context.abort(grpc.StatusCode.NOT_FOUND, "no such file")
        return held.entries[name]

    async def CreateSession(self, request: pb.CreateSessionRequest, context: Any) -> pb.Session:  # noqa: N802
        await self._asked("CreateSession", request, context)
        number = f"made{len(self.sessions)}"
        fields = {"idle_timeout_ms": request.policy.idle_timeout_ms, "env": dict(request.env)}
        return self.hold(number, request.tenant, **fields).session

    async def GetSession(self, request: pb.SessionRequest, context: Any) -> pb.Session:  # noqa: N802
        await self._asked("GetSession", request, context)
        return (await self._held(request, context)).session

    async def ListSessions(  # noqa: N802
        self, request: pb.ListSessionsRequest, context: Any
    ) -> pb.ListSessionsResponse:
        await self._asked("ListSessions", request, context)
        held = [self.sessions[id_] for id_ in sorted(self.sessions) if id_ > request.after]
        own = [one.session for one in held if one.tenant == request.tenant]
        most = min(request.limit, self.page_max)
        return pb.ListSessionsResponse(sessions=own[:most], more=len(own) > most)

    async def DeleteSession(  # noqa: N802
        self, request: pb.SessionRequest, context: Any
    ) -> pb.DeleteSessionResponse:
        await self._asked("DeleteSession", request, context)
        await self._held(request, context)
        del self.sessions[request.session]
        return pb.DeleteSessionResponse()

    async def ForkSession(self, request: pb.ForkSessionRequest, context: Any) -> pb.Session:  # noqa: N802
        await self._asked("ForkSession", request, context)
        original = (await self._held(request, context)).session
        idle_timeout_ms = request.policy.idle_timeout_ms or original.idle_timeout_ms
        fields = {"env": dict(original.env), "idle_timeout_ms": idle_timeout_ms}
        return self.hold(f"fork{len(self.sessions)}", request.tenant, **fields).session

    async def ListFiles(self, request: pb.ListFilesRequest, context: Any) -> pb.ListFilesResponse:  # noqa: N802
        await self._asked("ListFiles", request, context)
        held = await self._held(request, context)
        below = request.folder + b"/" if request.folder else b""
        entries = [
            held.entries[name]
            for name in sorted(held.entries)
            if name > request.after and name.startswith(below)
        ]
        return pb.ListFilesResponse(entries=entries[: request.limit], more=len(entries) > request.limit)

    async def ReadFile(self, request: pb.ReadFileRequest, context: Any) -> AsyncIterator[pb.FilePart]:  # noqa: N802
        await self._asked("ReadFile", request, context)
        held = await self._held(request, context)
        entry = await self._entry(held, request.name, context)
        content = held.contents[request.name]
        if request.offset > len(content):
            await context.abort(grpc.StatusCode.OUT_OF_RANGE, "beyond the end")
        self.downloads += 1
        try:
            yield pb.FilePart(entry=entry)
            if not request.entry_only:
                start = request.offset if request.offset >= 0 else max(len(content) + request.offset, 0)
                stop = start + request.length if request.length else len(content)
                sent = 0
                for at in range(start, min(stop, len(content)), PIECE_BYTES):
                    if self.lost_at is not None and sent >= self.lost_at:
                        await context.abort(grpc.StatusCode.ABORTED, "secret internals")
                    await asyncio.sleep(self.pause_s)
                    piece = content[at : min(at + PIECE_BYTES, stop)]
                    sent += len(piece)
                    yield pb.FilePart(data=piece)
        finally:
            self.downloads -= 1

    async def WriteFile(self, request_iterator: Any, context: Any) -> pb.Entry:  # noqa: N802
        self.uploads += 1
        try:
            return await self._write(context)
        finally:
            self.uploads -= 1

    async def _write(self, context: Any) -> pb.Entry:
        head = (await context.read()).file
        await self._asked("WriteFile", head, context)
        held = await self._held(head, context)
        content = bytearray()
        whole = False
        while isinstance(part := await context.read(), pb.WriteFilePart):
            content += part.data
            whole = not part.data
            self.received = len(content)
            if self.room is not None and len(content) > self.room:
                limit = Failure(grpc.StatusCode.RESOURCE_EXHAUSTED, "the session is full", "session_bytes")
                await fail(context, limit)
            await self.take_piece.wait()
        if not whole:
            await context.abort(grpc.StatusCode.CANCELLED, "the caller left")
        held.put(head.name, bytes(content))
        return held.entries[head.name]

    async def DeleteFile(self, request: pb.FileRequest, context: Any) -> pb.DeleteFileResponse:  # noqa: N802
        await self._asked("DeleteFile", request, context)
        held = await self._held(request, context)
        await self._entry(held, request.name, context)
        for name in list(held.entries):
            if name == request.name or name.startswith(request.name + b"/"):
                del held.entries[name], held.contents[name]
        return pb.DeleteFileResponse()


async def fail(context: Any, failure: Failure) -> NoReturn:
    if failure.limit:
        context.set_trailing_metadata((("hearth-limit", failure.limit),))
    await context.abort(failure.code, failure.details)
    raise AssertionError
