"""An executor without sandboxes, behind the real gRPC API, that answers at once.

    python -m bench.prompt_executor ADDRESS [--capacity N] [--service-ms MS]

It answers as the real one does when a program's output and end come together: `started`, then all the rest
in a second message. With a service time it runs at most `capacity` programs at once and lets others wait in
the order in which they came, as the real one's pool does.

Messages are made beforehand, so that as little as possible of what is measured is its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import nullcontext
from typing import Annotated, Any

import grpc
import typer
import uvloop
from grpc import aio

from executor.api import executor_pb2 as pb

SERVICE = pb.DESCRIPTOR.services_by_name["Executor"].full_name
PYTHON = pb.Runtime(
    id="python-3.13.5", language="python", version="3.13.5", aliases=["py", "python3"], entry="main.py"
)
STARTED = pb.ExecuteOutput(events=[pb.Event(started=pb.Started(claim_us=50))]).SerializeToString()
REST = pb.ExecuteOutput(
    events=[
        pb.Event(stage_start=pb.RUN),
        pb.Event(stdout=b"hello\n"),
        pb.Event(
            stage_end=pb.StageEnd(
                stage=pb.RUN, outcome=pb.OK, code=0, wall_us=9700, cpu_us=8100, memory_bytes=9 << 20
            )
        ),
        pb.Event(kept=pb.Kept(session="s_bench_0123456789abcdefghijklmnop")),
        pb.Event(done=pb.Done(total_us=1, agent_us=1)),
    ]
).SerializeToString()
# Seconds between two reports of the load, as the real one's.
REPORT_EVERY = 0.05


class PromptExecutor:
    def __init__(self, capacity: int, service_s: float) -> None:
        self._capacity = capacity
        self._service_s = service_s
        self._slots = asyncio.Semaphore(capacity) if service_s else nullcontext()
        self._inside = 0

    async def execute(self, _: Any, context: Any) -> None:
        while (await context.read()) is not aio.EOF:
            self._inside += 1
            try:
                async with self._slots:
                    await context.write(STARTED)
                    if self._service_s:
                        await asyncio.sleep(self._service_s)
            finally:
                self._inside -= 1
            await context.write(REST)

    async def list_runtimes(self, request: object, context: object) -> pb.ListRuntimesResponse:
        return pb.ListRuntimesResponse(runtimes=[PYTHON], executor="bench")

    async def watch_status(self, request: object, context: object) -> AsyncIterator[pb.Status]:
        while True:
            running = min(self._inside, self._capacity)
            waiting = self._inside - running
            yield pb.Status(
                warm={PYTHON.id: self._capacity - running},
                running=running,
                waiting=waiting,
                capacity=self._capacity,
            )
            await asyncio.sleep(REPORT_EVERY)

    async def serve(self, address: str) -> None:
        server = aio.server()
        handlers: dict[str, grpc.RpcMethodHandler[Any, Any]] = {
            # As bytes: nothing is made of a program, and the answers are made already.
            "Execute": grpc.stream_stream_rpc_method_handler(self.execute),
            "ListRuntimes": grpc.unary_unary_rpc_method_handler(
                self.list_runtimes, response_serializer=pb.ListRuntimesResponse.SerializeToString
            ),
            "WatchStatus": grpc.unary_stream_rpc_method_handler(
                self.watch_status, response_serializer=pb.Status.SerializeToString
            ),
        }
        server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(SERVICE, handlers)])
        server.add_insecure_port(address)
        await server.start()
        await server.wait_for_termination()


def main(
    address: str,
    capacity: Annotated[int, typer.Option(min=1)] = 1000,
    service_ms: Annotated[float, typer.Option(min=0)] = 0,
) -> None:
    async def serve() -> None:
        await PromptExecutor(capacity, service_ms / 1000).serve(address)

    uvloop.run(serve())


if __name__ == "__main__":
    typer.run(main)
