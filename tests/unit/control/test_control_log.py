"""Log lines: whose request it was, and nothing that was in it."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import aiohttp
import grpc
import pytest
import structlog
from running_control import Control
from scripted_executor import ScriptedExecutor, fails, sent, started
from structlog.testing import capture_logs

Lines = list[Any]
SECRETS = {
    "language": "python",
    "files": [{"name": "sesame.py", "content": "sesame"}],
    "stdin": "sesame",
    "args": ["sesame"],
    "env": {"KEY": "sesame"},
}


@pytest.fixture
def lines() -> Iterator[Lines]:
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as found:
        yield found


def requests(lines: Lines) -> list[dict[str, Any]]:
    return [line for line in lines if line["event"] == "request"]


async def test_a_request_is_logged_with_its_tenant_and_its_session(control: Control, lines: Lines) -> None:
    answers = [await control.execute(language="py", code="") for _ in range(2)]
    told = [(line["tenant"], line["session"]) for line in requests(lines)]
    assert told == [("default", answer["session_id"]) for _, answer in answers]
    assert len({line["request_id"] for line in requests(lines)}) == 2


async def test_the_session_that_is_asked_for_is_logged_whatever_becomes_of_it(
    control: Control, executor: ScriptedExecutor, lines: Lines
) -> None:
    there = executor.hold("a").session.id
    await control.call("GET", f"/v1/sessions/{there}/files")
    await control.call("GET", "/v1/sessions/s_one_b")
    executor.play = fails(grpc.StatusCode.NOT_FOUND)
    await control.execute(language="py", code="", session_id="s_one_c")
    assert [line["session"] for line in requests(lines)] == [there, "s_one_b", "s_one_c"]


async def test_what_is_no_session_id_is_not_logged(control: Control, lines: Lines) -> None:
    await control.call("GET", "/v1/sessions/sesame")
    await control.execute(language="py", code="", session_id="sesame")
    assert len(requests(lines)) == 2
    assert "sesame" not in repr(lines)


async def test_a_request_is_not_logged_as_that_of_the_one_before_it_on_the_connection(
    control: Control, lines: Lines
) -> None:
    connector = aiohttp.TCPConnector(limit=1)
    async with aiohttp.ClientSession(control.url, connector=connector) as http:
        headers = {"Authorization": f"Bearer {control.key}"}
        async with http.post("/v1/execute", json={"language": "py", "code": ""}, headers=headers) as response:
            assert response.status == 200
            await response.read()
        async with http.get("/v1/runtimes") as response:
            assert response.status == 401
            await response.read()
    first, second = requests(lines)
    assert first["tenant"] == "default"
    assert not {"tenant", "session"} & second.keys()


async def test_what_is_no_request_is_not_logged_as_that_of_the_one_before_it(
    control: Control, lines: Lines
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(control.url.rpartition(":")[2]))
    good = f"GET /v1/runtimes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {control.key}\r\n\r\n"
    writer.write(good.encode())
    assert b" 200 " in await reader.readline()
    writer.write(b"sesame\r\n\r\n")
    await reader.read()
    writer.close()
    assert [line.get("tenant") for line in requests(lines)] == ["default", None]


@pytest.mark.parametrize("how", ["well", "refused", "lost", "broken"])
async def test_nothing_of_a_program_and_no_key_is_logged(
    control: Control,
    executor: ScriptedExecutor,
    lines: Lines,
    how: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    match how:
        case "refused":
            executor.play = fails(grpc.StatusCode.UNAVAILABLE, details="no")
        case "lost":
            executor.play = fails(grpc.StatusCode.ABORTED, sent(started()), details="gone")
        case "broken":

            def broken(*arguments: object) -> None:
                raise RuntimeError("no")

            monkeypatch.setattr("control.api.execute.message_of", broken)
    status, _ = await control.execute(**SECRETS)
    assert status == {"refused": 503, "broken": 500}.get(how, 200)
    await control.post(json.dumps({**SECRETS, "language": "sesame"}).encode())
    path = "/v1/sessions/s_one_a/files/sesame.py"
    await control.call("PUT", path, data=b"sesame")
    assert len(requests(lines)) == 3
    assert "sesame" not in repr(lines)
    assert control.key not in repr(lines)
