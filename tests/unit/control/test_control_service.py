import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tomllib
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest
from running_control import Control, until
from scripted_executor import PYTHON, C, ScriptedExecutor, done, end, event, sent, started

from control.executors.fleet import Fleet
from control.settings import Settings
from executor.api import executor_pb2 as pb

ROOT = Path(__file__).parents[3]


async def test_health_is_public_and_readiness_needs_an_executor(start_control: Any) -> None:
    control = await start_control()
    async with aiohttp.ClientSession(control.url) as http:
        async with http.get("/healthz") as response:
            assert response.status == 200
        async with http.get("/readyz") as response:
            assert response.status == 503
            assert "Retry-After" in response.headers
            assert response.content_type == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/nope", 404, None),
        ("GET", "/v1/execute", 405, "POST"),
        ("POST", "/v1/runtimes", 405, "GET"),
        ("PATCH", "/healthz", 405, "GET, HEAD"),
    ],
)
async def test_wrong_routes_are_problems(
    control: Control, method: str, path: str, status: int, allow: str | None
) -> None:
    async with control.http.request(method, path) as response:
        assert response.status == status
        assert response.headers.get("Allow") == allow
        problem = await response.json(content_type="application/problem+json")
        assert problem["status"] == status
        assert problem.keys() == {"type", "title", "status", "detail", "message"}


@pytest.mark.parametrize(("given", "kept"), [("abc-1", True), ("a b", False), ("x" * 65, False)])
async def test_every_answer_has_a_request_id(control: Control, given: str, kept: bool) -> None:
    async with control.http.get("/nope", headers={"X-Request-Id": given}) as response:
        assert (response.headers["X-Request-Id"] == given) == kept
        assert response.headers["X-Request-Id"]


async def test_an_internal_error_tells_its_id_and_nothing_else(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError("secret internals")

    monkeypatch.setattr("control.api.execute.message_of", broken)
    async with control.http.post("/v1/execute", json={"language": "py", "code": ""}) as response:
        assert response.status == 500
        text = await response.text()
    assert "secret" not in text
    assert response.headers["X-Request-Id"] in text


async def test_metrics_count_requests_stages_and_executors(control: Control) -> None:
    await control.execute(language="py", code="")
    async with control.http.get("/metrics") as response:
        assert response.status == 200
        text = await response.text()
    for line in (
        'hearth_control_request_seconds_count{method="POST",route="/v1/execute",status="200"} 1.0',
        'hearth_control_stages_total{language="python",stage="run",status="OK"} 1.0',
        'hearth_control_warm_sandboxes{runtime="python-3.13.5"} 1.0',
        'hearth_control_execution_seconds_sum{phase="claim"} 5e-05',
        'hearth_control_execution_seconds_sum{phase="go"} 0.0001',
        'hearth_control_execution_seconds_sum{phase="run"} 0.00085',
        'hearth_control_execution_seconds_sum{phase="settle"} 0.0002',
    ):
        assert line in text
    assert "hearth_control_executor_up" in text
    assert "default" not in text


def endless(release: asyncio.Event) -> Any:
    async def play(start: pb.Start, context: Any) -> Any:
        yield sent(started())
        await release.wait()
        yield sent(event(stdout=b"whole"), end(), done())

    return play


async def test_stopping_finishes_what_runs_and_refuses_the_new(
    control: Control, executor: ScriptedExecutor
) -> None:
    release = asyncio.Event()
    executor.play = endless(release)
    running = asyncio.create_task(control.execute(language="py", code=""))
    await until(lambda: executor.running == 1)
    control.stop.set()

    async def refused() -> bool:
        return (await control.get("/readyz"))[0] == 503

    await until(refused)
    async with control.http.post("/v1/execute", json={"language": "py", "code": ""}) as response:
        assert response.status == 503
        assert response.headers["Retry-After"] == "1"
    assert (await control.get("/healthz"))[0] == 200
    release.set()
    status, answer = await running
    assert (status, answer["run"]["stdout"]) == (200, "whole")
    await asyncio.wait_for(control.serving, 10)


async def test_stopping_is_bounded(start_control: Any, executor: ScriptedExecutor) -> None:
    control = await start_control(executor, drain_timeout_ms=50)
    executor.play = endless(asyncio.Event())
    running = asyncio.create_task(control.execute(language="py", code=""))
    await until(lambda: executor.running == 1)
    control.stop.set()
    await asyncio.wait_for(control.serving, 10)
    with pytest.raises(aiohttp.ClientError):
        await running
    await asyncio.wait_for(executor.cancelled.wait(), 10)


async def test_an_executor_that_restarts_is_found_again(control: Control, executor: ScriptedExecutor) -> None:
    for runtimes in ([C], [PYTHON]):
        await executor.stop()

        async def gone() -> bool:
            return not await control.ready()

        await until(gone)
        # Its languages are still known, so this is no fault of the client's.
        assert (await control.execute(language=executor.runtimes[0].language, code=""))[0] == 503
        executor.runtimes = runtimes
        await executor.start()
        await until(control.ready)
        assert [entry["language"] for entry in (await control.get("/v1/runtimes"))[1]] == [
            runtimes[0].language
        ]


async def test_a_draining_executor_gets_nothing_new(control: Control, executor: ScriptedExecutor) -> None:
    executor.report(draining=True, capacity=1)

    async def refused() -> bool:
        return (await control.execute(language="py", code=""))[0] == 503

    await until(refused)
    executor.report(warm={PYTHON.id: 1}, capacity=1)
    await until(control.ready)
    assert (await control.execute(language="py", code=""))[0] == 200


async def test_a_runtime_that_appears_is_found(control: Control, executor: ScriptedExecutor) -> None:
    new = pb.Runtime(id="ruby-3.3.0", language="ruby", version="3.3.0")
    executor.runtimes = [*executor.runtimes, new]
    executor.report(warm={new.id: 1}, capacity=1)

    async def there() -> bool:
        return (await control.execute(language="ruby", code=""))[0] == 200

    await until(there)


async def test_an_executor_that_leaves_the_directory_finishes_its_programs(
    home: Path, executor: ScriptedExecutor
) -> None:
    addresses: asyncio.Queue[frozenset[str]] = asyncio.Queue()

    class Scripted:
        async def follow(self) -> Any:
            while True:
                yield await addresses.get()

    await executor.start()
    fleet = Fleet(Scripted(), Settings())
    async with asyncio.TaskGroup() as tasks:
        following = tasks.create_task(fleet.run())
        addresses.put_nowait(frozenset({executor.address}))
        await until(lambda: fleet.ready)
        (client,) = fleet.executors
        addresses.put_nowait(frozenset())
        await until(lambda: not fleet.executors)
        assert not fleet.ready
        assert fleet.catalogue.offers == ()
        await until(lambda: not client.connected)
        following.cancel()
    await executor.stop()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_process_serves_and_stops_on_a_signal(home: Path, number: int) -> None:
    environment = {
        **os.environ,
        "HEARTH_CONTROL_PORT": "0",
        "HEARTH_CONTROL_DATABASE": f"sqlite:///{home}/control.db",
        "HEARTH_CONTROL_EXECUTORS": f"unix:{home}/none.sock",
    }
    with subprocess.Popen(
        [sys.executable, "-m", "control"], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if '"listening"' in line:
                break
        port = int(json.loads(line)["url"].rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"GET / HTTP/1.1\r\nAuthorization: sesame\x01\r\n\r\n")
            assert b" 400 " in client.recv(100)
        process.send_signal(number)
        rest = process.stderr.read()
        assert process.wait(10) == 0
    assert '"stopped"' in rest
    assert "sesame" not in rest
    assert tomllib.loads((home / "config/hearth/credentials.toml").read_text())["default"]["key"]


def test_processes_that_start_at_once_on_an_empty_database_make_one_key(
    home: Path, database_url: str
) -> None:
    environment = {
        **os.environ,
        "HEARTH_CONTROL_PORT": "0",
        "HEARTH_CONTROL_DATABASE": database_url,
        "HEARTH_CONTROL_EXECUTORS": f"unix:{home}/none.sock",
    }
    with ExitStack() as stack:
        processes = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "control"], cwd=ROOT, env=environment, stderr=subprocess.PIPE
                )
            )
            for _ in range(3)
        ]
        try:
            urls = []
            for process in processes:
                assert process.stderr is not None
                line = next(line for line in process.stderr if b'"listening"' in line)
                urls.append(json.loads(line)["url"])
            key = tomllib.loads((home / "config/hearth/credentials.toml").read_text())["default"]["key"]
            for url in urls:
                headers = {"Authorization": f"Bearer {key}"}
                found = httpx.get(f"{url}/v1/admin/tenants/default/keys", headers=headers)
                assert found.status_code == 200
                assert [one["name"] for one in found.json()["keys"]] == ["first start"]
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.communicate(timeout=30)
    assert [process.returncode for process in processes] == [0, 0, 0]


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("EXECUTORS", "10.0.0.1:1", 1),
        ("PORT", "x", 2),
        ("DATABASE", "sqlite:////proc/nope/control.db", 1),
        ("DATABASE", "sqlite:////dev/null", 1),
        ("STATE_DIR", "/dev/null", 1),
        ("STATE_DIR", "/proc/nope", 1),
        ("DATABASE", "postgresql://nobody:sesame@127.0.0.1:1/hearth", 1),
        ("DATABASE", "mysql://127.0.0.1/hearth", 2),
        ("DATABASE", "sqlite://", 2),
        ("PLANS", '{"small": {"run_timeout_max_ms": -1}}', 2),
        ("PLANS", '{"Big Plan": {}}', 2),
    ],
)
def test_what_cannot_be_served_is_said_in_words(home: Path, name: str, value: str, status: int) -> None:
    environment = {
        **os.environ,
        "HEARTH_CONTROL_PORT": "0",
        "HEARTH_CONTROL_DATABASE": f"sqlite:///{home}/control.db",
        f"HEARTH_CONTROL_{name}": value,
    }
    command = [sys.executable, "-m", "control"]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30)
    assert ended.returncode == status
    assert "Traceback" not in ended.stderr
    assert "sesame" not in ended.stderr
    assert ended.stderr
