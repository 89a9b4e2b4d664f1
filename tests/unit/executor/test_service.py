import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import agent_wire as wire
import grpc
import grpc.aio
import pytest
from served_executor import PYTHON, Call, Served, serving, start

from executor.api import executor_pb2 as pb


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(serving(tmp_path))


async def events_of(call: Call) -> list[pb.Event]:
    """Everything that a call says, which must end well."""
    found = [event async for output in call for event in output.events]
    assert await call.code() is grpc.StatusCode.OK
    return found


async def refusal(call: Call) -> tuple[grpc.StatusCode, str]:
    """How a call ends that says nothing before."""
    assert [output async for output in silently(call)] == []
    return await call.code(), await call.details()


async def silently(call: Call) -> AsyncIterator[pb.ExecuteOutput]:
    try:
        async for output in call:
            yield output
    except grpc.aio.AioRpcError:
        return


@pytest.mark.parametrize(
    ("inputs", "code", "details"),
    [
        pytest.param(
            [pb.ExecuteInput(stdin=b"x")],
            grpc.StatusCode.INVALID_ARGUMENT,
            "the first input must be `start`",
            id="stdin first",
        ),
        pytest.param(
            [start(runtime="cobol-1")],
            grpc.StatusCode.UNIMPLEMENTED,
            "no runtime 'cobol-1' here",
            id="runtime",
        ),
        pytest.param(
            [start(tenant="")], grpc.StatusCode.INVALID_ARGUMENT, "tenant: must not be empty", id="tenant"
        ),
        pytest.param(
            [start(files=[])], grpc.StatusCode.INVALID_ARGUMENT, "files: at least one is needed", id="files"
        ),
    ],
)
async def test_a_start_that_cannot_be_is_refused_before_anything_is_claimed(
    served: Served, inputs: list[pb.ExecuteInput], code: grpc.StatusCode, details: str
) -> None:
    assert await refusal(served.execute(*inputs)) == (code, details)
    assert served.pool.claims == []


@pytest.mark.parametrize(
    ("draining", "code"),
    [(False, grpc.StatusCode.RESOURCE_EXHAUSTED), (True, grpc.StatusCode.UNAVAILABLE)],
)
async def test_without_a_sandbox_the_status_says_whether_to_wait_or_to_go_elsewhere(
    served: Served, draining: bool, code: grpc.StatusCode
) -> None:
    served.pool.sandbox, served.pool.draining = None, draining
    assert await refusal(served.execute(start())) == (code, "none here")
    assert served.pool.released.empty()


TOO_MUCH = ["x" * 70_000]


async def test_arguments_that_are_too_large_are_refused(served: Served) -> None:
    code, details = await refusal(served.execute(start(args=TOO_MUCH)))
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert details.startswith("args, env and names of files: 70")
    assert served.agent.pending() == []


async def test_a_program_that_is_refused_costs_no_sandbox(served: Served) -> None:
    await refusal(served.execute(start(args=TOO_MUCH)))
    assert served.pool.claims == [] or await served.released()


@pytest.mark.parametrize(
    ("fields", "claim", "reusable"),
    [
        ({}, (PYTHON.id, "t", False, 4.5), True),
        ({"isolate_sandbox": True}, (PYTHON.id, "t", True, 4.5), False),
        ({"tenant": "other", "claim_timeout_ms": 250}, (PYTHON.id, "other", False, 0.25), True),
    ],
)
async def test_a_sandbox_is_claimed_as_asked_and_given_back(
    served: Served, fields: dict[str, Any], claim: tuple[str, str, bool, float], reusable: bool
) -> None:
    call = served.execute(start(**fields))
    await served.agent.started()
    served.agent.say(wire.ended())
    await events_of(call)
    assert served.pool.claims == [claim]
    assert await served.released() is reusable


async def test_started_comes_first_and_done_last(served: Served) -> None:
    call = served.execute(start())
    await served.agent.started()
    served.agent.say(wire.stdout(b"out"), wire.stderr(b"err"))
    served.agent.say(wire.ended(2, wall=7000))
    events = await events_of(call)
    assert [event.WhichOneof("event") for event in events] == [
        "started",
        "stage_start",
        "stdout",
        "stderr",
        "stage_end",
        "kept",
        "done",
    ]
    assert events[4].stage_end.outcome == pb.NONZERO_EXIT
    assert events[6].done.agent_us == 7
    assert events[6].done.total_us >= events[0].started.claim_us


async def test_a_call_carries_programs_one_after_the_other(served: Served) -> None:
    call = served.stub.Execute()
    for _ in range(3):
        await call.write(start())
        await served.agent.started()
        served.agent.say(wire.stdout(b"hello"), wire.ended())
        told: list[pb.Event] = []
        while not told or not told[-1].HasField("done"):
            output = await call.read()
            assert isinstance(output, pb.ExecuteOutput)
            told += output.events
        assert [event.stdout for event in told if event.stdout] == [b"hello"]
        assert await served.released()
    await call.done_writing()
    assert await call.read() is grpc.aio.EOF
    assert await call.code() is grpc.StatusCode.OK


async def test_a_call_whose_caller_may_say_more_ends_with_its_program(served: Served) -> None:
    call = served.stub.Execute()
    await call.write(start(stdin_complete=False))
    await served.agent.started()
    served.agent.say(wire.ended())
    while await call.read() is not grpc.aio.EOF:
        pass
    assert await call.code() is grpc.StatusCode.OK


async def test_started_is_told_before_a_silent_program_ends(served: Served) -> None:
    call = served.execute(start())
    await served.agent.started()
    first = await call.read()
    assert isinstance(first, pb.ExecuteOutput)
    assert [event.WhichOneof("event") for event in first.events] == ["started"]
    call.cancel()


async def test_a_lost_sandbox_is_told_as_an_outcome_and_not_used_again(served: Served) -> None:
    call = served.execute(start())
    await served.agent.started()
    served.agent.close()
    events = await events_of(call)
    assert events[-3].stage_end.outcome == pb.INTERNAL
    assert events[-2].kept.limit == pb.UNSAVED
    assert events[-1].HasField("done")
    assert await served.released() is False


async def test_a_cancelled_call_gives_its_sandbox_back(served: Served) -> None:
    call = served.execute(start())
    await served.agent.started()
    assert served.pool.released.empty()
    call.cancel()
    # Parking it again ends the program.
    assert await served.released() is True


@pytest.mark.parametrize("end", [pb.ExecuteInput(stdin_eof=True), None])
async def test_what_follows_start_is_passed_to_the_program(
    served: Served, end: pb.ExecuteInput | None
) -> None:
    later = [pb.ExecuteInput(stdin=b"in"), pb.ExecuteInput(signal=15), *([end] if end else [])]
    call = served.execute(start(stdin_complete=False), *later)
    await served.agent.started()
    assert await served.agent.expect(wire.STDIN) == b"in"
    assert await served.agent.expect(wire.SIGNAL) == b"\x0f"
    assert await served.agent.expect(wire.STDIN_EOF) == b""
    served.agent.say(wire.ended())
    assert (await events_of(call))[-1].HasField("done")


@pytest.mark.parametrize(
    "odd", [pb.ExecuteInput(signal=0), pb.ExecuteInput(signal=32), pb.ExecuteInput(signal=-9), start()]
)
async def test_an_input_that_means_nothing_is_passed_over(served: Served, odd: pb.ExecuteInput) -> None:
    call = served.execute(start(stdin_complete=False), pb.ExecuteInput(), odd, pb.ExecuteInput(stdin=b"in"))
    await served.agent.started()
    assert await served.agent.expect(wire.STDIN) == b"in"
    assert await served.agent.expect(wire.STDIN_EOF) == b""
    served.agent.say(wire.ended())
    await events_of(call)


async def test_a_program_may_end_before_its_caller_has_said_all(served: Served) -> None:
    call = served.stub.Execute()
    await call.write(start(stdin_complete=False))
    await served.agent.started()
    served.agent.say(wire.ended())
    assert [event async for output in call for event in output.events][-1].HasField("done")
    assert await served.released() is True


async def test_runtimes_are_listed_with_everything_that_is_known_of_them(served: Served) -> None:
    answer = await served.stub.ListRuntimes(pb.ListRuntimesRequest())
    assert answer.executor == "here"
    listed = answer.runtimes
    assert [one.id for one in listed] == ["python-3.13.5", "c-13.3.0"]
    assert listed[1] == pb.Runtime(
        id="c-13.3.0",
        language="c",
        version="13.3.0",
        aliases=["cc"],
        runtime="gcc",
        compiled=True,
        entry="main.c",
        notes="C17",
        compile_limits=pb.Limits(wall_ms=2000, cpu_ms=2000, memory_bytes=4000, output_bytes=777),
        run_limits=pb.Limits(wall_ms=1000, cpu_ms=1000, memory_bytes=3000, output_bytes=777),
    )
    assert not listed[0].compiled


async def test_the_status_is_told_at_once_and_then_when_it_is_another_one(served: Served) -> None:
    call = served.stub.WatchStatus(pb.WatchStatusRequest())
    assert await call.read() == pb.Status(capacity=1)
    # A change that changes nothing is not told: the next message is the one after it.
    served.board.change()
    await asyncio.sleep(0)
    served.status.running = 1
    served.board.change()
    assert await call.read() == pb.Status(capacity=1, running=1)
    call.cancel()


async def test_draining_is_passed_on_and_answered_with_what_is_left(served: Served) -> None:
    answer = await served.stub.Drain(pb.DrainRequest(deadline_ms=1500))
    assert (answer.remaining, served.pool.drained) == (3, [1.5])
