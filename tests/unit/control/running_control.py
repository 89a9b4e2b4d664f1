"""A running control plane in the test's own process, and a client for it."""

import asyncio
import io
import json
import tomllib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from scripted_executor import ScriptedExecutor
from yarl import URL

from control.service import serve
from control.settings import Settings

DEADLINE_S = 10


async def until(condition: Callable[[], bool | Awaitable[bool]], deadline_s: float = DEADLINE_S) -> None:
    """Waits for a condition that nobody announces."""
    async with asyncio.timeout(deadline_s):
        while True:
            met = condition()
            if met if isinstance(met, bool) else await met:
                return
            await asyncio.sleep(0.005)


@dataclass
class Control:
    """A running control plane, and a client with its first key."""

    url: str
    key: str
    settings: Settings
    http: aiohttp.ClientSession
    stop: asyncio.Event
    serving: asyncio.Task[None]

    async def execute(self, **body: Any) -> tuple[int, dict[str, Any]]:
        return await self.post(json.dumps(body).encode())

    async def post(self, data: Any, **headers: str) -> tuple[int, dict[str, Any]]:
        headers = {"Content-Type": "application/json"} | headers
        data = io.BytesIO(data) if isinstance(data, bytes) else data
        async with self.http.post("/v1/execute", data=data, headers=headers) as response:
            return response.status, await response.json(content_type=None)

    async def get(self, path: str) -> tuple[int, Any]:
        async with self.http.get(path) as response:
            return response.status, await response.json(content_type=None)

    def ask(self, method: str, path: str, **options: Any) -> Any:
        """A request whose path goes out exactly as it is given."""
        return self.http.request(method, URL(self.url + path, encoded=True), **options)

    async def call(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        async with self.ask(method, path, **options) as response:
            data = await response.read()
            return response.status, json.loads(data) if data else None

    async def made(self, path: str, **body: Any) -> Any:
        """What an operator's POST made."""
        status, answer = await self.call("POST", f"/v1/admin/{path}", json=body)
        assert status in (200, 201), answer
        return answer

    async def status_of(self, key: str, path: str = "/v1/runtimes") -> int:
        """What a request with this key is answered."""
        async with self.http.get(path, headers={"Authorization": f"Bearer {key}"}) as response:
            return int(response.status)

    async def until_status(self, key: str, status: int) -> None:
        async def answered() -> bool:
            return await self.status_of(key) == status

        await until(answered)

    async def ready(self) -> bool:
        return (await self.get("/readyz"))[0] == 200

    async def offers(self) -> int:
        """How many runtimes of how many executors there are, in all."""
        return sum(entry["executors"] for entry in (await self.get("/v1/runtimes"))[1])


@asynccontextmanager
async def running(home: Path, at: list[ScriptedExecutor], **fields: Any) -> AsyncIterator[Control]:
    settings = Settings(
        port=0,
        **{
            "database": f"sqlite:///{home}/control.db",
            "state_dir": home / "state",
            "executors": tuple(executor.address for executor in at),
            "executor_reconnect_max_ms": 50,
            "drain_timeout_ms": 2000,
            **fields,
        },
    )
    stop = asyncio.Event()
    url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(serve(settings, stop, url.set_result))
    try:
        async with asyncio.timeout(DEADLINE_S):
            await asyncio.wait((url, serving), return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            await serving
        credentials = home / "config/hearth/credentials.toml"
        key = tomllib.loads(credentials.read_text())["default"]["key"] if credentials.exists() else ""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        async with aiohttp.ClientSession(url.result(), headers=headers) as http:
            yield Control(url.result(), key, settings, http, stop, serving)
    finally:
        stop.set()
        async with asyncio.timeout(DEADLINE_S):
            await serving
