import asyncio
import binascii
import json
from typing import Any

import aiohttp
import pytest
from grpc import StatusCode
from hypothesis import given, settings
from hypothesis import strategies as st
from running_control import Control
from scripted_executor import (
    PYTHON,
    C,
    ScriptedExecutor,
    done,
    end,
    event,
    fails,
    kept,
    run,
    script,
    sent,
    started,
)

from control.api.piston.javascript import as_string, is_falsy, valid_base64, valid_hex
from executor.api import executor_pb2 as pb

MIB = 1 << 20
GIB = 1 << 30
EXECUTE = "/api/v2/execute"
JSON = {"Content-Type": "application/json"}
ONE_FILE = [{"content": "print(1)"}]
HELLO = {"language": "python", "version": "*", "files": ONE_FILE}
TYPESCRIPT = pb.Runtime(
    id="typescript-22.1.0", language="typescript", version="22.1.0", runtime="node", entry="main.ts"
)


async def execute(control: Control, **changes: Any) -> tuple[int, Any]:
    """A request that is good but for what is changed. `...` leaves a field out."""
    body = {name: value for name, value in {**HELLO, **changes}.items() if value is not ...}
    found: tuple[int, Any] = await control.call("POST", EXECUTE, json=body)
    return found


async def start_of(control: Control, executor: ScriptedExecutor, **changes: Any) -> pb.Start:
    """What the executor is asked for by such a request."""
    status, answer = await execute(control, **changes)
    assert status == 200, answer
    return executor.starts[-1]


# Answers


async def test_a_run_is_answered_as_piston_does(control: Control) -> None:
    async with control.ask("POST", EXECUTE, json={**HELLO, "language": "py"}) as response:
        assert response.status == 200
        assert response.headers["Content-Type"] == "application/json; charset=utf-8"
        text = await response.text()
    assert json.loads(text) == {
        "run": {
            "signal": None,
            "stdout": "hello\n",
            "stderr": "",
            "code": 0,
            "output": "hello\n",
            "memory": 4096,
            "message": None,
            "status": None,
            "cpu_time": 1,
            "wall_time": 2,
        },
        "language": "python",
        "version": "3.13.5",
    }
    # Times are whole numbers in the text, too.
    assert '"cpu_time":1,"wall_time":2}' in text
    assert list(json.loads(text)) == ["run", "language", "version"]


async def test_both_stages_of_a_compiled_program_are_there(
    control: Control, executor: ScriptedExecutor
) -> None:
    executor.play = script(
        sent(started(), event(stage_start=pb.COMPILE), event(stderr=b"warning\n"), end(pb.COMPILE)),
        sent(event(stage_start=pb.RUN), event(stdout=b"hi\n"), end(), kept(), done()),
    )
    _, answer = await execute(control, language="c")
    assert list(answer) == ["compile", "run", "language", "version"]
    assert (answer["compile"]["stderr"], answer["compile"]["code"]) == ("warning\n", 0)
    assert (answer["run"]["stdout"], answer["run"]["code"]) == ("hi\n", 0)


async def test_run_repeats_a_compilation_that_failed(control: Control, executor: ScriptedExecutor) -> None:
    failed = end(pb.COMPILE, pb.NONZERO_EXIT, code=1)
    executor.play = script(
        sent(started(), event(stage_start=pb.COMPILE), event(stderr=b"main.c:1\n"), failed, kept(), done())
    )
    status, answer = await execute(control, language="c")
    assert status == 200
    assert answer["run"] == answer["compile"]
    assert (answer["run"]["code"], answer["run"]["stderr"]) == (1, "main.c:1\n")


async def test_output_holds_both_streams_in_the_order_written(
    control: Control, executor: ScriptedExecutor
) -> None:
    executor.play = run(event(stdout=b"a\xe2\x82"), event(stdout=b"\xac"), event(stderr=b"b\xff"), end())
    stage = (await execute(control))[1]["run"]
    assert (stage["stdout"], stage["stderr"], stage["output"]) == ("a€", "b�", "a€b�")


KILLED = {"code": None, "signal": "SIGKILL"}


@pytest.mark.parametrize(
    ("ended", "expected"),
    [
        (
            end(outcome=pb.NONZERO_EXIT, code=3),
            {"status": "RE", "code": 3, "signal": None, "message": "Exited with error status 3"},
        ),
        (
            end(outcome=pb.SIGNALED, code=None, signal=11),
            {"status": "SG", "code": None, "signal": "SIGSEGV", "message": "Caught fatal signal 11"},
        ),
        (
            end(outcome=pb.SIGNALED, code=None, signal=40),
            {"status": "SG", "signal": "SIGRTMIN+6", "message": "Caught fatal signal 40"},
        ),
        (end(outcome=pb.SIGNALED, code=None, signal=34), {"signal": "SIGRTMIN"}),
        (end(outcome=pb.SIGNALED, code=None, signal=63), {"signal": "SIGRTMAX-1"}),
        (
            end(outcome=pb.TIMED_OUT, code=None, wall_us=3_000_400, cpu_us=20_000),
            {"status": "TO", **KILLED, "message": "Time limit exceeded (wall clock)", "wall_time": 3000},
        ),
        (
            end(outcome=pb.TIMED_OUT, code=0, cpu_us=3_000_500),
            {"status": "TO", **KILLED, "message": "Time limit exceeded"},
        ),
        (
            end(outcome=pb.MEMORY_EXCEEDED, code=None, memory_bytes=256 * MIB),
            {
                "status": "SG",
                **KILLED,
                "message": "Caught fatal signal 9 (memory limit exceeded)",
                "memory": 256 * MIB,
            },
        ),
        (
            end(outcome=pb.STDOUT_EXCEEDED, code=0, signal=15),
            {"status": "OL", **KILLED, "message": "stdout length exceeded"},
        ),
        (
            end(outcome=pb.STDERR_EXCEEDED, code=None),
            {"status": "EL", **KILLED, "message": "stderr length exceeded"},
        ),
        (
            end(outcome=pb.INTERNAL, code=None, message="could not be started"),
            {"status": "XX", "code": None, "signal": None, "message": "could not be started"},
        ),
    ],
)
async def test_each_end_has_pistons_status_and_words(
    control: Control, executor: ScriptedExecutor, ended: pb.Event, expected: dict[str, Any]
) -> None:
    executor.play = run(ended)
    status, answer = await execute(control)
    assert status == 200
    assert {name: answer["run"][name] for name in expected} == expected
    assert len(answer["run"]) == 10


async def test_runtimes_and_packages_are_listed(control: Control, executor: ScriptedExecutor) -> None:
    status, runtimes = await control.get("/api/v2/runtimes")
    assert status == 200
    assert runtimes == [
        {"language": "c", "version": "13.3.0", "aliases": [], "runtime": "gcc"},
        {"language": "python", "version": "3.13.5", "aliases": ["py", "python3", "py3"]},
        {"language": "python", "version": "3.12.1", "aliases": ["py", "python3", "py3"]},
    ]
    status, packages = await control.get("/api/v2/packages")
    assert status == 200
    assert packages == [
        {"language": "gcc", "language_version": "13.3.0", "installed": True},
        {"language": "python", "language_version": "3.13.5", "installed": True},
        {"language": "python", "language_version": "3.12.1", "installed": True},
    ]


async def test_a_package_with_two_languages_is_listed_once(start_control: Any, address: str) -> None:
    cpp = pb.Runtime(id="cpp", language="c++", version="13.3.0", runtime="gcc", entry="main.cpp")
    control = await start_control(ScriptedExecutor(address, [C, cpp]))
    assert (await control.get("/api/v2/packages"))[1] == [
        {"language": "gcc", "language_version": "13.3.0", "installed": True}
    ]


# Requests


async def test_pistons_defaults_reach_the_executor(control: Control, executor: ScriptedExecutor) -> None:
    start = await start_of(control, executor)
    limits = {"output_bytes": 4 * MIB}
    assert start == pb.Start(
        tenant="default",
        runtime="python-3.13.5",
        files=[pb.File(name="file0.code", content=b"print(1)")],
        stdin=b"\n",
        stdin_complete=True,
        run_limits=pb.Limits(wall_ms=3_000, cpu_ms=3_000, **limits),
        compile_limits=pb.Limits(wall_ms=10_000, cpu_ms=10_000, **limits),
        claim_timeout_ms=10_000,
        # What is left of the program is neither kept nor waited for.
        policy=pb.SessionPolicy(
            idle_timeout_ms=1, max_sessions=10_000, session_bytes=1, tenant_bytes=10 * GIB
        ),
        request_id=start.request_id,
    )
    assert start.request_id


async def test_what_was_asked_for_reaches_the_executor(control: Control, executor: ScriptedExecutor) -> None:
    start = await start_of(
        control,
        executor,
        language="c",
        version="13.x",
        stdin="in",
        args=["-x", 1, 2.0, 1.5, True, None],
        compile_timeout=9_999.9,
        run_timeout=1_000,
        compile_cpu_time=8_000,
        run_cpu_time=500,
        compile_memory_limit=64 * MIB,
        run_memory_limit=-1,
        unknown={"to": ["Piston"]},
    )
    assert start.runtime == "c-13.3.0"
    assert start.stdin == b"in\n"
    assert list(start.args) == ["-x", "1", "2", "1.5", "true", "null"]
    assert (start.compile_limits.wall_ms, start.compile_limits.cpu_ms) == (9_999, 8_000)
    assert (start.run_limits.wall_ms, start.run_limits.cpu_ms) == (1_000, 500)
    assert (start.compile_limits.memory_bytes, start.run_limits.memory_bytes) == (64 * MIB, 0)


@pytest.mark.parametrize(
    ("stdin", "expected"), [(..., b"\n"), (None, b"\n"), ("", b"\n"), ("a", b"a\n"), ("a\n", b"a\n")]
)
async def test_stdin_ends_with_a_newline(
    control: Control, executor: ScriptedExecutor, stdin: Any, expected: bytes
) -> None:
    assert (await start_of(control, executor, stdin=stdin)).stdin == expected


@pytest.mark.parametrize("nothing", [None, 0, "", False, ...])
async def test_a_limit_that_says_nothing_is_the_default(
    control: Control, executor: ScriptedExecutor, nothing: Any
) -> None:
    stages, kinds = ("compile", "run"), ("timeout", "cpu_time", "memory_limit")
    start = await start_of(
        control, executor, **{f"{stage}_{kind}": nothing for stage in stages for kind in kinds}
    )
    for limits, time in ((start.compile_limits, 10_000), (start.run_limits, 3_000)):
        assert (limits.wall_ms, limits.cpu_ms, limits.memory_bytes) == (time, time, 0)


async def test_an_operator_can_allow_more_time(start_control: Any, executor: ScriptedExecutor) -> None:
    control = await start_control(executor, piston_run_timeout_ms=20_000, run_timeout_max_ms=300_000)
    start = await start_of(control, executor, run_timeout=20_000)
    assert (start.run_limits.wall_ms, start.run_limits.cpu_ms) == (20_000, 20_000)


async def test_no_request_may_take_longer_than_the_operator_allows_anybody(
    start_control: Any, executor: ScriptedExecutor
) -> None:
    control = await start_control(executor, run_timeout_default_ms=2_000, run_timeout_max_ms=2_000)
    assert (await start_of(control, executor)).run_limits.wall_ms == 2_000
    assert await execute(control, run_timeout=2_001) == (
        400,
        {"message": "run_timeout cannot exceed the configured limit of 2000"},
    )


CODE = {"content": "code"}


@pytest.mark.parametrize(
    ("language", "files", "expected"),
    [
        ("python", [CODE], ["file0.code"]),
        ("python", [{"name": "", **CODE}, {"name": None, **CODE}], ["file0.code", "file1.code"]),
        ("python", [{"name": "m", **CODE}, CODE], ["m", "file1.code"]),
        # Absolute names, detours and what was written twice.
        ("python", [{"name": "/a//b/../c.py", **CODE}], ["a/c.py"]),
        ("python", [{"name": "./m.py", "content": "old"}, {"name": "m.py", **CODE}], ["m.py"]),
        # The first that is text is the program.
        ("python", [{"name": "d", "content": "00", "encoding": "hex"}, {"name": "m", **CODE}], ["m", "d"]),
        # An encoding that nobody knows is text, and so the program, as long as there is other text.
        ("python", [{"name": "u", "encoding": "utf-8", **CODE}, {"name": "m", **CODE}], ["u", "m"]),
        # Compilers tell sources by their names.
        ("c", [CODE, CODE], ["file0.code.c", "file1.code.c"]),
        ("c", [{"name": "main", **CODE}, {"name": "data", **CODE}], ["main.c", "data"]),
        ("c", [{"name": "main.c", **CODE}, {"name": "a.h", **CODE}], ["main.c", "a.h"]),
        ("c", [CODE, {"content": "00", "encoding": "hex"}], ["file0.code.c", "file1.code"]),
        ("typescript", [CODE], ["file0.code.ts"]),
    ],
)
async def test_files_are_named_and_ordered_as_piston_has_them(
    start_control: Any, address: str, language: str, files: list[dict[str, Any]], expected: list[str]
) -> None:
    executor = ScriptedExecutor(address, [PYTHON, C, TYPESCRIPT])
    control = await start_control(executor)
    start = await start_of(control, executor, language=language, files=files)
    assert [file.name for file in start.files] == expected
    assert start.files[0].content == b"code"
    assert not start.passing_entry


async def test_contents_are_decoded_as_node_does(control: Control, executor: ScriptedExecutor) -> None:
    files = [
        CODE,
        {"content": " 00fF", "encoding": "hex"},
        {"content": "00fF1", "encoding": "hex"},
        {"content": "Y\nWI*", "encoding": "base64"},
        {"content": "_-8=", "encoding": "base64"},
        {"content": "ö", "encoding": "utf-16"},
    ]
    start = await start_of(control, executor, files=files)
    contents = [file.content for file in start.files]
    assert contents == [b"code", b"", b"\x00\xff", b"ab", b"\xff\xef", "ö".encode()]


@settings(deadline=None)
@given(st.text(st.sampled_from("abzAZ019+/-_= \nö"), max_size=20))
def test_what_node_decodes_is_valid_for_everybody(text: str) -> None:
    binascii.a2b_base64(valid_base64(text), strict_mode=True)
    bytes.fromhex(valid_hex(text))


@pytest.mark.parametrize(
    ("value", "falsy", "text"),
    [
        (None, True, "null"),
        (False, True, "false"),
        (0, True, "0"),
        (0.0, True, "0"),
        ("", True, ""),
        (True, False, "true"),
        ([], False, []),
        ({}, False, {}),
        (1e21, False, "1e+21"),
        (-2.5, False, "-2.5"),
        (1e20, False, "100000000000000000000"),
        (-0.0, True, "0"),
        (0.00001, False, "0.00001"),
        (1.5e-7, False, "1.5e-7"),
    ],
)
def test_values_are_what_javascript_has_them_be(value: Any, falsy: bool, text: Any) -> None:
    assert is_falsy(value) is falsy
    assert as_string(value) == text


@pytest.mark.parametrize(
    ("language", "version", "chosen"),
    [
        ("python", "*", "3.13.5"),
        ("py3", "x", "3.13.5"),
        ("python3", "3.12", "3.12.1"),
        ("python", "3.12.1", "3.12.1"),
        ("python", "<3.13", "3.12.1"),
        ("python", "3.10 || ~3.12.0", "3.12.1"),
        ("python", " ", "3.13.5"),
        ("python", "=v3.13.5", "3.13.5"),
        ("node-ts", "22", "22.1.0"),
    ],
)
async def test_the_highest_version_in_the_range_is_chosen(
    start_control: Any, address: str, language: str, version: str, chosen: str
) -> None:
    old = pb.Runtime(id="old", language="python", version="3.12.1", aliases=["python3"], entry="main.py")
    new = pb.Runtime(id="new", language="python", version="3.13.5", aliases=["python3"], entry="main.py")
    control = await start_control(ScriptedExecutor(address, [old, new, TYPESCRIPT]))
    status, answer = await execute(control, language=language, version=version)
    assert (status, answer["version"]) == (200, chosen)


# Checks


BAD: dict[str, Any] = {
    "language": 1,
    "version": 1,
    "files": 1,
    "compile_memory_limit": "1",
    "run_memory_limit": 4 * GIB,
    "compile_timeout": True,
    "run_timeout": -1,
    "compile_cpu_time": {},
    "run_cpu_time": 3_001,
}
# Each with the request's change after which the next check is reached.
CHECKS: list[tuple[str, dict[str, Any]]] = [
    ("language is required as a string", {"language": "klingon"}),
    ("version is required as a string", {"version": "1"}),
    ("files is required as an array", {"files": [{"content": "x", "encoding": "hex"}, {"content": 1}]}),
    ("files[1].content is required as a string", {"files": [{"content": "x", "encoding": "hex"}]}),
    ("klingon-1 runtime is unknown", {"language": "python"}),
    ("python-1 runtime is unknown", {"version": "3"}),
    ("files must include at least one utf8 encoded file", {"files": ONE_FILE}),
    ("If specified, compile_memory_limit must be a number", {"compile_memory_limit": -1}),
    ("run_memory_limit cannot exceed the configured limit of 2147483648", {"run_memory_limit": 0}),
    ("If specified, compile_timeout must be a number", {"compile_timeout": None}),
    ("run_timeout must be non-negative", {"run_timeout": 3_000}),
    ("If specified, compile_cpu_time must be a number", {"compile_cpu_time": 10_000}),
    ("run_cpu_time cannot exceed the configured limit of 3000", {"run_cpu_time": 3_000}),
]


async def test_checks_come_in_pistons_order_and_words(control: Control, executor: ScriptedExecutor) -> None:
    body = dict(BAD)
    for message, change in CHECKS:
        assert await control.call("POST", EXECUTE, json=body) == (400, {"message": message})
        body |= change
    assert executor.starts == []
    assert (await control.call("POST", EXECUTE, json=body))[0] == 200


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"language": ...}, "language is required as a string"),
        ({"language": None}, "language is required as a string"),
        ({"language": ""}, "language is required as a string"),
        ({"language": ["python"]}, "language is required as a string"),
        ({"version": ...}, "version is required as a string"),
        ({"version": ""}, "version is required as a string"),
        ({"version": 3}, "version is required as a string"),
        ({"files": ...}, "files is required as an array"),
        ({"files": None}, "files is required as an array"),
        ({"files": {}}, "files is required as an array"),
        ({"files": "x"}, "files is required as an array"),
        ({"files": []}, "files must include at least one utf8 encoded file"),
        ({"files": [{}]}, "files[0].content is required as a string"),
        ({"files": [{"content": None}]}, "files[0].content is required as a string"),
        ({"files": [*ONE_FILE, "x"]}, "files[1].content is required as a string"),
        ({"files": [None]}, "files[0].content is required as a string"),
        (
            {"files": [{"content": "", "encoding": "utf-8"}]},
            "files must include at least one utf8 encoded file",
        ),
        ({"files": [{"content": "", "encoding": 5}]}, "files must include at least one utf8 encoded file"),
        ({"version": "latest"}, "python-latest runtime is unknown"),
        ({"version": "3.13.5.1"}, "python-3.13.5.1 runtime is unknown"),
        ({"version": ">" * 300}, f"python-{'>' * 300} runtime is unknown"),
        ({"language": "Python"}, "Python-* runtime is unknown"),
        ({"run_timeout": "5"}, "If specified, run_timeout must be a number"),
        ({"run_timeout": []}, "If specified, run_timeout must be a number"),
        ({"run_timeout": 3_000.5}, "run_timeout cannot exceed the configured limit of 3000"),
        ({"compile_timeout": 10_001}, "compile_timeout cannot exceed the configured limit of 10000"),
        ({"run_cpu_time": -0.1}, "run_cpu_time must be non-negative"),
        ({"compile_memory_limit": True}, "If specified, compile_memory_limit must be a number"),
        # Where Piston fails without a word.
        (
            {"files": [{"name": "../a/b", "content": ""}]},
            'File path "../a/b" tries to escape parent directory: ../a/b',
        ),
        ({"files": [{"name": 5, "content": ""}]}, "files[0].name: must be a string"),
        ({"files": [{"name": "a\0", "content": ""}]}, "files[0].name: must not contain a NUL character"),
        (
            {"files": [{"name": ".", "content": ""}]},
            "files[0].name: must not contain an empty, '.' or '..' component",
        ),
        ({"files": ONE_FILE * 1_001}, "files: must have at most 1000 items"),
        ({"stdin": 5}, "stdin: must be a string"),
        ({"args": "ab"}, "args: must be an array"),
        ({"args": [["a"]]}, "args[0]: must be a string"),
        ({"args": ["a\0"]}, "args[0]: must not contain a NUL character"),
    ],
)
async def test_a_bad_request_is_400_with_a_message(
    control: Control, executor: ScriptedExecutor, changes: dict[str, Any], message: str
) -> None:
    assert await execute(control, **changes) == (400, {"message": message})
    assert executor.starts == []


@pytest.mark.parametrize("body", [b"{", b"3", b'"x"', b"null", b" ", b"{'a': 1}", b"[" * 2_000])
async def test_what_is_no_json_is_told_with_pistons_stack(control: Control, body: bytes) -> None:
    status, answer = await control.call("POST", EXECUTE, data=body, headers=JSON)
    assert status == 400
    assert answer["message"].startswith("the body is not valid JSON: ")
    assert answer["stack"] == f"SyntaxError: {answer['message']}"


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"\xef\xbb\xbf{}"])
async def test_a_body_without_fields_lacks_the_first(control: Control, body: bytes) -> None:
    status, answer = await control.call("POST", EXECUTE, data=body, headers=JSON)
    assert (status, answer) == (400, {"message": "language is required as a string"})


@pytest.mark.parametrize("path", ["/execute", "/runtimes", "/nowhere", "/piston/execute", ""])
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", None])
async def test_only_json_may_be_posted(control: Control, path: str, kind: str | None) -> None:
    options = {"headers": {"Content-Type": kind}} if kind else {"skip_auto_headers": ["Content-Type"]}
    found = await control.call("POST", f"/api/v2{path}", data=b"{}", **options)
    assert found == (415, {"message": "requests must be of type application/json"})


# Paths


@pytest.mark.parametrize("root", ["/api/v2", "/api/v2/piston"])
@pytest.mark.parametrize("slash", ["", "/"])
async def test_every_path_is_there_with_a_slash_and_below_piston(
    control: Control, root: str, slash: str
) -> None:
    assert (await control.get(f"{root}/runtimes{slash}"))[0] == 200
    assert (await control.get(f"{root}/packages{slash}?a=b"))[0] == 200
    assert (await control.call("POST", f"{root}/execute{slash}", json=HELLO))[0] == 200
    assert await control.call("HEAD", f"{root}/runtimes{slash}") == (200, None)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("GET", "/"),
        ("GET", "/nowhere"),
        ("GET", "/execute"),
        ("GET", "/piston"),
        ("GET", "/piston/piston/runtimes"),
        ("GET", "/connect"),
        ("GET", "/execute/more"),
        ("GET", "/%0A"),
        ("POST", "/runtimes"),
        ("PUT", "/execute"),
        ("DELETE", "/packages"),
        ("OPTIONS", "/nowhere"),
    ],
)
async def test_what_is_not_there_is_not_found(control: Control, method: str, path: str) -> None:
    found = await control.call(method, f"/api/v2{path}", headers=JSON)
    assert found == (404, {"message": "Not Found"})


async def test_options_names_the_methods(control: Control) -> None:
    async with control.ask("OPTIONS", "/api/v2/runtimes") as response:
        assert (response.status, response.headers["Allow"]) == (200, "GET,HEAD")
        assert await response.text() == "GET,HEAD"


async def test_other_paths_keep_their_own_errors(control: Control) -> None:
    for path in ("/api/v2x", "/api", "/v1/execute"):
        async with control.ask("GET", path) as response:
            assert response.content_type == "application/problem+json"


# Keys and failures


@pytest.mark.parametrize(
    ("header", "form", "status"),
    [
        ("Authorization", "Bearer {}", 200),
        ("Authorization", "{}", 200),
        ("X-API-Key", "{}", 200),
        ("Authorization", "{}x", 401),
        ("Other", "{}", 401),
    ],
)
async def test_a_key_is_needed(control: Control, header: str, form: str, status: int) -> None:
    headers = {header: form.format(control.key)}
    async with aiohttp.ClientSession(control.url, headers=headers) as http:
        for method, path in (("GET", "/runtimes"), ("GET", "/packages"), ("POST", "/execute")):
            json_body = HELLO if method == "POST" else None
            async with http.request(method, f"/api/v2{path}", json=json_body) as response:
                assert response.status == status
                assert response.content_type == "application/json"
                if status == 401:
                    assert list(await response.json()) == ["message"]
                    assert "WWW-Authenticate" in response.headers


async def test_nobody_is_told_what_is_wrong_without_a_key(control: Control) -> None:
    async with aiohttp.ClientSession(control.url) as http, http.post(EXECUTE, data=b"{") as response:
        assert response.status == 401


async def test_what_v1_tells_in_detail_is_the_message(start_control: Any, executor: ScriptedExecutor) -> None:
    control = await start_control(executor, body_max_bytes=1_000)
    assert await execute(control, stdin="x" * 1_000) == (413, {"message": "the body exceeds 1000 bytes"})
    found = await control.call("POST", EXECUTE, data=b"", headers={**JSON, "Content-Encoding": "gzip"})
    assert found == (415, {"message": "the body must not be compressed"})


async def test_no_executor_is_503(start_control: Any) -> None:
    control = await start_control()
    async with control.ask("POST", EXECUTE, json=HELLO) as response:
        assert (response.status, response.headers["Retry-After"]) == (503, "1")
        assert await response.json() == {"message": "no executor is connected"}
    assert await control.get("/api/v2/runtimes") == (200, [])


@pytest.mark.parametrize(
    ("code", "status", "message"),
    [
        (StatusCode.RESOURCE_EXHAUSTED, 503, "no sandbox came free in time"),
        (StatusCode.UNAVAILABLE, 503, "no executor can take the program now"),
        (StatusCode.INVALID_ARGUMENT, 400, "the executor refused the request: words"),
    ],
)
async def test_what_an_executor_does_not_take_is_told(
    control: Control, executor: ScriptedExecutor, code: StatusCode, status: int, message: str
) -> None:
    executor.play = fails(code, details="words")
    assert await execute(control) == (status, {"message": message})


async def test_a_lost_sandbox_is_an_internal_error_of_its_stage(
    control: Control, executor: ScriptedExecutor
) -> None:
    executor.play = fails(StatusCode.ABORTED, sent(started(), event(stage_start=pb.RUN), event(stdout=b"a")))
    status, answer = await execute(control)
    assert status == 200
    assert (answer["run"]["stdout"], answer["run"]["status"]) == ("a", "XX")


async def test_what_cannot_be_kept_is_not_told(control: Control, executor: ScriptedExecutor) -> None:
    over = kept(limit=pb.SESSION_BYTES, message="over")
    executor.play = script(sent(started(), event(stage_start=pb.RUN), end(), over, done()))
    status, answer = await execute(control)
    assert status == 200
    assert list(answer) == ["run", "language", "version"]


async def test_a_client_that_leaves_ends_its_program(control: Control, executor: ScriptedExecutor) -> None:
    began = asyncio.Event()

    async def play(start: pb.Start, context: Any) -> Any:
        yield sent(started())
        began.set()
        await asyncio.sleep(60)

    executor.play = play
    request = asyncio.create_task(execute(control))
    await began.wait()
    request.cancel()
    async with asyncio.timeout(10):
        await executor.cancelled.wait()


async def test_requests_are_counted_by_their_paths(control: Control) -> None:
    await execute(control)
    await control.get("/api/v2/nowhere")
    async with control.ask("GET", "/metrics") as response:
        text = await response.text()
    assert 'route="/api/v2/execute"' in text
    assert 'route="/api/v2{rest}"' in text
    assert "nowhere" not in text
