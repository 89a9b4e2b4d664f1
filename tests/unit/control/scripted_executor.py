"""An executor that does what a test's script says, behind the real gRPC API."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
from grpc import aio
from scripted_sessions import ScriptedSessions

from executor.api import executor_pb2 as pb
from executor.api import executor_pb2_grpc as pb_grpc

Script = Callable[[pb.Start, Any], AsyncIterator[pb.ExecuteOutput]]

PYTHON = pb.Runtime(
    id="python-3.13.5", language="python", version="3.13.5", aliases=["py", "python3"], entry="main.py"
)
PYTHON_OLD = pb.Runtime(
    id="python-3.12.1", language="python", version="3.12.1", aliases=["py", "python3"], entry="main.py"
)
C = pb.Runtime(
    id="c-13.3.0", language="c", version="13.3.0", runtime="gcc", compiled=True, entry="main.c", notes="C17"
)


def event(**fields: Any) -> pb.Event:
    return pb.Event(**fields)


def sent(*events: pb.Event) -> pb.ExecuteOutput:
    return pb.ExecuteOutput(events=events)


def started() -> pb.Event:
    return event(started=pb.Started(claim_us=50))


def end(stage: Any = pb.RUN, outcome: Any = pb.OK, code: int | None = 0, **fields: Any) -> pb.Event:
    return event(stage_end=pb.StageEnd(stage=stage, outcome=outcome, code=code, **fields))


def kept(session: str = "s_one_new", **fields: Any) -> pb.Event:
    return event(kept=pb.Kept(session=session, **fields))


def done() -> pb.Event:
    return event(done=pb.Done(total_us=1200, agent_us=1000, go_us=100, settle_us=200))


def script(*outputs: pb.ExecuteOutput) -> Script:
    async def play(start: pb.Start, context: Any) -> AsyncIterator[pb.ExecuteOutput]:
        for output in outputs:
            yield output

    return play


def run(*events: pb.Event) -> Script:
    """A run that is started and ends well, with these events in between."""
    return script(sent(started(), event(stage_start=pb.RUN)), sent(*events, kept(), done()))


def fails(code: grpc.StatusCode, *before: pb.ExecuteOutput, details: str = "secret internals") -> Script:
    async def play(start: pb.Start, context: Any) -> AsyncIterator[pb.ExecuteOutput]:
        for output in before:
            yield output
        await context.abort(code, details)

    return play


HELLO = run(event(stdout=b"hello\n"), end(wall_us=1500, cpu_us=1001, memory_bytes=4096))


class ScriptedExecutor(ScriptedSessions):
    def __init__(
        self,
        address: str,
        runtimes: list[pb.Runtime] | None = None,
        play: Script = HELLO,
        name: str = "one",
    ) -> None:
        super().__init__(name)
        self.address = address
        self.runtimes = [PYTHON, PYTHON_OLD, C] if runtimes is None else runtimes
        self.play = play
        self.starts: list[pb.Start] = []
        self.running = 0
        self.lines = 0
        self.open_lines = 0
        self.cancelled = asyncio.Event()
        self._status = pb.Status(warm={runtime.id: 1 for runtime in self.runtimes}, capacity=4)
        self._changed = asyncio.Event()
        self._server: aio.Server | None = None

    async def start(self) -> None:
        self._server = aio.server(options=[("grpc.max_receive_message_length", 64 << 20)])
        pb_grpc.add_ExecutorServicer_to_server(self, self._server)
        self._server.add_insecure_port(self.address)
        await self._server.start()

    async def stop(self) -> None:
        if self._server is not None:
            await self._server.stop(0)
            self._server = None

    def report(self, **fields: Any) -> None:
        self._status = pb.Status(**fields)
        self._changed.set()
        self._changed = asyncio.Event()

    async def Execute(self, request_iterator: Any, context: Any) -> AsyncIterator[pb.ExecuteOutput]:  # noqa: N802
        self.lines += 1
        self.open_lines += 1
        try:
            while isinstance(first := await context.read(), pb.ExecuteInput):
                assert first.start.stdin_complete
                self.starts.append(first.start)
                async for output in self._play(first.start, context):
                    yield output
        finally:
            self.open_lines -= 1

    async def _play(self, start: pb.Start, context: Any) -> AsyncIterator[pb.ExecuteOutput]:
        self.running += 1
        try:
            async for output in self.play(start, context):
                yield output
        except asyncio.CancelledError:
            self.cancelled.set()
            raise
        finally:
            self.running -= 1

    async def ListRuntimes(self, request: Any, context: Any) -> pb.ListRuntimesResponse:  # noqa: N802
        return pb.ListRuntimesResponse(runtimes=self.runtimes, executor=self.name)

    async def WatchStatus(self, request: Any, context: Any) -> AsyncIterator[pb.Status]:  # noqa: N802
        while True:
            changed = self._changed
            yield self._status
            await changed.wait()

    async def Drain(self, request: Any, context: Any) -> pb.DrainResponse:  # noqa: N802
        return pb.DrainResponse()
