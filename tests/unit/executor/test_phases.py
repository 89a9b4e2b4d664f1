"""How long a program was in each part of its way, and what is logged of it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import agent_wire as wire
import pytest
import structlog
from served_executor import C, Served, serving, start
from structlog.testing import capture_logs

from executor.api import executor_pb2 as pb


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(tmp_path) as found:
        yield found


async def done_of(served: Served, *said: bytes, **fields: Any) -> tuple[pb.Done, pb.Started]:
    """What a program is told of its time, whose agent says this."""
    call = served.execute(start(**fields))
    await served.agent.started()
    served.agent.say(*said)
    events = [event async for output in call for event in output.events]
    return events[-1].done, events[0].started


async def test_the_phases_are_parts_of_the_whole(served: Served) -> None:
    done, started = await done_of(served, wire.ended(wall=1000))
    assert done.go_us > 0
    assert done.settle_us > 0
    assert started.claim_us + done.go_us + done.settle_us <= done.total_us


async def test_a_sandbox_that_is_lost_before_the_program_is_in_it_has_no_go(served: Served) -> None:
    assert served.pool.sandbox is not None
    served.pool.sandbox.channel.end("gone")
    call = served.execute(start())
    events = [event async for output in call for event in output.events]
    assert events[-1].done.go_us == 0
    assert [event.stage_end.outcome for event in events if event.HasField("stage_end")] == [pb.INTERNAL]


async def test_a_log_line_about_a_program_says_whose_it_is_and_no_more_of_it(served: Served) -> None:
    secrets = {
        "files": [pb.File(name="sesame.py", content=b"sesame")],
        "stdin": b"sesame",
        "env": {"KEY": "sesame"},
        "args": ["sesame"],
    }
    call = served.stub.Execute()
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        for number in (1, 2):
            await call.write(start(request_id=f"r{number}", tenant=f"t{number}", **secrets))
            await served.agent.started()
            served.agent.say(wire.stdout(b"sesame"), wire.ended())
            await asyncio.wait_for(served.pool.released.get(), 10)
        await call.write(start(request_id="r3", tenant="t3", **secrets))
        await served.agent.started()
        served.agent.close()
        await asyncio.wait_for(served.pool.released.get(), 10)
        call.cancel()
    told = [(line["event"], line["request_id"], line["tenant"]) for line in lines]
    assert told == [
        ("execution.done", "r1", "t1"),
        ("execution.done", "r2", "t2"),
        ("execution.done", "r3", "t3"),
        ("execution.sandbox_lost", "r3", "t3"),
        ("execution.not_kept", "r3", "t3"),
    ]
    assert "sesame" not in repr(lines)


async def test_a_program_that_gets_no_sandbox_is_logged_with_its_request(served: Served) -> None:
    served.pool.sandbox = None
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        call = served.execute(start(request_id="r1", runtime=C.id))
        assert await call.code() is not None
    (line,) = lines
    assert (line["event"], line["request_id"], line["runtime"]) == ("execution.no_sandbox", "r1", C.id)
