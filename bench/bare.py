"""A bare aiohttp handler: what no control plane on aiohttp can be faster than.

    python -m bench.bare PORT

One process with uvloop and aiohttp's parsers in C, as the control plane is. It reads and decodes the same
body and answers with JSON of the same shape and size, and knows no keys, checks, logs, metrics or executors.
"""

from __future__ import annotations

import asyncio
import sys

import orjson
import uvloop
from aiohttp import web

ANSWER = {
    "language": "python",
    "version": "3.13.5",
    "session_id": "s_bench_0123456789abcdefghijklmnop",
    "run": {
        "stdout": "hello\n",
        "stderr": "",
        "output": "hello\n",
        "code": 0,
        "signal": None,
        "status": None,
        "message": None,
        "wall_time": 9.7,
        "cpu_time": 8.1,
        "memory": 9_437_184,
        "stdout_truncated": False,
        "stderr_truncated": False,
    },
}


async def handle(request: web.Request) -> web.Response:
    orjson.loads(await request.read())
    return web.Response(body=orjson.dumps(ANSWER), content_type="application/json")


async def serve(port: int) -> None:
    app = web.Application()
    app.router.add_post("/v1/execute", handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
