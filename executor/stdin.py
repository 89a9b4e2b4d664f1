"""A program's standard input on its way to the agent, never faster than the agent's window allows."""

from __future__ import annotations

import asyncio

from executor import frames


class Stdin:
    """Gathers standard input until its stage begins, then gives it out as frames."""

    def __init__(self, data: bytes, *, complete: bool, window: int) -> None:
        """`window` is how many bytes may be on their way at once."""
        self._data = bytearray(data)
        self._complete = complete
        self._window = window
        self._most = window
        self._open = False
        self._room = asyncio.Event()

    def feed(self, data: bytes) -> None:
        self._data += data

    def end(self) -> None:
        """No more will come."""
        self._complete = True

    def open(self) -> None:
        """The stage that reads it begins."""
        self._open = True

    def credit(self, size: int) -> None:
        """The program has taken so many bytes."""
        self._window += size

    def take(self) -> list[bytes]:
        """The frames that may be sent now, with the end of file when that was all."""
        parts: list[bytes] = []
        if not self._open:
            return parts
        while self._data and self._window:
            part = bytes(self._data[: min(self._window, frames.MAX_PAYLOAD)])
            del self._data[: len(part)]
            self._window -= len(part)
            parts.append(frames.stdin(part))
        if len(self._data) <= self._most:
            self._room.set()
        if self._complete and not self._data:
            self._open = False
            parts.append(frames.STDIN_EOF)
        return parts

    async def has_room(self) -> None:
        """Waits until no more than a window is left here: whoever feeds it must not outrun the program."""
        while len(self._data) > self._most:
            self._room.clear()
            await self._room.wait()
