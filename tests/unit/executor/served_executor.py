"""The executor's real gRPC service, over one sandbox with a scripted agent in the place of gVisor."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import grpc
import grpc.aio
from claimed_sandbox import FakeCgroup, claimed_sandbox
from fake_agent import FakeAgent
from runtimes import COMPILED, runtime

from executor.api import executor_pb2 as pb
from executor.api import executor_pb2_grpc
from executor.api.service import ExecutorService
from executor.api.status import StatusBoard
from executor.pool import NoSandboxError
from executor.sandbox import Sandbox
from executor.sessions.ids import Ids
from executor.sessions.sessions import Sessions
from executor.sessions.store import Store
from executor.settings import Settings

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

Call = grpc.aio.StreamStreamCall[pb.ExecuteInput, pb.ExecuteOutput]

# Seconds for what takes milliseconds on a quiet machine.
PATIENCE = 10.0

C = runtime(
    "c",
    "13.3.0",
    **COMPILED,
    aliases=["cc"],
    runtime="gcc",
    notes="C17",
    limits={"run_timeout": 1000, "compile_timeout": 2000, "run_memory": 3000, "compile_memory": 4000},
)
PYTHON = runtime()


@dataclass
class OneSandbox:
    """Stands for the pool: has one sandbox, or says why not, and remembers what became of it."""

    sandbox: Sandbox | None
    claims: list[tuple[str, str, bool, float]] = field(default_factory=list)
    released: asyncio.Queue[bool] = field(default_factory=asyncio.Queue)
    draining: bool = False
    drained: list[float] = field(default_factory=list)

    async def claim(self, runtime: str, tenant: str, *, fresh: bool, timeout: float, session: str) -> Sandbox:
        self.claims.append((runtime, tenant, fresh, timeout))
        if self.sandbox is None:
            raise NoSandboxError("none here")
        return self.sandbox

    def release(self, sandbox: Sandbox, *, reusable: bool, pin: bool) -> None:
        assert sandbox is self.sandbox
        self.released.put_nowait(reusable)

    def pinned(self, session: str) -> Sandbox | None:
        return None

    def unpin(self, session: str, *, destroy: bool = False) -> None:
        pass

    async def drain(self, timeout: float) -> int:
        self.draining = True
        self.drained.append(timeout)
        return 3


@dataclass
class Served:
    stub: "executor_pb2_grpc.ExecutorAsyncStub"
    pool: OneSandbox
    agent: FakeAgent
    board: StatusBoard
    status: pb.Status

    def execute(self, *inputs: pb.ExecuteInput) -> Call:
        """A call whose caller says this and no more."""

        async def said() -> AsyncIterator[pb.ExecuteInput]:
            for one in inputs:
                yield one

        return self.stub.Execute(said())

    async def released(self) -> bool:
        """Whether the sandbox that is given back next may be used again."""
        async with asyncio.timeout(PATIENCE):
            return await self.pool.released.get()


@asynccontextmanager
async def serving(folder: Path, tracer: "Tracer | None" = None) -> AsyncIterator[Served]:
    settings = Settings(output_limit=777, claim_timeout=4.5)
    runtimes = {one.id: one for one in (PYTHON, C)}
    with claimed_sandbox(folder, PYTHON, settings, FakeCgroup()) as (sandbox, agent):
        pool, status = OneSandbox(sandbox), pb.Status(capacity=1)
        board = StatusBoard(lambda: pb.Status.FromString(status.SerializeToString()))
        server = grpc.aio.server()
        sessions = Sessions(Ids("here", b"secret"), Store(folder / "sessions", 1 << 30), pool, settings)
        service = ExecutorService(cast(Any, pool), runtimes, board, sessions, settings, tracer)
        executor_pb2_grpc.add_ExecutorServicer_to_server(service, server)
        server.add_insecure_port(f"unix:{folder}/s")
        await server.start()
        try:
            async with asyncio.timeout(PATIENCE), grpc.aio.insecure_channel(f"unix:{folder}/s") as channel:
                stub = executor_pb2_grpc.ExecutorStub(channel)
                yield Served(stub, pool, agent, board, status)
        finally:
            await server.stop(0)


def start(**fields: Any) -> pb.ExecuteInput:
    given: dict[str, Any] = {
        "tenant": "t",
        "runtime": PYTHON.id,
        "files": [pb.File(name="main.py", content=b"x")],
        "stdin_complete": True,
        **fields,
    }
    return pb.ExecuteInput(start=pb.Start(**given))
