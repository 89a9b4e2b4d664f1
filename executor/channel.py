"""The two FIFOs to and from one agent, on the event loop.

Nothing is copied between tasks on the way of a frame: the event loop's reader callback decodes what
came and wakes whoever waits. Memory is bounded on both sides: reading stops while frames wait to be
taken, and standard input obeys the agent's window.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
from collections import deque
from pathlib import Path

from executor import frames

# One read takes at most this; a pipe holds no more.
_CHUNK = 1024 * 1024
# Reading stops while this much decoded output waits to be taken.
_BACKLOG = 4 * 1024 * 1024
_F_SETPIPE_SZ = 1031
# What is kept of an agent's own log, bytes. It says something only when it is about to die.
_LOG_TAIL = 4096


class ChannelClosedError(Exception):
    """The agent's end is gone, or sent what the protocol does not allow; `str()` says which."""


class Channel:
    """Frames to and from the agent of one sandbox."""

    def __init__(self, folder: Path) -> None:
        """Makes the FIFOs `stdin`, `stdout`, `stderr` in `folder` and opens this side of them."""
        for name in ("stdin", "stdout", "stderr"):
            os.mkfifo(folder / name, 0o600)
        flags = os.O_NONBLOCK | os.O_CLOEXEC
        # Read-write: opening a FIFO for writing alone fails while nobody reads it.
        with contextlib.ExitStack() as opened:
            self._to_agent = os.open(folder / "stdin", os.O_RDWR | flags)
            opened.callback(os.close, self._to_agent)
            self._from_agent = os.open(folder / "stdout", os.O_RDONLY | flags)
            opened.callback(os.close, self._from_agent)
            self._log = os.open(folder / "stderr", os.O_RDONLY | flags)
            # All are open: from here on `close` gives them back.
            opened.pop_all()
        for descriptor in (self._to_agent, self._from_agent):
            # A larger pipe is only faster; an operator may have capped it.
            with contextlib.suppress(OSError):
                fcntl.fcntl(descriptor, _F_SETPIPE_SZ, _CHUNK)
        self._loop = asyncio.get_running_loop()
        self._decoder = frames.Decoder()
        self._arrived: list[frames.Frame] = []
        self._arrived_bytes = 0
        self._waiter: asyncio.Future[None] | None = None
        self._outgoing: deque[memoryview] = deque()
        self._all_sent = asyncio.Event()
        self._all_sent.set()
        self._log_tail = b""
        self._reading = False
        self._open = True
        self._ended: str | None = None

    def listen(self) -> None:
        """Starts reading. Call it once the sandbox has opened its side."""
        self._loop.add_reader(self._log, self._on_log)
        self._resume()

    @property
    def ended(self) -> str | None:
        """Why nothing more will come, or None while it may."""
        return self._ended

    @property
    def log(self) -> str:
        """The end of what the agent wrote to its standard error."""
        return self._log_tail.decode(errors="replace")

    def send(self, *data: bytes) -> None:
        """Queues frames and writes what the pipe takes now. Never blocks."""
        if self._ended is not None or not data:
            return
        idle = not self._outgoing
        self._outgoing.append(memoryview(b"".join(data)))
        if idle:
            self._write()

    async def sent(self) -> None:
        """Waits until the pipe has taken everything, or nothing more is written."""
        await self._all_sent.wait()

    async def receive(self) -> list[frames.Frame]:
        """The frames that have come since the last call; waits for at least one.

        Empty when `wake` was called. Raises ChannelClosedError when nothing more will come.
        """
        if not self._arrived:
            if self._ended is not None:
                raise ChannelClosedError(self._ended)
            self._waiter = self._loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
            if not self._arrived and self._ended is not None:
                raise ChannelClosedError(self._ended)
        taken, self._arrived, self._arrived_bytes = self._arrived, [], 0
        self._resume()
        return taken

    def wake(self) -> None:
        """Makes a waiting `receive` return."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def end(self, reason: str) -> None:
        """Nothing more is read or written; a waiting `receive` raises `ChannelClosedError`."""
        if self._ended is None:
            self._ended = reason
        self._pause()
        self._all_sent.set()
        self.wake()

    def close(self) -> None:
        """Gives the descriptors back. Idempotent."""
        if not self._open:
            return
        self.end("closed")
        self._open = False
        self._loop.remove_writer(self._to_agent)
        self._loop.remove_reader(self._log)
        for descriptor in (self._to_agent, self._from_agent, self._log):
            os.close(descriptor)

    def _resume(self) -> None:
        if not self._reading and self._open and self._ended is None:
            self._reading = True
            self._loop.add_reader(self._from_agent, self._on_readable)

    def _pause(self) -> None:
        if self._reading:
            self._reading = False
            self._loop.remove_reader(self._from_agent)

    def _on_readable(self) -> None:
        try:
            data = os.read(self._from_agent, _CHUNK)
        except BlockingIOError:
            return
        if not data:
            self.end("the sandbox ended")
            return
        try:
            self._arrived += self._decoder.feed(data)
        except frames.FrameError as error:
            self.end(f"the agent broke the protocol: {error}")
            return
        self._arrived_bytes += len(data)
        if self._arrived_bytes > _BACKLOG:
            self._pause()
        if self._arrived:
            self.wake()

    def _on_log(self) -> None:
        try:
            data = os.read(self._log, 65536)
        except BlockingIOError:
            return
        if not data:
            self._loop.remove_reader(self._log)
        self._log_tail = (self._log_tail + data)[-_LOG_TAIL:]

    def _write(self) -> None:
        while self._outgoing:
            try:
                written = os.write(self._to_agent, self._outgoing[0])
            except BlockingIOError:
                self._loop.add_writer(self._to_agent, self._write)
                self._all_sent.clear()
                return
            if written == len(self._outgoing[0]):
                self._outgoing.popleft()
            else:
                self._outgoing[0] = self._outgoing[0][written:]
        self._loop.remove_writer(self._to_agent)
        self._all_sent.set()
