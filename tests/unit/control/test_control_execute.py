import asyncio
from pathlib import Path
from typing import Any

import pytest
from grpc import StatusCode
from running_control import Control, until
from scripted_executor import (
    PYTHON,
    PYTHON_OLD,
    C,
    ScriptedExecutor,
    done,
    end,
    event,
    fails,
    run,
    script,
    sent,
    started,
)

from executor.api import executor_pb2 as pb


async def test_a_program_is_answered_with_its_stage(control: Control) -> None:
    status, answer = await control.execute(language="py", code="print('hello')")
    assert status == 200
    assert answer == {
        "language": "python",
        "version": "3.13.5",
        "session_id": "s_one_new",
        "run": {
            "stdout": "hello\n",
            "stderr": "",
            "output": "hello\n",
            "code": 0,
            "signal": None,
            "status": None,
            "message": None,
            "wall_time": 1.5,
            "cpu_time": 1.001,
            "memory": 4096,
            "stdout_truncated": False,
            "stderr_truncated": False,
        },
    }


async def test_what_was_asked_for_reaches_the_executor(control: Control, executor: ScriptedExecutor) -> None:
    body = {
        "language": "c",
        "files": [
            {"content": "int main;"},
            {"name": "a/b.h", "content": "eHl6", "encoding": "base64"},
            {"name": "ö.txt", "content": "00ff", "encoding": "hex"},
        ],
        "stdin": "in\n",
        "args": ["-x", "ü"],
        "env": {"A_1": "b"},
        "version": "^13",
        "run_timeout": 1000,
        "run_cpu_time": 500.0,
        "compile_timeout": 2000,
        "run_memory_limit": 1 << 20,
        "compile_memory_limit": 2 << 20,
        "isolation": "sandbox",
    }
    async with control.http.post("/v1/execute", json=body, headers={"X-Request-Id": "abc-1"}) as response:
        assert response.status == 200
    (start,) = executor.starts
    assert start == pb.Start(
        tenant="default",
        runtime="c-13.3.0",
        files=[
            pb.File(name="main.c", content=b"int main;"),
            pb.File(name="a/b.h", content=b"xyz"),
            pb.File(name="ö.txt", content=b"\x00\xff"),
        ],
        stdin=b"in\n",
        stdin_complete=True,
        args=["-x", "ü"],
        env={"A_1": "b"},
        run_limits=pb.Limits(wall_ms=1000, cpu_ms=500, memory_bytes=1 << 20, output_bytes=4 << 20),
        compile_limits=pb.Limits(wall_ms=2000, cpu_ms=2000, memory_bytes=2 << 20, output_bytes=4 << 20),
        isolate_sandbox=True,
        claim_timeout_ms=10_000,
        policy=pb.SessionPolicy(
            idle_timeout_ms=600_000, max_sessions=10_000, session_bytes=512 << 20, tenant_bytes=10 << 30
        ),
        request_id="abc-1",
    )


async def test_the_defaults_reach_the_executor(control: Control, executor: ScriptedExecutor) -> None:
    await control.execute(language="python", code="", env=None, session_id=None, run_timeout=None)
    (start,) = executor.starts
    assert start.files[0] == pb.File(name="main.py", content=b"")
    assert (start.run_limits.wall_ms, start.run_limits.cpu_ms) == (300_000, 300_000)
    assert (start.compile_limits.wall_ms, start.compile_limits.cpu_ms) == (60_000, 60_000)
    assert start.run_limits.memory_bytes == start.compile_limits.memory_bytes == 0
    assert not start.isolate_sandbox
    assert start.session == ""


async def test_output_is_in_the_order_written_and_decoded_whole(
    control: Control, executor: ScriptedExecutor
) -> None:
    executor.play = run(
        event(stdout=b"a\xe2\x82"),
        event(stdout=b"\xac"),
        event(stderr=b"err\xff"),
        event(stdout=b"b"),
        end(),
    )
    _, answer = await control.execute(language="python", code="")
    stage = answer["run"]
    assert (stage["stdout"], stage["stderr"], stage["output"]) == ("a€b", "err\ufffd", "a€err\ufffdb")


@pytest.mark.parametrize(
    ("ended", "expected"),
    [
        (end(outcome=pb.NONZERO_EXIT, code=3), {"status": "RE", "code": 3, "message": "exited with code 3"}),
        (
            end(outcome=pb.SIGNALED, code=None, signal=9),
            {"status": "SG", "code": None, "signal": "SIGKILL", "message": "ended by SIGKILL"},
        ),
        (end(outcome=pb.SIGNALED, code=None, signal=40), {"status": "SG", "signal": "SIG40"}),
        (end(outcome=pb.TIMED_OUT, code=None, message="took 1 s"), {"status": "TO", "message": "took 1 s"}),
        (end(outcome=pb.MEMORY_EXCEEDED, code=None), {"status": "ML"}),
        (end(outcome=pb.STDOUT_EXCEEDED, stdout_truncated=True), {"status": "OL", "stdout_truncated": True}),
        (end(outcome=pb.STDERR_EXCEEDED, stderr_truncated=True), {"status": "EL", "stderr_truncated": True}),
        (end(outcome=pb.INTERNAL, code=None), {"status": "XX", "message": "the sandbox failed"}),
        (end(outcome=pb.OUTCOME_UNSPECIFIED), {"status": "XX"}),
        (end(), {"status": None, "message": None}),
    ],
)
async def test_each_outcome_has_its_letters(
    control: Control, executor: ScriptedExecutor, ended: pb.Event, expected: dict[str, Any]
) -> None:
    executor.play = run(ended)
    status, answer = await control.execute(language="python", code="")
    assert status == 200
    assert expected.items() <= answer["run"].items()


async def test_a_compiled_program_has_both_stages(control: Control, executor: ScriptedExecutor) -> None:
    executor.play = script(
        sent(started(), event(stage_start=pb.COMPILE), event(stderr=b"warning")),
        sent(end(pb.COMPILE), event(stage_start=pb.RUN), event(stdout=b"out"), end(), done()),
    )
    _, answer = await control.execute(language="c", code="")
    assert (answer["compile"]["stderr"], answer["run"]["stdout"]) == ("warning", "out")
    assert answer["run"]["stderr"] == ""


async def test_a_failed_compilation_has_no_run(control: Control, executor: ScriptedExecutor) -> None:
    executor.play = script(
        sent(started(), event(stage_start=pb.COMPILE)),
        sent(end(pb.COMPILE, pb.NONZERO_EXIT, 1), done()),
    )
    status, answer = await control.execute(language="c", code="")
    assert status == 200
    assert answer["compile"]["status"] == "RE"
    assert "run" not in answer


async def test_a_large_output_comes_back_whole(control: Control, executor: ScriptedExecutor) -> None:
    piece = b"x" * (1 << 20)
    executor.play = script(sent(started()), *[sent(event(stdout=piece))] * 4, sent(end(), done()))
    _, answer = await control.execute(language="python", code="")
    assert len(answer["run"]["stdout"]) == 4 << 20
    assert not answer["run"]["stdout_truncated"]


async def test_output_beyond_our_own_cap_is_cut(start_control: Any, executor: ScriptedExecutor) -> None:
    control = await start_control(executor, output_max_bytes=10)
    executor.play = run(event(stdout=b"12345678"), event(stdout=b"90abc"), event(stdout=b"d"), end())
    _, answer = await control.execute(language="python", code="")
    assert answer["run"]["stdout"] == answer["run"]["output"] == "1234567890"
    assert answer["run"]["stdout_truncated"]
    assert not answer["run"]["stderr_truncated"]


@pytest.mark.parametrize(
    ("wanted", "version"),
    [
        ("*", "3.13.5"),
        ("3", "3.13.5"),
        ("3.x", "3.13.5"),
        ("3.12", "3.12.1"),
        ("^3.12", "3.13.5"),
        ("~3.12.0", "3.12.1"),
        (">=3.12 <3.13", "3.12.1"),
        ("3.12.1", "3.12.1"),
    ],
)
async def test_the_highest_match_wins(control: Control, wanted: str, version: str) -> None:
    status, answer = await control.execute(language="python", code="", version=wanted)
    assert (status, answer["version"]) == (200, version)


async def test_a_full_executor_is_503_and_nobody_else_is_asked(start_control: Any, home: Path) -> None:
    executors = [
        ScriptedExecutor(f"unix:{home}/{n}.sock", play=fails(StatusCode.RESOURCE_EXHAUSTED)) for n in range(2)
    ]
    control = await start_control(*executors)
    async with control.http.post("/v1/execute", json={"language": "py", "code": ""}) as response:
        assert response.status == 503
        assert response.headers["Retry-After"] == "1"
        assert "secret" not in await response.text()
    assert sum(len(executor.starts) for executor in executors) == 1


async def offers(control: Control, expected: int) -> None:
    async def there() -> bool:
        return await control.offers() == expected

    await until(there)


@pytest.mark.parametrize("code", [StatusCode.UNAVAILABLE, StatusCode.UNIMPLEMENTED, StatusCode.CANCELLED])
async def test_what_never_started_is_sent_elsewhere_once(
    start_control: Any, home: Path, code: StatusCode
) -> None:
    bad = ScriptedExecutor(f"unix:{home}/bad.sock", [PYTHON], play=fails(code))
    good = ScriptedExecutor(f"unix:{home}/good.sock", [PYTHON])
    control = await start_control(bad, good)
    await offers(control, 2)
    # Every one is answered, whoever was asked first.
    while not bad.starts:
        status, answer = await control.execute(language="py", code="")
        assert (status, answer["run"]["stdout"]) == (200, "hello\n")


async def test_two_failures_to_start_are_503(start_control: Any, home: Path) -> None:
    executors = [
        ScriptedExecutor(f"unix:{home}/{n}.sock", [PYTHON], play=fails(StatusCode.UNAVAILABLE))
        for n in range(3)
    ]
    control = await start_control(*executors)
    await offers(control, 3)
    status, problem = await control.execute(language="py", code="")
    assert status == 503
    assert "secret" not in problem["detail"]
    assert sum(len(executor.starts) for executor in executors) == 2


@pytest.mark.parametrize("code", [StatusCode.ABORTED, StatusCode.UNAVAILABLE, StatusCode.CANCELLED])
async def test_what_started_and_was_lost_is_told_with_what_it_wrote(
    control: Control, executor: ScriptedExecutor, code: StatusCode
) -> None:
    executor.play = fails(code, sent(started(), event(stage_start=pb.RUN), event(stdout=b"part")))
    status, answer = await control.execute(language="python", code="")
    assert status == 200
    assert (answer["run"]["status"], answer["run"]["stdout"]) == ("XX", "part")
    assert "lost" in answer["run"]["message"]
    assert len(executor.starts) == 1


@pytest.mark.parametrize(
    ("before", "stages"),
    [
        ([started()], {"compile": "XX"}),
        ([started(), event(stage_start=pb.COMPILE), end(pb.COMPILE)], {"compile": None, "run": "XX"}),
        ([started(), end(pb.COMPILE, pb.NONZERO_EXIT, 1)], {"compile": "RE"}),
        ([started(), end(pb.COMPILE), end(pb.RUN)], {"compile": None, "run": None}),
    ],
)
async def test_the_stage_that_was_lost_is_the_one_that_says_so(
    control: Control, executor: ScriptedExecutor, before: list[pb.Event], stages: dict[str, str | None]
) -> None:
    executor.play = fails(StatusCode.ABORTED, sent(*before))
    _, answer = await control.execute(language="c", code="")
    found = {stage: answer[stage]["status"] for stage in ("compile", "run") if stage in answer}
    assert found == stages


async def test_an_executor_that_says_nothing_is_a_failure_to_start(
    start_control: Any, executor: ScriptedExecutor
) -> None:
    executor.play = script()
    control = await start_control(executor, claim_timeout_ms=50, call_margin_ms=50)
    assert (await control.execute(language="python", code=""))[0] == 503


async def test_an_executor_that_hangs_before_the_start_is_given_up(
    start_control: Any, executor: ScriptedExecutor
) -> None:
    async def hangs(start: pb.Start, context: Any) -> Any:
        await asyncio.Event().wait()
        yield

    executor.play = hangs
    control = await start_control(executor, claim_timeout_ms=50, call_margin_ms=50)
    assert (await control.execute(language="python", code=""))[0] == 503
    await asyncio.wait_for(executor.cancelled.wait(), 10)


async def test_an_executor_that_hangs_after_the_start_is_told(
    start_control: Any, executor: ScriptedExecutor
) -> None:
    async def hangs(start: pb.Start, context: Any) -> Any:
        yield sent(started(), event(stdout=b"part"))
        await asyncio.Event().wait()

    executor.play = hangs
    control = await start_control(executor, claim_timeout_ms=50, call_margin_ms=50)
    _, answer = await control.execute(language="python", code="", run_timeout=50, compile_timeout=50)
    assert (answer["run"]["status"], answer["run"]["stdout"]) == ("XX", "part")
    assert "in time" in answer["run"]["message"]


async def test_a_refused_request_is_400_in_the_executors_words(
    control: Control, executor: ScriptedExecutor
) -> None:
    executor.play = fails(StatusCode.INVALID_ARGUMENT, details="files[0].name: reserved")
    status, problem = await control.execute(language="python", code="")
    assert status == 400
    assert "files[0].name: reserved" in problem["detail"]


async def test_the_answer_does_not_wait_for_the_call_to_end(
    control: Control, executor: ScriptedExecutor
) -> None:
    settled = asyncio.Event()

    async def settles_late(start: pb.Start, context: Any) -> Any:
        yield sent(started(), end(), done())
        await settled.wait()

    executor.play = settles_late
    status, _ = await control.execute(language="python", code="")
    assert status == 200
    assert executor.running == 1
    settled.set()
    await until(lambda: executor.running == 0)
    assert not executor.cancelled.is_set()


async def test_a_client_that_leaves_ends_its_program(control: Control, executor: ScriptedExecutor) -> None:
    async def endless(start: pb.Start, context: Any) -> Any:
        yield sent(started())
        await asyncio.Event().wait()

    executor.play = endless
    request = asyncio.create_task(control.execute(language="python", code=""))
    await until(lambda: executor.running == 1)
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    await asyncio.wait_for(executor.cancelled.wait(), 10)
    await until(lambda: executor.running == 0)


async def test_without_an_executor_it_is_503(start_control: Any) -> None:
    control = await start_control()
    status, _ = await control.execute(language="python", code="")
    assert status == 503


async def test_runtimes_are_merged_over_executors(start_control: Any, home: Path) -> None:
    one = ScriptedExecutor(f"unix:{home}/1.sock", [PYTHON, PYTHON_OLD])
    two = ScriptedExecutor(f"unix:{home}/2.sock", [C, PYTHON])
    control = await start_control(one, two)
    await offers(control, 4)
    _, runtimes = await control.get("/v1/runtimes")
    assert [(r["language"], r["version"], r["executors"], r["warm"]) for r in runtimes] == [
        ("c", "13.3.0", 1, 1),
        ("python", "3.13.5", 2, 2),
        ("python", "3.12.1", 1, 1),
    ]
    assert runtimes[0] == {
        "language": "c",
        "version": "13.3.0",
        "aliases": [],
        "runtime": "gcc",
        "compiled": True,
        "executors": 1,
        "warm": 1,
        "notes": "C17",
    }
    assert "notes" not in runtimes[1]
