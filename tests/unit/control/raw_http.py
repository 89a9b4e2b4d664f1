"""HTTP as bytes, for requests that no client's library would send."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

DEADLINE_S = 30


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def problem(self) -> dict[str, Any]:
        assert self.headers["content-type"] == "application/problem+json", self
        problem: dict[str, Any] = json.loads(self.body)
        assert problem["status"] == self.status
        assert problem.keys() == {"type", "title", "status", "detail", "message"}
        assert len(problem["detail"]) <= 1_001
        return problem


class Wire:
    """A connection. What has come is kept, also when the other side resets the connection after it."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._loop = asyncio.get_running_loop()
        self._come = b""

    async def send(self, data: bytes) -> None:
        await self._loop.sock_sendall(self._socket, data)

    async def answer(self) -> Answer:
        async with asyncio.timeout(DEADLINE_S):
            while b"\r\n\r\n" not in self._come:
                await self._more()
            head, _, self._come = self._come.partition(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").split("\r\n")
            fields = [line.partition(":") for line in lines]
            headers = {name.lower(): value.strip() for name, _, value in fields}
            assert len(headers) == len(lines)
            size = int(headers.get("content-length", 0))
            while len(self._come) < size:
                await self._more()
        body, self._come = self._come[:size], self._come[size:]
        return Answer(int(first.split()[1]), headers, body)

    async def closed(self) -> bool:
        """Waits until the other side closes. False when there is something else before."""
        async with asyncio.timeout(DEADLINE_S):
            try:
                return await self._loop.sock_recv(self._socket, 1) == b""
            except ConnectionError:
                return True

    async def _more(self) -> None:
        data = await self._loop.sock_recv(self._socket, 1 << 16)
        if not data:
            raise ConnectionResetError("no whole answer has come")
        self._come += data


@asynccontextmanager
async def wire(url: str) -> AsyncIterator[Wire]:
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as connected:
        connected.setblocking(False)
        yield Wire(connected)


async def asked(url: str, *pieces: bytes) -> Answer:
    """What the answer is to these bytes, whether they are taken or not."""
    async with wire(url) as opened:
        with suppress(ConnectionError):
            for piece in pieces:
                await opened.send(piece)
        return await opened.answer()
