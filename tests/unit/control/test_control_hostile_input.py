"""Requests that are wrong on purpose. Each is answered with a 4xx that says so, and harms nobody else."""

import asyncio
import gzip
import json
import os
import sys
import tomllib
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from raw_http import Answer, asked, wire
from running_control import Control, until
from scripted_executor import ScriptedExecutor

from control.api.decode import LOOK_FROM_BYTES, decode_object
from control.api.problems import ProblemError
from control.settings import Settings

ROOT = Path(__file__).parents[3]
MIB = 1 << 20
BODY = b'{"language":"python","code":""}'
CHUNKED = b"Transfer-Encoding: chunked\r\n"
IN_CHUNKS = b"\r\n1f\r\n" + BODY + b"\r\n0\r\n\r\n"


def head(line: bytes, *fields: bytes, key: str = "") -> bytes:
    own = [b"Host: x", *fields, *([f"Authorization: Bearer {key}".encode()] if key else [])]
    return b"\r\n".join([line, *own]) + b"\r\n\r\n"


def execute(key: str, *fields: bytes, body: bytes = BODY, length: int | None = None) -> bytes:
    size = b"Content-Length: %d" % (len(body) if length is None else length)
    typed = b"Content-Type: application/json"
    return head(b"POST /v1/execute HTTP/1.1", typed, size, *fields, key=key) + body


def framed(*fields: bytes, body: bytes = BODY) -> bytes:
    """A request that is refused before anybody asks for its key."""
    return head(b"POST /v1/execute HTTP/1.1", b"Content-Type: application/json", *fields) + body


LENGTH = b"Content-Length: 31"
BAD_HEADS: dict[str, tuple[bytes, int]] = {
    "the length twice": (framed(LENGTH, LENGTH), 400),
    "two lengths": (framed(LENGTH, b"Content-Length: 3"), 400),
    "a length and chunks": (framed(LENGTH, b"Transfer-Encoding: chunked", body=IN_CHUNKS), 400),
    "chunks and a length": (framed(b"Transfer-Encoding: chunked", LENGTH, body=IN_CHUNKS), 400),
    "a length below 0": (framed(b"Content-Length: -1"), 400),
    "a length with a sign": (framed(b"Content-Length: +31"), 400),
    "a length that no number holds": (framed(b"Content-Length: " + b"9" * 30), 400),
    "a length in hexadecimal": (framed(b"Content-Length: 0x1f"), 400),
    "a coding that is none": (framed(b"Transfer-Encoding: xchunked"), 400),
    "a coding that is not the last": (framed(b"Transfer-Encoding: chunked, gzip"), 400),
    "a chunk below 0": (framed(b"Transfer-Encoding: chunked", body=b"-1\r\n"), 400),
    "a chunk that no number holds": (framed(b"Transfer-Encoding: chunked", body=b"f" * 20 + b"\r\n"), 400),
    "a carriage return in a header": (head(b"GET / HTTP/1.1", b"X-Request-Id: a\rX-Evil: b"), 400),
    "a line feed alone": (head(b"GET / HTTP/1.1", b"X-Request-Id: a\nX-Evil: b"), 400),
    "a NUL in a header": (head(b"GET / HTTP/1.1", b"X-A: a\0b"), 400),
    "a header that goes on": (head(b"GET / HTTP/1.1", b"X-A: a", b" b"), 400),
    "a space before the colon": (head(b"GET / HTTP/1.1", b"X-A : a"), 400),
    "a header without a name": (head(b"GET / HTTP/1.1", b": a"), 400),
    "a header that is none": (head(b"GET / HTTP/1.1", b"nothing"), 400),
    "no host": (b"GET /healthz HTTP/1.1\r\n\r\n", 400),
    "two hosts": (head(b"GET /healthz HTTP/1.1", b"Host: y"), 400),
    "a NUL in the path": (head(b"GET /v1/\0 HTTP/1.1"), 400),
    "a path in Latin-1": (head("GET /v1/ü HTTP/1.1".encode("latin-1")), 400),
    "a path without a slash": (head(b"GET healthz HTTP/1.1"), 400),
    "an address that is none": (head(b"GET http://[::1 HTTP/1.1"), 400),
    "a method that is none": (head(b"BREW /v1/execute HTTP/1.1"), 400),
    "a method in small letters": (head(b"get /healthz HTTP/1.1"), 400),
    "a version that is none": (head(b"GET /healthz HTTP/3.7"), 400),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(32), 400),
    "a line too long": (head(b"GET /" + b"a" * 9_000 + b" HTTP/1.1"), 431),
    "a header too long": (head(b"GET / HTTP/1.1", b"X-A: " + b"a" * 9_000), 431),
    "too many headers": (head(b"GET / HTTP/1.1", *[b"X-A: a"] * 200), 400),
    "a trailer too long": (framed(b"Transfer-Encoding: chunked", body=b"0\r\nX-A: " + b"a" * 9_000), 431),
}


async def test_a_head_that_is_not_http_is_a_problem_and_ends_the_connection(control: Control) -> None:
    wrong = []
    for name, (sent, status) in BAD_HEADS.items():
        async with wire(control.url) as opened:
            await opened.send(sent)
            answer = await opened.answer()
            detail = answer.problem["detail"]
            ended = await opened.closed()
        if answer.status != status or not ended or "x-evil" in answer.headers or b"Evil" in answer.body:
            wrong.append((name, answer, ended))
        assert detail
        assert answer.headers["x-request-id"]
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert wrong == []
    assert await control.ready()


BAD_REQUESTS: dict[str, tuple[bytes, int]] = {
    "a method that nobody takes": (head(b"PROPFIND /v1/execute HTTP/1.1"), 405),
    "TRACE": (head(b"TRACE /v1/runtimes HTTP/1.1", b"X-Secret: a"), 405),
    "CONNECT": (head(b"CONNECT example.org:443 HTTP/1.1"), 404),
    "OPTIONS of everything": (head(b"OPTIONS * HTTP/1.1"), 404),
    "a path like another host": (head(b"GET //evil.example/v1/runtimes HTTP/1.1"), 404),
    "a long path": (head(b"GET /" + b"a" * 8_000 + b" HTTP/1.1"), 404),
    "a path with escapes": (head(b"GET /%0d%0aX-Evil:%20b/%00/%ff HTTP/1.1"), 404),
    "a key of any bytes": (head(b"GET /v1/runtimes HTTP/1.1", b"Authorization: Bearer \xff\xfe\x80"), 401),
    "a long key": (head(b"GET /v1/runtimes HTTP/1.1", b"X-API-Key: " + b"k" * 8_000), 401),
    "HTTP/0.9": (b"GET /v1/runtimes\r\n\r\n", 401),
    "another address without a key": (head(b"GET http://evil.example/v1/runtimes HTTP/1.1"), 401),
    "a scheme of another kind": (head(b"GET /v1/runtimes HTTP/1.1", b"Authorization: Basic YTpi"), 401),
}


async def test_a_request_that_nobody_takes_is_a_problem(control: Control) -> None:
    wrong = []
    for name, (sent, status) in BAD_REQUESTS.items():
        answer = await asked(control.url, sent)
        assert answer.problem["detail"]
        if answer.status != status or "x-evil" in answer.headers:
            wrong.append((name, answer))
    assert wrong == []


async def test_an_absolute_address_is_taken_for_its_path(
    control: Control, executor: ScriptedExecutor
) -> None:
    # RFC 9112, 3.2.2: a server must. The host is not looked at, in the address or elsewhere.
    executor.hold("x").put(b"a/b", b"content")
    line = b"GET http://evil.example/v1/sessions/s_one_x/files/a/b HTTP/1.1"
    answer = await asked(control.url, head(line, key=control.key))
    assert (answer.status, answer.body) == (200, b"content")


@pytest.mark.parametrize("value", [b"gzip, chunked", b"identity, chunked", b"deflate,chunked"])
async def test_a_body_in_another_coding_is_400(control: Control, value: bytes) -> None:
    for line in (b"POST /v1/execute HTTP/1.1", b"PUT /v1/sessions/s_one_x/files/a HTTP/1.1"):
        fields = (b"Content-Type: application/json", b"Transfer-Encoding: " + value)
        answer = await asked(control.url, head(line, *fields, key=control.key) + IN_CHUNKS[2:])
        assert answer.status == 400
        assert "transfer coding" in answer.problem["detail"]
        assert answer.headers["connection"] == "close"


async def test_chunks_in_http_1_0_are_400(control: Control) -> None:
    fields = (b"Content-Type: application/json", b"Transfer-Encoding: chunked")
    sent = head(b"POST /v1/execute HTTP/1.0", *fields, key=control.key) + IN_CHUNKS[2:]
    assert (await asked(control.url, sent)).problem["status"] == 400


async def test_http_1_0_is_answered_and_ends(control: Control) -> None:
    async with wire(control.url) as opened:
        await opened.send(f"GET /v1/runtimes HTTP/1.0\r\nAuthorization: {control.key}\r\n\r\n".encode())
        assert (await opened.answer()).status == 200
        assert await opened.closed()


async def test_requests_that_come_at_once_are_answered_in_order(control: Control) -> None:
    paths = [b"/healthz", b"/nope", b"/v1/runtimes", b"/v1/execute"] * 500
    async with wire(control.url) as opened, asyncio.TaskGroup() as tasks:
        line = b"GET %s HTTP/1.1"
        tasks.create_task(opened.send(b"".join(head(line % path, key=control.key) for path in paths)))
        statuses = [(await opened.answer()).status for _ in paths]
    assert statuses == [200, 404, 200, 405] * 500


async def test_what_follows_a_body_that_was_not_read_is_no_request(control: Control) -> None:
    smuggled = head(b"DELETE /v1/sessions/s_one_x HTTP/1.1", key=control.key)
    async with wire(control.url) as opened:
        await opened.send(head(b"GET /healthz HTTP/1.1", b"Content-Length: %d" % len(smuggled)) + smuggled)
        assert (await opened.answer()).status == 200
        await opened.send(head(b"GET /nope HTTP/1.1"))
        assert (await opened.answer()).status == 404


KEYS_IN_URLS = ["api_key=k", "API-KEY=k", "access_token=k", "key=k", "a=1&token=k", "x=hearth_abc"]


@pytest.mark.parametrize("query", KEYS_IN_URLS)
@pytest.mark.parametrize("path", ["/v1/runtimes", "/v1/sessions", "/v1/sessions/s_one_x/files/a"])
async def test_a_key_in_the_url_is_400_whoever_asks(control: Control, path: str, query: str) -> None:
    for key in ("", control.key):
        answer = await asked(control.url, head(f"GET {path}?{query} HTTP/1.1".encode(), key=key))
        assert answer.status == 400
        assert "URL" in answer.problem["detail"]


@pytest.mark.parametrize("query", ["limit=5", "after=token", "folder=key"])
async def test_other_parameters_are_no_keys(control: Control, executor: ScriptedExecutor, query: str) -> None:
    executor.hold("x")
    status, _ = await control.get(f"/v1/sessions/s_one_x/files?{query}")
    assert status == 200


# Expect: 100-continue


@pytest.mark.parametrize(
    ("keyed", "fields", "status"),
    [
        (False, (b"Content-Type: application/json", LENGTH), 401),
        (True, (b"Content-Type: application/json", b"Content-Length: 99999999"), 413),
        (True, (b"Content-Type: text/plain", LENGTH), 415),
        (True, (b"Content-Type: application/json", b"Content-Encoding: gzip", LENGTH), 415),
    ],
)
async def test_who_is_refused_is_not_told_to_send_the_body(
    control: Control, keyed: bool, fields: tuple[bytes, ...], status: int
) -> None:
    sent = head(
        b"POST /v1/execute HTTP/1.1", b"Expect: 100-continue", *fields, key=control.key if keyed else ""
    )
    answer = await asked(control.url, sent)
    assert answer.problem["status"] == status
    assert answer.headers["connection"] == "close"


async def test_who_is_not_refused_is_told_to_send_the_body(
    control: Control, executor: ScriptedExecutor
) -> None:
    executor.hold("x")
    size = b"Content-Length: 31"
    for line, fields in (
        (b"POST /v1/execute HTTP/1.1", (b"Content-Type: application/json", size)),
        (b"POST /v1/execute HTTP/1.1", (b"Content-Type: application/json", CHUNKED.strip())),
        (b"PUT /v1/sessions/s_one_x/files/a HTTP/1.1", (size,)),
    ):
        async with wire(control.url) as opened:
            await opened.send(head(line, b"Expect: 100-Continue", *fields, key=control.key))
            assert (await opened.answer()).status == 100
            await opened.send(BODY if size in fields else IN_CHUNKS[2:])
            assert (await opened.answer()).status == 200
            await opened.send(head(b"GET /healthz HTTP/1.1"))
            assert (await opened.answer()).status == 200


async def test_a_condition_that_does_not_hold_is_told_before_the_body(
    control: Control, executor: ScriptedExecutor
) -> None:
    executor.hold("x").put(b"a")
    line = b"PUT /v1/sessions/s_one_x/files/a HTTP/1.1"
    fields = (b"Expect: 100-continue", b"If-None-Match: *", b"Content-Length: 100")
    assert (await asked(control.url, head(line, *fields, key=control.key))).status == 412


async def test_another_expectation_is_417(control: Control) -> None:
    answer = await asked(control.url, execute(control.key, b"Expect: a-miracle"))
    assert answer.problem["status"] == 417


# Bodies


NUMBERS = {
    '"5"': "must be a whole number",
    '""': "must be a whole number",
    "true": "must be a whole number",
    "[1]": "must be a whole number",
    "{}": "must be a whole number",
    "0.5": "must be a whole number",
    "1e-3": "must be a whole number",
    "1.0000000001": "must be a whole number",
    "0": "must be greater than 0",
    "-0": "must be greater than 0",
    "-0.0": "must be greater than 0",
    "1e-400": "must be greater than 0",
    "-1": "must be greater than 0",
    "-1e300": "must be greater than 0",
    "1e15": "must be at most",
    "1e300": "must be at most",
    "18446744073709551616": "must be at most",
    "9" * 400: "",
    "1e400": "",
    "-1e400": "",
    "NaN": "",
    "Infinity": "",
    "-Infinity": "",
    "01": "",
    "+1": "",
    "0x10": "",
    "1_000": "",
    "٣": "",
}
LIMITS = [
    f"{stage}_{limit}" for stage in ("run", "compile") for limit in ("timeout", "cpu_time", "memory_limit")
]


async def test_a_number_that_is_no_limit_is_400_and_names_the_field(
    control: Control, executor: ScriptedExecutor
) -> None:
    wrong = []
    for field in [*LIMITS, "idle_timeout"]:
        path = "/v1/sessions" if field == "idle_timeout" else "/v1/execute"
        rest = "" if field == "idle_timeout" else '"language": "python", "code": "", '
        for number, reason in NUMBERS.items():
            body = f'{{{rest}"{field}": {number}}}'.encode()
            data = {"Content-Type": "application/json"}
            async with control.http.post(path, data=body, headers=data) as response:
                detail = (await response.json(content_type=None)).get("detail", "")
            expected = f"{field}: {reason}" if reason else ""
            # What is beyond any float may be no JSON, or too much.
            if response.status != 400 or not detail.startswith(expected):
                wrong.append((field, number, response.status, detail))
    assert wrong == []
    assert executor.starts == []
    assert executor.sessions == {}


async def test_a_limit_may_be_written_in_any_way(control: Control, executor: ScriptedExecutor) -> None:
    for number in ("1000", "1000.0", "1e3", "1E+3", "10000e-1"):
        body = f'{{"language": "python", "code": "", "run_timeout": {number}}}'.encode()
        assert (await control.post(body))[0] == 200, number
    assert {start.run_limits.wall_ms for start in executor.starts} == {1000}


TEXT = '{"language":"python","code":"ü"}'


@pytest.mark.parametrize(
    ("body", "charset", "status"),
    [
        (TEXT.encode(), "UTF-8", 200),
        (TEXT.encode(), '"utf-8"', 200),
        (TEXT.encode(), "utf-16", 415),
        (TEXT.encode("utf-16"), "utf-16", 415),
        (TEXT.encode("latin-1"), "iso-8859-1", 415),
        (TEXT.encode(), "nonsense", 415),
        (TEXT.encode("utf-16"), None, 400),
        (TEXT.encode("utf-16-le"), None, 400),
        (TEXT.encode("utf-16-be"), None, 400),
        (TEXT.encode("utf-32"), None, 400),
        (TEXT.encode("latin-1"), None, 400),
        (TEXT.encode("utf-8-sig"), None, 400),
        (b'{"language":"python","code":"\xc0\x80"}', None, 400),
        (b'{"language":"python","code":"\xf5\x80\x80\x80"}', None, 400),
        (b'{"language":"python","code":"\\ud83d"}', None, 400),
        (b'{"language":"python","code":"\\ude00\\ud83d"}', None, 400),
        (b'{"language":"python","code":"","\\ud800":1}', None, 400),
        (b'{"language":"python","code":"\\ud83d\\ude00"}', None, 200),
        (b'{"language":"python","code":"\\u0000"}', None, 200),
        (b'{"language":"python","code":"\0"}', None, 400),
        (b'{"language":"python","code":""}\0', None, 400),
        (b'{"language":"python","code":""} {}', None, 400),
        (b"{'language':'python','code':''}", None, 400),
        (b'{"language":"python","code":"",}', None, 400),
        (b'{"language":"python","code":""/**/}', None, 400),
    ],
)
async def test_a_body_is_json_in_utf_8(
    control: Control, body: bytes, charset: str | None, status: int
) -> None:
    kind = "application/json" + (f"; charset={charset}" if charset else "")
    assert (await control.post(body, **{"Content-Type": kind}))[0] == status


TWICE = {
    b'{"language":"python","code":"a","code":"b"}': "code: is there twice",
    b'{"language":"python","code":"a","language":"python"}': "language: is there twice",
    b'{"language":"python","code":"a","co\\u0064e":"b"}': "code: is there twice",
    b'{"language":"python","code":null,"code":"b"}': "code: is there twice",
    b'{"language":"python","code":"","env":{"A":"1","A":"1"}}': "A: is there twice",
    b'{"language":"python","files":[{"content":"a","content":"b"}]}': "content: is there twice",
    b'{"language":"python","code":"\\"\\\\\\"","stdin":"","stdin":""}': "stdin: is there twice",
    b'{"x":' + b"[" * 1_000 + b'{"a":1,"a":2}' + b"]" * 1_000 + b"}": "an object in the body has",
    b'{"code":"' + b"x" * LOOK_FROM_BYTES + b'","code":""}': "an object in the body has the same key twice",
}


@pytest.mark.parametrize("body", TWICE, ids=lambda body: repr(body[:60]))
async def test_a_key_that_is_there_twice_is_400(
    control: Control, executor: ScriptedExecutor, body: bytes
) -> None:
    status, problem = await control.post(body)
    assert status == 400
    assert problem["detail"].startswith(TWICE[body])
    assert executor.starts == []


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text() | st.text(alphabet='"\\{}[]:,\n'),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.text() | st.text(alphabet='"\\'), VALUES, max_size=5), st.booleans())
def test_an_object_whose_keys_are_all_different_is_never_taken_for_another(
    value: dict[str, Any], ascii_only: bool
) -> None:
    body = json.dumps(value, ensure_ascii=ascii_only).encode()
    assert decode_object(body, Settings()) == value


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.text(alphabet='ab"\\\n'), VALUES, min_size=1, max_size=5), st.data())
def test_any_key_that_is_there_twice_is_found(value: dict[str, Any], data: st.DataObject) -> None:
    pairs = list(value.items())
    again = data.draw(st.sampled_from(pairs))
    pairs.insert(data.draw(st.integers(0, len(pairs))), (again[0], data.draw(VALUES)))
    body = "{" + ",".join(f"{json.dumps(key)}:{json.dumps(item)}" for key, item in pairs) + "}"
    with pytest.raises(ProblemError, match="twice"):
        decode_object(body.encode(), Settings())


@pytest.mark.parametrize("size", [1, 15, 30])
async def test_a_body_that_is_cut_off_is_400(control: Control, size: int) -> None:
    status, problem = await control.post(BODY[:size])
    assert (status, problem["title"]) == (400, "Bad Request")


async def test_who_sends_less_than_announced_gets_no_program(
    control: Control, executor: ScriptedExecutor
) -> None:
    async with wire(control.url) as opened:
        await opened.send(execute(control.key, length=len(BODY) + 1))
    assert (await control.execute(language="python", code=""))[0] == 200
    assert len(executor.starts) == 1


# Slowness


async def dribbled(url: str, start: bytes, more: bytes) -> Answer | None:
    """What is answered to bytes that come one by one; None when the connection just ends."""
    async with wire(url) as opened:

        async def dribble() -> None:
            try:
                await opened.send(start)
                while True:
                    await opened.send(more)
                    await asyncio.sleep(0.02)
            except ConnectionError:
                pass

        dribbling = asyncio.create_task(dribble())
        try:
            return await opened.answer()
        except ConnectionError:
            return None
        finally:
            dribbling.cancel()


async def test_heads_that_never_end_are_ended(start_control: Any, executor: ScriptedExecutor) -> None:
    control = await start_control(executor, idle_connection_ms=300)
    starts = [b"", b"G", b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: "]
    async with asyncio.TaskGroup() as tasks:
        all_of_them = [
            tasks.create_task(dribbled(control.url, starts[index % 3], b"G" if index % 3 < 2 else b"a"))
            for index in range(90)
        ]
        # Meanwhile others are served.
        assert (await control.execute(language="python", code=""))[0] == 200
    # A line that has grown too long, or a method that is none, is told; the rest just ends.
    for task in all_of_them:
        answer = task.result()
        assert answer is None or answer.status in (400, 431)


@pytest.mark.parametrize("line", [b"POST /v1/execute HTTP/1.1", b"POST /v1/sessions HTTP/1.1"])
@pytest.mark.parametrize("framing", [b"Content-Length: 10000000", b"Transfer-Encoding: chunked"])
async def test_bodies_that_never_end_are_408(
    start_control: Any, executor: ScriptedExecutor, line: bytes, framing: bytes
) -> None:
    control = await start_control(executor, body_timeout_ms=200)
    start = head(line, b"Content-Type: application/json", framing, key=control.key)
    more = b"1\r\n \r\n" if framing.startswith(b"Transfer") else b" "
    async with asyncio.TaskGroup() as tasks:
        all_of_them = [tasks.create_task(dribbled(control.url, start, more)) for _ in range(30)]
    for task in all_of_them:
        answer = task.result()
        assert answer is not None
        assert answer.problem["status"] == 408
        assert answer.headers["connection"] == "close"
    assert executor.starts == []


# Memory: a process of its own, of which the kernel tells how much it ever held.


@dataclass(frozen=True)
class Service:
    url: str
    key: str
    pid: int
    log: Path

    def reset_peak(self) -> None:
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def _status(self, name: str) -> int:
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1]) * 1024
        raise AssertionError(name)

    @property
    def held_bytes(self) -> int:
        return self._status("VmRSS")

    @property
    def peak_bytes(self) -> int:
        return self._status("VmHWM")


@pytest.fixture
async def service(home: Path, executor: ScriptedExecutor) -> AsyncIterator[Service]:
    log = home / "log"
    environment = {
        **os.environ,
        "HEARTH_CONTROL_PORT": "0",
        "HEARTH_CONTROL_DATABASE": f"sqlite:///{home}/control.db",
        "HEARTH_CONTROL_EXECUTORS": executor.address,
    }
    async with AsyncExitStack() as stack:
        await executor.start()
        stack.push_async_callback(executor.stop)
        writing = stack.enter_context(log.open("wb"))
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "control", cwd=ROOT, env=environment, stderr=writing
        )
        try:
            await until(lambda: b'"listening"' in log.read_bytes())
            (url,) = [
                json.loads(line)["url"] for line in log.read_text().splitlines() if '"listening"' in line
            ]

            async def ready() -> bool:
                return (await asked(url, head(b"GET /readyz HTTP/1.1"))).status == 200

            await until(ready)
            key = tomllib.loads((home / "config/hearth/credentials.toml").read_text())["default"]["key"]
            yield Service(url, key, process.pid, log)
        finally:
            process.terminate()
            await process.wait()


def repeated(piece: bytes, size: int) -> bytes:
    return piece * (size // len(piece))


def bomb() -> bytes:
    """A GiB of spaces, and little of it."""
    packed = gzip.compress(b" " * MIB)
    return packed * 1024


FULL = 32 * MIB - 100
# How much more memory than before each may take at its worst: a few MiB for what is refused unread; for what
# is looked at, the pieces that came, the body, and what is made of it, some of which is three times as long.
READ, UNREAD = 5 * 32 * MIB, 24 * MIB
BODIES: dict[str, tuple[bytes, int, int]] = {
    "nested arrays": (repeated(b"[", FULL), 400, READ),
    "nested objects": (repeated(b'{"a":', FULL), 400, READ),
    "nesting that ends": (b'{"args":' + b"[" * 10**5 + b"]" * 10**5 + b"}", 400, READ),
    "many values": (b'{"args":[' + repeated(b"1,", FULL) + b"1]}", 400, READ),
    "many strings": (b'{"args":[' + repeated(b'"",', FULL) + b'""]}', 400, READ),
    "many keys": (b'{"env":{' + repeated(b'"A":"",', FULL) + b'"A":""}}', 400, READ),
    "many escapes": (b'{"language":"' + repeated(b"\\u00e4", FULL) + b'"}', 400, READ),
    "many quotes": (b'{"language":"' + repeated(b'\\"', FULL) + b'"}', 400, READ),
    "a number without end": (b'{"run_timeout":' + repeated(b"9", FULL) + b"}", 400, READ),
    "an unknown key without end": (b'{"' + repeated(b"k", FULL) + b'":1}', 400, READ),
    "wide characters": (('{"language":"' + "😀" * (FULL // 4 - 10) + '"}').encode(), 400, READ),
    "no JSON": (repeated(b"\xff", FULL), 400, READ),
    "too much": (repeated(b" ", 64 * MIB), 413, UNREAD),
}


async def test_a_large_body_takes_no_more_memory_than_is_told(service: Service) -> None:
    wrong = []
    # Once for what stays: buffers, caches, what was never imported before.
    await asked(service.url, execute(service.key, body=BODIES["no JSON"][0]))
    for name, (body, status, bound) in BODIES.items():
        before = service.held_bytes
        service.reset_peak()
        answer = await asked(service.url, execute(service.key, body=body))
        grown = service.peak_bytes - before
        if answer.problem["status"] != status or grown > bound:
            wrong.append((name, answer.status, answer.body[:200], grown >> 20))
    assert wrong == []


async def test_a_bomb_is_not_unpacked(service: Service) -> None:
    packed = bomb()
    for coding in (b"gzip", b"GZIP", b"deflate, gzip"):
        before = service.held_bytes
        service.reset_peak()
        answer = await asked(service.url, execute(service.key, b"Content-Encoding: " + coding, body=packed))
        assert answer.problem["status"] == 415
        assert service.peak_bytes - before < UNREAD


async def test_a_body_of_unknown_length_is_read_no_further_than_it_may_be(service: Service) -> None:
    before = service.held_bytes
    service.reset_peak()
    chunk = b"%x\r\n" % MIB + b" " * MIB + b"\r\n"
    start = head(
        b"POST /v1/execute HTTP/1.1", b"Content-Type: application/json", CHUNKED.strip(), key=service.key
    )
    answer = await asked(service.url, start, *[chunk] * 256)
    assert answer.problem["status"] == 413
    assert service.peak_bytes - before < 3 * 32 * MIB


WITHOUT_END: dict[str, tuple[bytes, int]] = {
    "a path": (b"GET /" + repeated(b"a", 64 * MIB), 431),
    "headers": (head(b"GET / HTTP/1.1")[:-2] + repeated(b"X-A: a\r\n", 64 * MIB), 400),
    "a chunk's extension": (framed(CHUNKED.strip(), body=b"1;" + repeated(b"a", 64 * MIB)), 401),
    "another protocol": (head(b"CONNECT example.org:443 HTTP/1.1") + bytes(64 * MIB), 404),
    "empty lines": (repeated(b"\r\n", 64 * MIB) + b"\0\r\n\r\n", 400),
    "requests": (repeated(head(b"GET /nope HTTP/1.1"), 8 * MIB), 404),
}


async def test_what_has_no_end_takes_no_memory(service: Service) -> None:
    wrong = []
    for name, (sent, status) in WITHOUT_END.items():
        before = service.held_bytes
        service.reset_peak()
        async with wire(service.url) as opened:
            sending = asyncio.create_task(opened.send(sent))
            answer = await opened.answer()
            # It is read on, or not, while the rest comes.
            await asyncio.wait([sending], timeout=1)
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
        grown = service.peak_bytes - before
        if answer.problem["status"] != status or grown > UNREAD:
            wrong.append((name, answer, grown >> 20))
    assert wrong == []


def logged(service: Service) -> Iterator[dict[str, Any]]:
    for line in service.log.read_text().splitlines():
        yield json.loads(line)


async def test_no_key_is_ever_logged(service: Service) -> None:
    secret = "sesame" * 4
    for sent in (
        head(f"GET /v1/runtimes?api_key={secret} HTTP/1.1".encode()),
        head(f"GET /v1/runtimes?x=hearth_{secret} HTTP/1.1".encode()),
        head(f"GET /{secret} HTTP/1.1".encode()),
        head(f"GET /v1/sessions/{secret} HTTP/1.1".encode(), key=service.key),
        head(b"GET /v1/runtimes HTTP/1.1", f"X-API-Key: {secret}".encode()),
        head(b"GET /v1/runtimes HTTP/1.1", f"Authorization: Bearer {secret}\0".encode()),
        head(f"GET /{secret}\x01 HTTP/1.1".encode()),
        head(f"{secret} / HTTP/1.1".encode()),
        head(b"GET / HTTP/1.1", f"X-Api-Key: {secret}{'a' * 9_000}".encode()),
        head(b"GET / HTTP/1.1", f"X-Request-Id: {secret} x".encode()),
        execute(secret, b"Expect: " + secret.encode()),
        execute(service.key, body=f'{{"{secret}": 1}}'.encode()),
    ):
        assert 400 <= (await asked(service.url, sent)).status < 500
    lines = list(logged(service))
    assert sum(line["event"] == "request" for line in lines) >= 12
    text = service.log.read_text()
    assert secret not in text
    assert service.key not in text
