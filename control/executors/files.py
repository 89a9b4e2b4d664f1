"""The calls about the files of a session. What they carry is passed on piece by piece, never held whole."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from grpc import StatusCode, aio

from control.executors.client import ExecutorClient
from control.executors.ending import Ending
from control.executors.fleet import Fleet
from control.executors.refusal import session_error, told
from control.settings import Settings
from executor.api import executor_pb2 as pb


@dataclass(frozen=True, slots=True)
class FileName:
    """A file, folder or link in a session's workspace."""

    tenant: str
    session: str
    name: bytes


class Reading:
    """A file that is being read."""

    def __init__(
        self, executor: ExecutorClient, call: aio.UnaryStreamCall[pb.ReadFileRequest, pb.FilePart]
    ) -> None:
        self.entry = pb.Entry()
        self._executor = executor
        self._call = call

    async def begin(self) -> None:
        part = await self._part()
        if part is None or part.WhichOneof("part") != "entry":
            raise session_error(self._executor, StatusCode.INTERNAL, "the first part has no entry")
        self.entry = part.entry

    async def piece(self) -> bytes:
        """The next bytes; empty at the end."""
        part = await self._part()
        while part is not None and not part.data:
            part = await self._part()
        return b"" if part is None else part.data

    async def _part(self) -> pb.FilePart | None:
        with told(self._executor):
            part = await self._call.read()
        return part if isinstance(part, pb.FilePart) else None


class Files:
    def __init__(self, fleet: Fleet, settings: Settings) -> None:
        self._fleet = fleet
        turn_s = (settings.session_turn_timeout_ms + settings.call_margin_ms) / 1000
        self._list_s = settings.call_margin_ms / 1000
        self._delete_s = turn_s
        self._read_s = (settings.file_transfer_timeout_ms + settings.call_margin_ms) / 1000
        self._write_s = settings.file_transfer_timeout_ms / 1000 + turn_s

    async def list(self, folder: FileName, after: bytes, limit: int) -> pb.ListFilesResponse:
        executor = self._fleet.holder_of(folder.session)
        request = pb.ListFilesRequest(
            tenant=folder.tenant, session=folder.session, folder=folder.name, after=after, limit=limit
        )
        with executor.calling() as stub, told(executor):
            return await stub.ListFiles(request, timeout=self._list_s)

    async def delete(self, file: FileName) -> None:
        executor = self._fleet.holder_of(file.session)
        request = pb.FileRequest(tenant=file.tenant, session=file.session, name=file.name)
        with executor.calling() as stub, told(executor):
            await stub.DeleteFile(request, timeout=self._delete_s)

    @asynccontextmanager
    async def read(
        self, file: FileName, offset: int = 0, length: int = 0, *, entry_only: bool = False
    ) -> AsyncIterator[Reading]:
        """The reading has its entry when it is handed out. Leaving ends it, whatever was read of it."""
        executor = self._fleet.holder_of(file.session)
        request = pb.ReadFileRequest(
            tenant=file.tenant,
            session=file.session,
            name=file.name,
            offset=offset,
            length=length,
            entry_only=entry_only,
        )
        with executor.calling() as stub:
            call = stub.ReadFile(request, timeout=self._read_s)
            try:
                reading = Reading(executor, call)
                await reading.begin()
                yield reading
            finally:
                call.cancel()

    async def write(
        self, file: FileName, policy: pb.SessionPolicy, next_piece: Callable[[], Awaitable[bytes]]
    ) -> pb.Entry:
        """Writes pieces until an empty one comes. If that fails, or `next_piece` does, nothing is written."""
        executor = self._fleet.holder_of(file.session)
        head = pb.WriteFile(tenant=file.tenant, session=file.session, name=file.name, policy=policy)
        with executor.calling() as stub, told(executor):
            call = stub.WriteFile(timeout=self._write_s)
            ending = Ending(call)
            try:
                await call.write(pb.WriteFilePart(file=head))
                while piece := await next_piece():
                    await call.write(pb.WriteFilePart(data=piece))
                # An executor may take a call that is cancelled for one that has ended well: grpc.aio tells of
                # the end before it tells of the cancelling. Only the true end has an empty part before it.
                await call.write(pb.WriteFilePart(data=b""))
                await call.done_writing()
                return await call
            except (aio.AioRpcError, asyncio.InvalidStateError):
                status = await ending.status()
                raise session_error(executor, status.code, status.details, status.trailing) from None
            finally:
                call.cancel()
