"""The other end of a channel: an agent that does what a test tells it, over the real FIFOs."""

import asyncio
import os
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import agent_wire as wire


class FakeAgent:
    """Reads nothing and says nothing unless it is told to."""

    def __init__(self, folder: Path) -> None:
        self._in = os.open(folder / "stdin", os.O_RDONLY | os.O_NONBLOCK)
        self._out = os.open(folder / "stdout", os.O_WRONLY | os.O_NONBLOCK)
        self._log = os.open(folder / "stderr", os.O_WRONLY | os.O_NONBLOCK)
        self._unread = b""
        self._open = True
        # The SAVEs of the workspace, which every run stage brings along; kept apart from the other frames.
        self.saves: list[bytes] = []
        self._saved = 0
        # A stage that runs keeps a SAVE waiting.
        self._stage_runs = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends, as when the sandbox dies."""
        if self._open:
            self._open = False
            for descriptor in (self._in, self._out, self._log):
                os.close(descriptor)

    def log(self, text: bytes) -> None:
        os.write(self._log, text)

    def say(self, *frames: bytes) -> None:
        """Sends what is small enough for the pipe to take at once."""
        data = b"".join(frames)
        assert os.write(self._out, data) == len(data)
        if any(one[4:5] and one[4] in (wire.EXIT, wire.ERROR) for one in frames):
            self._stage_runs = False

    async def pour(self, data: bytes) -> None:
        """Sends what may be more than the pipe takes."""
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(self._out, rest) :]
            except BlockingIOError:
                await self._ready(self._out, writing=True)

    def fill(self, data: bytes) -> int:
        """Sends as much as the pipe takes now; how much that was."""
        written = 0
        try:
            while written < len(data):
                written += os.write(self._out, data[written:])
        except BlockingIOError:
            pass
        return written

    async def next(self) -> tuple[int, bytes]:
        """The next frame from the executor."""
        while True:
            while (found := self._take()) is None:
                await self._ready(self._in)
                self._unread += os.read(self._in, 65536)
            if not self._asks_for_workspace(*found):
                return found

    async def expect(self, kind: int) -> bytes:
        """The payload of the next frame, which must be of this type."""
        found, payload = await self.next()
        assert found == kind, f"{found:#x} came instead of {kind:#x}"
        return payload

    async def started(self) -> wire.Started:
        """The next START, and past what comes before it."""
        while True:
            kind, payload = await self.next()
            if kind == wire.START:
                return wire.Started.read(payload)

    def pending(self) -> list[tuple[int, bytes]]:
        """All that has been sent by now and was not read yet."""
        try:
            while data := os.read(self._in, 1 << 20):
                self._unread += data
        except BlockingIOError:
            pass
        found, self._unread = list(wire.split(self._unread)), b""
        return [one for one in found if not self._asks_for_workspace(*one)]

    async def leave_nothing(self, running: asyncio.Future[Any]) -> None:
        """Answers that the workspace is empty, as often as it is asked for that while something runs."""
        while not running.done() and self._open:
            self.pending()
            if not self._stage_runs:
                self.say(*[wire.saved()] * (len(self.saves) - self._saved))
                self._saved = len(self.saves)
            more = asyncio.create_task(self._ready(self._in))
            await asyncio.wait({running, more}, return_when=asyncio.FIRST_COMPLETED)
            more.cancel()

    def _take(self) -> tuple[int, bytes] | None:
        if len(self._unread) < 5:
            return None
        end = 5 + int.from_bytes(self._unread[:4], "little")
        if len(self._unread) < end:
            return None
        ((kind, payload),) = wire.split(self._unread[:end])
        self._unread = self._unread[end:]
        return kind, payload

    def _asks_for_workspace(self, kind: int, payload: bytes) -> bool:
        self._stage_runs |= kind == wire.START
        asks = kind == wire.SAVE and payload[0] == wire.WORKSPACE
        if asks:
            self.saves.append(payload)
        return asks

    async def _ready(self, descriptor: int, *, writing: bool = False) -> None:
        loop = asyncio.get_running_loop()
        ready = loop.create_future()
        add, remove = (
            (loop.add_writer, loop.remove_writer) if writing else (loop.add_reader, loop.remove_reader)
        )
        add(descriptor, lambda: None if ready.done() else ready.set_result(None))
        try:
            await ready
        finally:
            remove(descriptor)
