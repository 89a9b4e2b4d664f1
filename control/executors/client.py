"""One executor: its connection, what it has, and how it is doing.

`run` owns the connection. It asks for the runtimes, then follows the status for as long as the executor
streams it, and starts over when the stream breaks. gRPC reconnects by itself; the pause here only keeps
an executor that answers with errors from being asked in a tight loop.
"""

import asyncio
import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import structlog
from grpc import aio

from control.executors import cancellation
from control.executors.channel import open_channel
from control.executors.lines import Line, Lines
from control.settings import Settings
from executor.api import executor_pb2 as pb
from executor.api import executor_pb2_grpc as pb_grpc

log = structlog.get_logger()

EXECUTE = f"/{pb.DESCRIPTOR.services_by_name['Executor'].full_name}/Execute"
FIRST_PAUSE_S = 0.05
# One program waits at an executor for this many that run there. What comes after one that ended is there
# then, and need not be called for first.
AHEAD = 8


class ExecutorClient:
    def __init__(
        self, address: str, settings: Settings, changed: Callable[[], None], told: Callable[[], None]
    ) -> None:
        """`changed` is called when what it has is another, or whether it is there; `told` at each status."""
        self.address = address
        # Its own, which the ids of its sessions have in them; None until it was heard.
        self.name: str | None = None
        self.runtimes: tuple[pb.Runtime, ...] = ()
        self.connected = False
        self.draining = False
        self.warm: dict[str, int] = {}
        # What it said last.
        self.status = pb.Status()
        self.in_flight = 0
        self._calls = 0
        self._load = 0.0
        self._capacity = 1
        self._known: set[str] = set()
        self._changed = changed
        self._told = told
        self._pause_max_s = settings.executor_reconnect_max_ms / 1000
        self._retired = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._channel = open_channel(address, settings)
        self._stub = pb_grpc.ExecutorStub(self._channel)
        self._lines = Lines(self._open_line)

    def _open_line(self) -> Line:
        execute: aio.StreamStreamMultiCallable[bytes, pb.ExecuteOutput] = self._channel.stream_stream(
            EXECUTE, response_deserializer=pb.ExecuteOutput.FromString
        )
        return execute()

    @property
    def ready(self) -> bool:
        """Whether it may be given work."""
        return self.connected and not self.draining

    @property
    def places(self) -> int:
        """How many programs it is given at once: as many as it runs, and a few that it can begin with as soon
        as one of those ends.
        """
        return self._capacity + -(-self._capacity // AHEAD)

    @property
    def load(self) -> float:
        """How much of its capacity is in use, as the executor said last, or as we know ourselves since."""
        return max(self._load, self.in_flight / self._capacity)

    def begin(self) -> Line:
        """A line for one program, which goes back to `end`."""
        self.in_flight += 1
        self._idle.clear()
        return self._lines.take()

    def end(self, line: Line, *, reusable: bool) -> None:
        """Takes a line back. One that is of no more use is ended, and with it a program that still runs."""
        if reusable and self.ready:
            self._lines.give_back(line)
        else:
            line.cancel()
        self.in_flight -= 1
        self._settle()

    @contextmanager
    def calling(self) -> Iterator["pb_grpc.ExecutorAsyncStub"]:
        """For calls other than programs. The connection stays until they have ended."""
        self._calls += 1
        self._idle.clear()
        try:
            yield self._stub
        finally:
            self._calls -= 1
            self._settle()

    def _settle(self) -> None:
        if self.in_flight == self._calls == 0:
            self._idle.set()

    def retire(self) -> None:
        """Takes no more work: `run` returns when what runs there has ended."""
        self._retired.set()

    async def run(self) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                following = tasks.create_task(self._follow())
                await self._retired.wait()
                following.cancel()
                await self._idle.wait()
        finally:
            self._lines.close()
            await self._channel.close()

    async def _follow(self) -> None:
        pause_s = FIRST_PAUSE_S
        try:
            while True:
                try:
                    await self._list_runtimes(wait_for_ready=True)
                    watch = self._stub.WatchStatus(pb.WatchStatusRequest())
                    async for status in watch:
                        pause_s = FIRST_PAUSE_S
                        await self._take(status)
                    reason = "the executor ended its status"
                except aio.AioRpcError as error:
                    reason = f"{error.code().name}: {error.details()}"
                except asyncio.CancelledError:
                    if cancellation.is_ours():
                        raise
                    reason = "the executor cancelled the call"
                if self.connected:
                    log.warning("executor disconnected", executor=self.address, reason=reason)
                self._disconnected()
                # Jitter, so that control planes do not return to a restarted executor in step.
                await asyncio.sleep(pause_s * random.uniform(0.5, 1))  # noqa: S311
                pause_s = min(pause_s * 2, self._pause_max_s)
        finally:
            self._disconnected()

    async def _list_runtimes(self, *, wait_for_ready: bool = False) -> None:
        answer = await self._stub.ListRuntimes(pb.ListRuntimesRequest(), wait_for_ready=wait_for_ready)
        self.name = answer.executor
        self.runtimes = tuple(answer.runtimes)
        self._known = {runtime.id for runtime in self.runtimes}
        self._changed()

    async def _take(self, status: pb.Status) -> None:
        if self._names_unknown(status.warm):
            # It got a new runtime since it was asked.
            await self._list_runtimes()
            self._known.update(status.warm)
        self.status = status
        self.warm = dict(status.warm)
        self.draining = status.draining
        if self.draining:
            self._lines.close()
        self._capacity = max(status.capacity, 1)
        self._load = (status.running + status.waiting) / self._capacity
        if not self.connected:
            self.connected = True
            log.info("executor connected", executor=self.address, runtimes=sorted(self._known))
            self._changed()
        else:
            self._told()

    def _names_unknown(self, runtimes: Iterable[str]) -> bool:
        return any(runtime not in self._known for runtime in runtimes)

    def _disconnected(self) -> None:
        self._lines.close()
        if self.connected:
            self.connected = False
            self.warm = {}
            self._changed()
