import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from running_control import Control
from scripted_executor import ScriptedExecutor

from control.api.decode import decode_object
from control.api.models import parse_execute
from control.api.problems import InvalidFieldError, ProblemError
from control.settings import Settings

JSON = {"Content-Type": "application/json"}


def files(*names: str | None) -> dict[str, Any]:
    return {"files": [{"content": ""} if name is None else {"name": name, "content": ""} for name in names]}


def content(text: object, encoding: object = "utf8") -> dict[str, Any]:
    return {"files": [{"name": "a", "content": text, "encoding": encoding}]}


BAD_FIELDS: list[tuple[dict[str, Any], str]] = [
    ({"language": None}, "language: is required"),
    ({"language": 3}, "language: must be a string"),
    ({"language": "klingon"}, "language: 'klingon' is unknown; there are c, python"),
    ({"language": "Ü" * 5000}, "language: "),
    ({"version": 3}, "version: must be a string"),
    ({"version": "2.x"}, "version: no python matches '2.x'; there are 3.13.5, 3.12.1"),
    ({"version": "latest"}, "version: 'latest' is not a SemVer range"),
    ({"version": ">" * 300}, "version: "),
    ({"code": None}, "code: exactly one of"),
    ({"files": [{"content": ""}]}, "code: exactly one of"),
    ({"code": 1}, "code: must be a string"),
    ({"code": None, "files": "x"}, "files: must be an array"),
    ({"code": None, "files": []}, "files: must have at least one item"),
    ({"code": None, "files": [1]}, "files[0]: must be an object"),
    ({"code": None, "files": [{"name": "a"}]}, "files[0].content: is required"),
    ({"code": None, "files": [{"name": "a", "content": "", "mode": 1}]}, "files[0].mode: unknown field"),
    ({"code": None, "files": [{"content": ""}] * 1001}, "files: must have at most 1000 items"),
    ({"code": None, **content(1)}, "files[0].content: must be a string"),
    ({"code": None, **content("a", "utf-16")}, "files[0].encoding: must be 'utf8', 'base64' or 'hex'"),
    ({"code": None, **content("YQ", "base64")}, "files[0].content: is not valid base64"),
    ({"code": None, **content("YQ==YQ==", "base64")}, "files[0].content: is not valid base64"),
    ({"code": None, **content("Y Q==", "base64")}, "files[0].content: is not valid base64"),
    ({"code": None, **content("ü", "base64")}, "files[0].content: is not valid base64"),
    ({"code": None, **content("0", "hex")}, "files[0].content: is not valid hex"),
    ({"code": None, **content("0 1 ", "hex")}, "files[0].content: is not valid hex"),
    ({"code": None, **content("zz", "hex")}, "files[0].content: is not valid hex"),
    ({"code": None, **files("")}, "files[0].name: must not be empty"),
    ({"code": None, **files("/a")}, "files[0].name: must be relative"),
    ({"code": None, **files("a", "../b")}, "files[1].name: must not contain an empty, '.' or '..'"),
    ({"code": None, **files("a/./b")}, "files[0].name: must not contain"),
    ({"code": None, **files("a//b")}, "files[0].name: must not contain"),
    ({"code": None, **files("a/")}, "files[0].name: must not contain"),
    ({"code": None, **files("a\0b")}, "files[0].name: must not contain a NUL"),
    ({"code": None, **files("ü" * 128)}, "files[0].name: must have components of at most 255 bytes"),
    ({"code": None, **files("/".join(["a" * 100] * 41))}, "files[0].name: must be at most 4096 bytes"),
    ({"code": None, **files("/".join("a" * 65))}, "files[0].name: must have at most 64 components"),
    ({"code": None, **files("a", "a")}, "files[1].name: 'a' is also the name of files[0]"),
    ({"code": None, **files(None, "main.py")}, "files[1].name: 'main.py' is also the name of files[0]"),
    ({"code": None, **files("a", None)}, "files[1].name: is required after the first"),
    ({"code": None, **files("a/b/c", "a/b")}, "files[0].name: 'a/b' is a file, files[1]"),
    ({"code": None, **files("a", "a/b")}, "files[1].name: 'a' is a file, files[0]"),
    ({"stdin": 1}, "stdin: must be a string"),
    ({"args": "x"}, "args: must be an array"),
    ({"args": ["a", 1]}, "args[1]: must be a string"),
    ({"args": ["a\0"]}, "args[0]: must not contain a NUL"),
    ({"args": ["a"] * 1025}, "args: must have at most 1024 items"),
    ({"args": ["a" * 131_072]}, "args[0]: must be at most 131071 bytes"),
    ({"args": ["a" * 6_500] * 9}, "args: arguments and environment must be at most 57344 bytes"),
    ({"env": []}, "env: must be an object"),
    ({"env": {"A": 1}}, "env.A: must be a string"),
    ({"env": {"A": None}}, "env.A: must be a string"),
    ({"env": {"1A": ""}}, "env: '1A' is not a name"),
    ({"env": {"": ""}}, "env: '' is not a name"),
    ({"env": {"A=B": ""}}, "env: 'A=B' is not a name"),
    ({"env": {"A\n": ""}}, "env: 'A\\n' is not a name"),
    ({"env": {"Ä": ""}}, "env: 'Ä' is not a name"),
    ({"env": {"A": "\0"}}, "env.A: must not contain a NUL"),
    ({"env": {f"A{i}": "" for i in range(257)}}, "env: must have at most 256 items"),
    ({"session_id": 3}, "session_id: must be a string"),
    ({"isolation": "none"}, "isolation: must be 'cell' or 'sandbox'"),
    ({"run_timeout": "5"}, "run_timeout: must be a whole number"),
    ({"run_timeout": True}, "run_timeout: must be a whole number"),
    ({"run_timeout": 1.5}, "run_timeout: must be a whole number"),
    ({"run_timeout": 0}, "run_timeout: must be greater than 0"),
    ({"run_timeout": -1}, "run_timeout: must be greater than 0"),
    ({"run_timeout": 900_001}, "run_timeout: must be at most 900000"),
    ({"run_timeout": 10**30}, "run_timeout: must be at most 900000"),
    ({"run_cpu_time": 900_001}, "run_cpu_time: must be at most 900000"),
    ({"compile_timeout": 300_001}, "compile_timeout: must be at most 300000"),
    ({"compile_cpu_time": 300_001}, "compile_cpu_time: must be at most 300000"),
    ({"run_memory_limit": 1 << 40}, "run_memory_limit: must be at most 2147483648"),
    ({"compile_memory_limit": 1 << 40}, "compile_memory_limit: must be at most 2147483648"),
    ({"colour": "red"}, "colour: unknown field"),
    ({"c" * 5000: None}, "cccc"),
]


async def test_a_bad_field_is_named_with_what_is_wrong(control: Control, executor: ScriptedExecutor) -> None:
    wrong = []
    for fields, expected in BAD_FIELDS:
        status, problem = await control.execute(**{"language": "python", "code": "", **fields})
        detail = problem.get("detail", "")
        if status != 400 or not detail.startswith(expected) or len(detail) > 1001:
            wrong.append((fields, expected, status, detail))
    assert wrong == []
    assert executor.starts == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"3",
        b'"text"',
        b"\xff",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"language":"python","code":"\\ud800"}',
        b'{"language":"python","code":"\xed\xa0\x80"}',
        b'{"language":"python","code":"","run_timeout":NaN}',
        b'{"language":"python","code":"","run_timeout":Infinity}',
        b'{"language":"python","code":"","run_timeout":1e400}',
        b'{"language":"python","code":"","args":[' + b"[]," * 200_000 + b"[]]}",
        b'{"language":"python","code":"","args":[' + b'"",' * 200_000 + b'""]}',
        b'{"language":"python","code":""' + b',"a\\"\\\\":1' * 100_000 + b"}",
    ],
    ids=lambda body: repr(body[:40]),
)
async def test_a_body_that_is_no_request_is_400(control: Control, body: bytes) -> None:
    async with control.http.post("/v1/execute", data=body, headers=JSON) as response:
        assert response.status == 400
        assert response.headers["Content-Type"] == "application/problem+json"
        problem = await response.json(content_type=None)
        assert problem["status"] == 400
        assert problem["detail"] == problem["message"]


@pytest.mark.parametrize("tail", ["", '\\"', "\\\\", '\\\\\\"', "\n{}[],:"])
def test_a_large_program_is_not_taken_for_too_many_values(tail: str) -> None:
    code = ("x = {'a': [1, 2]}" + tail + "\\") * 50_000
    body = json.dumps({"language": "python", "code": code}).encode()
    assert decode_object(body, Settings())["code"] == code


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({**JSON, "Content-Encoding": "gzip"}, 415),
        ({"Content-Type": "application/json; charset=utf-8"}, 200),
        ({**JSON, "Content-Encoding": "identity"}, 200),
    ],
)
async def test_only_plain_json_is_taken(control: Control, headers: dict[str, str], status: int) -> None:
    data = b'{"language":"python","code":""}'
    data = gzip.compress(data) if headers.get("Content-Encoding") == "gzip" else data
    async with control.http.post("/v1/execute", data=data, headers=headers) as response:
        assert response.status == status


async def chunks(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 1000):
        yield b" " * 1000


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_over_the_limit_is_413(
    start_control: Any, executor: ScriptedExecutor, chunked: bool
) -> None:
    control = await start_control(executor, body_max_bytes=10_000)
    data = chunks(20_000) if chunked else b" " * 20_000
    status, problem = await control.post(data)
    assert status == 413
    assert "10000 bytes" in problem["detail"]


async def test_the_largest_body_passes(control: Control, executor: ScriptedExecutor) -> None:
    code = "ü" * ((32 << 20) // 2 - 100)
    body = json.dumps({"language": "python", "code": code}, ensure_ascii=False).encode()
    assert (await control.post(body))[0] == 200
    assert executor.starts[0].files[0].content == code.encode()


async def test_too_many_large_bodies_at_once_are_503_until_their_programs_start(
    start_control: Any, executor: ScriptedExecutor
) -> None:
    control = await start_control(executor, body_max_bytes=10_000, bodies_max_bytes=10_000)
    body = json.dumps({"language": "python", "code": " " * 9_000})
    sent, seen = asyncio.Event(), asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield body[:8000].encode()
        sent.set()
        await seen.wait()
        yield body[8000:].encode()

    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(control.post(slowly()))
        await sent.wait()
        # One round trip later the server has read what was sent before.
        assert await control.ready()
        assert (await control.post(body.encode()))[0] == 503
        seen.set()
        assert (await first)[0] == 200
    assert (await control.post(body.encode()))[0] == 200


async def test_a_tenant_with_many_large_bodies_leaves_room_for_those_of_others(
    start_control: Any, executor: ScriptedExecutor
) -> None:
    control = await start_control(
        executor, body_max_bytes=10_000, bodies_max_bytes=30_000, tenant_share_percent=60
    )
    await control.made("tenants", id="other")
    key = (await control.made("tenants/other/keys"))["key"]
    body = json.dumps({"language": "python", "code": " " * 9_000}).encode()
    sent, seen = asyncio.Event(), asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield body[:-1]
        sent.set()
        await seen.wait()
        yield body[-1:]

    async with asyncio.TaskGroup() as tasks:
        held = tasks.create_task(control.post(slowly()))
        await sent.wait()
        # One round trip later the server has read what was sent before.
        assert await control.ready()
        assert (await control.post(body))[0] == 503
        assert (await control.post(body, Authorization=f"Bearer {key}"))[0] == 200
        seen.set()
        assert (await held)[0] == 200
    assert (await control.post(body))[0] == 200


async def test_a_body_that_dribbles_is_408(start_control: Any, executor: ScriptedExecutor) -> None:
    control = await start_control(executor, body_timeout_ms=50)

    async def dribble() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(30)

    async with control.http.post("/v1/execute", data=dribble(), headers=JSON) as response:
        assert response.status == 408
        assert response.headers["Connection"] == "close"


async def raw(control: Control, head: str, body: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(control.url.rpartition(":")[2]))
    try:
        lines = f"{head}\r\nHost: x\r\nAuthorization: {control.key}\r\nContent-Type: application/json\r\n"
        writer.write(lines.encode() + body)
        return await asyncio.wait_for(reader.readuntil(b"\r\n"), 10)
    finally:
        writer.close()
        await writer.wait_closed()


async def test_a_malformed_chunk_is_400(control: Control) -> None:
    answer = await raw(control, "POST /v1/execute HTTP/1.1", b"Transfer-Encoding: chunked\r\n\r\nzz\r\n")
    assert answer.startswith(b"HTTP/1.0 400")
    assert await control.ready()


async def test_a_body_that_ends_early_harms_nobody(control: Control) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", int(control.url.rpartition(":")[2]))
    writer.write(
        f"POST /v1/execute HTTP/1.1\r\nHost: x\r\nAuthorization: {control.key}\r\n"
        "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{".encode()
    )
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert (await control.execute(language="python", code=""))[0] == 200


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(["x", "language", "code", "files", "stdin", "args", "env", "version", "run_timeout"])


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(FIELDS, JSON_VALUES, max_size=6))
def test_no_value_of_any_field_is_more_than_a_400(value: dict[str, Any]) -> None:
    with suppress(InvalidFieldError):
        parse_execute(value, Settings())


@given(st.binary(max_size=200))
def test_no_bytes_are_more_than_a_400(body: bytes) -> None:
    with suppress(ProblemError):
        decode_object(body, Settings())


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.fixed_dictionaries(
        {"language": st.just("python")},
        optional={
            "code": st.text(),
            "files": st.lists(st.fixed_dictionaries({"name": st.text(), "content": st.text()}), max_size=3),
            "stdin": st.text(),
            "args": st.lists(st.text(), max_size=3),
            "env": st.dictionaries(st.text(), st.text(), max_size=3),
            "version": st.text(),
            "run_timeout": st.integers() | st.floats(),
        },
    )
)
async def test_over_http_every_request_is_answered_200_or_400(control: Control, body: dict[str, Any]) -> None:
    text = json.dumps(body)
    async with control.http.post("/v1/execute", data=text, headers=JSON) as response:
        assert response.status in (200, 400), await response.text()


async def test_a_request_that_is_not_http_ends_its_connection_only(control: Control) -> None:
    assert b"400" in await raw(control, "GET / HTTP/9.9 what", b"\r\n")
    async with aiohttp.ClientSession(control.url) as http, http.get("/healthz") as response:
        assert response.status == 200
