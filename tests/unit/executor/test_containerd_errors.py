"""What a containerd that misbehaves is to the executor: an error of one type, never the end of a task."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import grpc
import grpc.aio
import pytest
from google.protobuf.empty_pb2 import Empty

from executor.containerd.api import version_pb2, version_pb2_grpc
from executor.containerd.client import Containerd, ContainerdError


class _Version(version_pb2_grpc.VersionServicer):
    """Ends every call with a status, or never."""

    def __init__(self, code: grpc.StatusCode | None) -> None:
        self.called = asyncio.Event()
        self._code = code

    async def Version(  # noqa: N802
        self, request: Empty, context: grpc.aio.ServicerContext[Empty, version_pb2.VersionResponse]
    ) -> version_pb2.VersionResponse:
        self.called.set()
        if self._code is None:
            await asyncio.Event().wait()
        else:
            await context.abort(self._code, "no")
        raise AssertionError("not reached")


@asynccontextmanager
async def _served(folder: Path, version: _Version) -> AsyncIterator[Containerd]:
    server = grpc.aio.server()
    version_pb2_grpc.add_VersionServicer_to_server(version, server)
    server.add_insecure_port(f"unix://{folder}/socket")
    await server.start()
    try:
        async with Containerd(f"{folder}/socket", "hearth") as containerd:
            yield containerd
    finally:
        await server.stop(grace=None)


@pytest.mark.parametrize("code", [grpc.StatusCode.CANCELLED, grpc.StatusCode.INTERNAL])
async def test_call_that_containerd_ends_is_an_error(tmp_path: Path, code: grpc.StatusCode) -> None:
    async with _served(tmp_path, _Version(code)) as containerd:
        with pytest.raises(ContainerdError, match=code.name):
            await containerd.version()


async def test_task_that_is_cancelled_during_a_call_is_cancelled(tmp_path: Path) -> None:
    version = _Version(None)
    async with _served(tmp_path, version) as containerd:
        calling = asyncio.create_task(containerd.version())
        await version.called.wait()
        calling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await calling
