import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import agent_wire as wire
import pytest
from claimed_sandbox import FakeCgroup, blank_keeping, claimed_sandbox
from fake_agent import FakeAgent
from runtimes import COMPILED, PARKED, runtime
from virtual_time import in_virtual_time, settled

from executor.api import executor_pb2 as pb
from executor.compile_cache import CompileCache
from executor.execution import MAX_ARGUMENTS, BadProgramError, Execution
from executor.runtime import Runtime
from executor.sandbox import Sandbox, SandboxLostError
from executor.settings import Settings
from executor.timeline import Timeline

MIB = 1024 * 1024
KILLED = wire.exited(signal=9, reason=2)
WINDOW = 65536

Script = Callable[[FakeAgent, Execution], Awaitable[None]]


def start(*names: str, **fields: Any) -> pb.Start:
    files = [pb.File(name=name, content=b"x") for name in names or ("main.py",)]
    given: dict[str, Any] = {"files": files, "stdin_complete": True, **fields}
    return pb.Start(**given)


@dataclass
class Ran:
    """What came of an execution."""

    messages: list[list[pb.Event]]
    execution: Execution
    sandbox: Sandbox
    cgroup: FakeCgroup
    seconds: float

    @property
    def events(self) -> list[pb.Event]:
        return [event for message in self.messages for event in message]

    @property
    def ends(self) -> list[pb.StageEnd]:
        return [event.stage_end for event in self.events if event.HasField("stage_end")]

    @property
    def end(self) -> pb.StageEnd:
        (end,) = self.ends
        return end

    @property
    def stdout(self) -> bytes:
        return b"".join(event.stdout for event in self.events)

    @property
    def stderr(self) -> bytes:
        return b"".join(event.stderr for event in self.events)

    @property
    def kinds(self) -> list[str | None]:
        return [event.WhichOneof("event") for event in self.events]


async def ran(
    script: Script,
    *,
    program: pb.Start | None = None,
    on: Runtime | None = None,
    cgroup: FakeCgroup | None = None,
    cache: CompileCache | None = None,
    after: Callable[[Sandbox, FakeAgent], Awaitable[None]] | None = None,
    **settings: Any,
) -> Ran:
    """Runs a program on a runtime while its agent follows the script."""
    cgroup = cgroup or FakeCgroup()
    given: dict[str, Any] = {"stdin_window": WINDOW, **settings}
    chosen = Settings(**given)
    messages: list[list[pb.Event]] = []

    async def emit(events: list[pb.Event]) -> None:
        messages.append(events)

    with (
        tempfile.TemporaryDirectory() as folder,
        claimed_sandbox(Path(folder), on or runtime(), chosen, cgroup) as (sandbox, agent),
    ):
        cache = cache or CompileCache(total=0, per_tenant=0)
        keeping = blank_keeping(Path(folder), program or start())
        execution = Execution(sandbox, program or start(), chosen, cache, emit, keeping, Timeline(0))
        began = asyncio.get_running_loop().time()
        # More than any limit here. It is virtual.
        async with asyncio.timeout(100_000):
            running = asyncio.create_task(execution.run())
            await asyncio.gather(script(agent, execution))
            await agent.leave_nothing(running)
            last = await running
        messages.append(last)
        seconds = asyncio.get_running_loop().time() - began
        if after is not None:
            await after(sandbox, agent)
        return Ran(messages, execution, sandbox, cgroup, seconds)


def says(*frames: bytes) -> Script:
    """An agent that answers START with these frames."""

    async def script(agent: FakeAgent, execution: Execution) -> None:
        await agent.started()
        agent.say(*frames)

    return script


async def kind_of_next(agent: FakeAgent) -> int:
    return (await agent.next())[0]


async def until_killed(agent: FakeAgent) -> None:
    while await kind_of_next(agent) != wire.KILL:
        pass


async def obeys(agent: FakeAgent, execution: Execution) -> None:
    """An agent whose program runs until it is killed."""
    await agent.started()
    await until_killed(agent)
    agent.say(KILLED)


async def ignores(agent: FakeAgent, execution: Execution) -> None:
    """An agent that does not kill when it is told to."""
    await agent.started()


async def dies(agent: FakeAgent, execution: Execution) -> None:
    await agent.started()
    agent.close()


CPU = "the CPU time limit of 300000 ms was reached"
MEMORY = f"the memory limit of {256 * MIB} bytes was reached"
LOST = "the sandbox was lost while the program ran: "


@pytest.mark.parametrize(
    ("script", "kills", "outcome", "code", "signal", "message", "healthy"),
    [
        pytest.param(says(wire.exited(0)), 0, pb.OK, 0, 0, "", True, id="exit 0"),
        pytest.param(
            says(wire.exited(3)), 0, pb.NONZERO_EXIT, 3, 0, "exited with status 3", True, id="exit 3"
        ),
        pytest.param(
            says(wire.exited(signal=11)), 0, pb.SIGNALED, None, 11, "ended by SIGSEGV", True, id="signal"
        ),
        pytest.param(
            says(wire.exited(signal=99)),
            0,
            pb.SIGNALED,
            None,
            99,
            "ended by signal 99",
            True,
            id="odd signal",
        ),
        pytest.param(
            says(wire.exited(signal=9, reason=1)), 0, pb.TIMED_OUT, None, 9, CPU, True, id="cpu time"
        ),
        pytest.param(
            says(wire.exited(1)), 1, pb.MEMORY_EXCEEDED, None, 9, MEMORY, False, id="oom seen as an exit"
        ),
        pytest.param(
            says(wire.exited(signal=9)),
            1,
            pb.MEMORY_EXCEEDED,
            None,
            9,
            MEMORY,
            False,
            id="oom seen as a kill",
        ),
        pytest.param(dies, 1, pb.MEMORY_EXCEEDED, None, 9, MEMORY, False, id="oom of the whole sandbox"),
        pytest.param(
            says(wire.failed(2, b"no such file")),
            0,
            pb.INTERNAL,
            None,
            0,
            "could not be started: no such file",
            True,
            id="not started",
        ),
        pytest.param(dies, 0, pb.INTERNAL, None, 9, LOST + "the sandbox ended", False, id="sandbox gone"),
        pytest.param(
            says(wire.frame(0x42)),
            0,
            pb.INTERNAL,
            None,
            9,
            LOST + "the agent broke the protocol: a frame of unknown type 0x42",
            False,
            id="protocol broken",
        ),
        *(
            pytest.param(
                says(frame),
                0,
                pb.INTERNAL,
                None,
                9,
                LOST + "the agent sent a frame out of turn",
                False,
                id=f"{name} out of turn",
            )
            for name, frame in {"parked": wire.parked(), "hello": wire.hello()}.items()
        ),
    ],
)
def test_every_end_of_a_program_has_its_outcome(
    script: Script, kills: int, outcome: int, code: int | None, signal: int, message: str, healthy: bool
) -> None:
    @in_virtual_time
    async def scenario() -> None:
        found = await ran(script, cgroup=FakeCgroup(kills=kills))
        end = found.end
        assert (end.stage, end.outcome, end.message) == (pb.RUN, outcome, message)
        assert (end.code if end.HasField("code") else None, end.signal) == (code, signal)
        assert found.execution.healthy is healthy
        assert found.kinds == ["stage_start", "stage_end"]
        assert not end.stdout_truncated
        assert not end.stderr_truncated

    scenario()


@in_virtual_time
async def test_what_the_agent_measured_is_told_in_the_units_of_the_api() -> None:
    exited = wire.exited(0, wall=2_500_999, cpu=1_000_000, rss=4096)
    found = await ran(says(exited))
    assert (found.end.wall_us, found.end.cpu_us, found.end.memory_bytes) == (2500, 1000, 4096)
    assert found.execution.agent_ns == 2_500_999


@in_virtual_time
async def test_what_was_killed_for_memory_had_at_least_its_limit() -> None:
    found = await ran(says(wire.exited(signal=9, rss=4096)), cgroup=FakeCgroup(kills=1))
    assert found.end.memory_bytes == 256 * MIB


@in_virtual_time
async def test_output_arrives_in_order_between_start_and_end() -> None:
    found = await ran(
        says(wire.stdout(b"1"), wire.stderr(b"2"), wire.stdout(b""), wire.stdout(b"3"), wire.exited())
    )
    assert found.kinds == ["stage_start", "stdout", "stderr", "stdout", "stage_end"]
    assert (found.stdout, found.stderr) == (b"13", b"2")


@in_virtual_time
async def test_what_was_written_before_the_sandbox_was_lost_is_kept() -> None:
    async def script(agent: FakeAgent, execution: Execution) -> None:
        await agent.started()
        agent.say(wire.stdout(b"last words"))
        agent.close()

    found = await ran(script)
    assert found.stdout == b"last words"
    assert found.end.outcome == pb.INTERNAL


@pytest.mark.parametrize(("asked", "limit"), [(50, 50), (0, 300_000)])
def test_a_program_that_runs_too_long_is_killed_and_its_sandbox_kept(asked: int, limit: int) -> None:
    @in_virtual_time
    async def scenario() -> None:
        found = await ran(obeys, program=start(run_limits=pb.Limits(wall_ms=asked)))
        assert found.end.outcome == pb.TIMED_OUT
        assert found.end.message == f"the wall time limit of {limit} ms was reached"
        assert (found.end.signal, found.end.HasField("code")) == (9, False)
        assert found.seconds == pytest.approx(limit / 1000, abs=1e-3)
        assert found.execution.healthy

    scenario()


@in_virtual_time
async def test_an_agent_that_does_not_kill_costs_its_sandbox_and_not_the_answer() -> None:
    found = await ran(ignores, program=start(run_limits=pb.Limits(wall_ms=50)), kill_grace=0.15)
    assert found.end.outcome == pb.TIMED_OUT
    assert found.end.message == "the wall time limit of 50 ms was reached"
    assert found.seconds == pytest.approx(0.2, abs=1e-3)
    assert not found.execution.healthy


@in_virtual_time
async def test_an_agent_that_floods_instead_of_killing_is_cut_off_all_the_same() -> None:
    async def script(agent: FakeAgent, execution: Execution) -> None:
        await agent.started()
        while execution.healthy:
            agent.fill(wire.stdout(bytes(1000)) * 10)
            await asyncio.sleep(0.01)

    found = await ran(script, program=start(run_limits=pb.Limits(wall_ms=50, output_bytes=10**9)))
    assert found.end.outcome == pb.TIMED_OUT
    assert found.seconds < 0.3


@in_virtual_time
async def test_a_program_that_ended_in_time_is_not_ended_again_later() -> None:
    async def after(sandbox: Sandbox, agent: FakeAgent) -> None:
        agent.pending()
        await asyncio.sleep(10)
        assert agent.pending() == []
        assert sandbox.channel.ended is None

    await ran(says(wire.exited()), program=start(run_limits=pb.Limits(wall_ms=50)), after=after)


@pytest.mark.parametrize("over", [1, 5, 5000])
@pytest.mark.parametrize(
    ("write", "outcome", "stream"),
    [(wire.stdout, pb.STDOUT_EXCEEDED, "stdout"), (wire.stderr, pb.STDERR_EXCEEDED, "stderr")],
)
def test_output_over_its_cap_is_cut_exactly_there_and_ends_the_program(
    write: Callable[[bytes], bytes], outcome: int, stream: str, over: int
) -> None:
    @in_virtual_time
    async def scenario() -> None:
        async def script(agent: FakeAgent, execution: Execution) -> None:
            await agent.started()
            agent.say(write(b"a" * 60), write(b"b" * (40 + over)), write(b"c"))
            await until_killed(agent)
            agent.say(write(b"d" * 1000), KILLED)

        found = await ran(script, program=start(run_limits=pb.Limits(output_bytes=100)))
        kept, other = (found.stdout, found.stderr) if stream == "stdout" else (found.stderr, found.stdout)
        assert (kept, other) == (b"a" * 60 + b"b" * 40, b"")
        assert (found.end.outcome, found.end.signal) == (outcome, 9)
        assert found.end.message == f"{stream} is over its limit of 100 bytes"
        assert (found.end.stdout_truncated, found.end.stderr_truncated) == (
            stream == "stdout",
            stream == "stderr",
        )
        assert found.execution.healthy

    scenario()


@in_virtual_time
async def test_output_that_fills_its_cap_is_not_over_it() -> None:
    program = start(run_limits=pb.Limits(output_bytes=100))
    found = await ran(says(wire.stdout(bytes(100)), wire.stderr(bytes(100)), wire.exited()), program=program)
    assert (found.end.outcome, len(found.stdout), len(found.stderr)) == (pb.OK, 100, 100)
    assert not found.end.stdout_truncated


@in_virtual_time
async def test_a_request_without_a_cap_gets_the_settings() -> None:
    found = await ran(says(wire.stdout(bytes(30)), KILLED), output_limit=20)
    assert (found.end.outcome, len(found.stdout)) == (pb.STDOUT_EXCEEDED, 20)


@in_virtual_time
async def test_the_first_reason_to_end_a_program_is_the_one_that_is_told() -> None:
    async def script(agent: FakeAgent, execution: Execution) -> None:
        await agent.started()
        agent.say(wire.stderr(bytes(101)), wire.stdout(bytes(101)))

    program = start(run_limits=pb.Limits(output_bytes=100, wall_ms=50))
    found = await ran(script, program=program)
    assert found.end.outcome == pb.STDERR_EXCEEDED
    assert found.end.stdout_truncated


@in_virtual_time
async def test_nothing_is_sent_when_nothing_has_happened() -> None:
    async def script(agent: FakeAgent, execution: Execution) -> None:
        await agent.started()
        agent.say(wire.stdout(b"x" * 20))
        for _ in range(5):
            await settled()
            agent.say(wire.credit(1))
        agent.say(KILLED)

    found = await ran(script, output_limit=10)
    assert all(found.messages)


# ---- what the agent is sent ----


@in_virtual_time
async def test_files_and_start_travel_together_and_say_what_was_asked() -> None:
    sent: list[tuple[int, bytes]] = []

    async def script(agent: FakeAgent, execution: Execution) -> None:
        sent.append(await agent.next())
        sent.extend(agent.pending())
        agent.say(wire.exited())

    program = start(
        "a.py", "lib/b.py", args=["one", "{entry}"], env={"A": "1", "PATH": "/mine"},
        run_limits=pb.Limits(wall_ms=5000, cpu_ms=700),
    )  # fmt: skip
    await ran(script, program=program, on=runtime(limits={"processes": 7, "open_files": 8, "stack": 9000}))
    (_, first), (_, second), (kind, begun), *rest = sent
    assert [wire.file_of(one)[1:] for one in (first, second)] == [("a.py", b"x"), ("lib/b.py", b"x")]
    assert kind == wire.START
    started = wire.Started.read(begun)
    assert started.argv == ["/usr/bin/python3", "a.py", "one", "{entry}"]
    assert sorted(started.env) == ["A=1", "PATH=/mine"]
    assert (started.max_processes, started.max_open_files, started.max_stack_bytes) == (7, 8, 9000)
    assert (started.parked, started.cpu_ms, rest) == (False, 700, [(wire.STDIN_EOF, b"")])


@pytest.mark.parametrize(
    ("limits", "cpu_ms"),
    [(pb.Limits(), 300_000), (pb.Limits(wall_ms=40), 40), (pb.Limits(wall_ms=40, cpu_ms=20), 20)],
)
def test_cpu_time_is_limited_to_the_wall_time_unless_asked_for(limits: pb.Limits, cpu_ms: int) -> None:
    @in_virtual_time
    async def scenario() -> None:
        async def script(agent: FakeAgent, execution: Execution) -> None:
            assert (await agent.started()).cpu_ms == cpu_ms
            agent.say(wire.exited())

        await ran(script, program=start(run_limits=limits))

    scenario()


@pytest.mark.parametrize(("env", "parked"), [({}, True), ({"LC_ALL": "C"}, False)])
def test_a_parked_runner_is_used_where_it_can_become_the_program(env: dict[str, str], parked: bool) -> None:
    @in_virtual_time
    async def scenario() -> None:
        async def script(agent: FakeAgent, execution: Execution) -> None:
            started = await agent.started()
            assert started.parked is parked
            assert started.argv == (["main.py", "x"] if parked else ["/usr/bin/python3", "main.py", "x"])
            agent.say(wire.exited())

        parks = runtime(park=PARKED | {"unless_env": ["LC_*"]})
        await ran(script, program=start(args=["x"], env=env), on=parks)

    scenario()


# ---- two stages ----


@in_virtual_time
async def test_a_program_that_does_not_compile_does_not_run() -> None:
    async def after(sandbox: Sandbox, agent: FakeAgent) -> None:
        assert wire.START not in {kind for kind, _ in agent.pending()}

    script = says(wire.stderr(b"main.c:1: error"), wire.exited(1))
    found = await ran(script, program=start("main.c"), on=runtime("c", **COMPILED), after=after)
    assert (found.end.stage, found.end.outcome, found.stderr) == (
        pb.COMPILE,
        pb.NONZERO_EXIT,
        b"main.c:1: error",
    )


@in_virtual_time
async def test_a_program_that_compiles_runs_with_its_files_sent_once() -> None:
    begun = []

    async def script(agent: FakeAgent, execution: Execution) -> None:
        for wall in (1000, 2000):
            kinds = []
            while (frame := await agent.next())[0] != wire.START:
                kinds.append(frame[0])
            begun.append((kinds, wire.Started.read(frame[1]).argv))
            agent.say(wire.exited(wall=wall))

    program = start("main.c", "b.c", "b.h", args=["x"])
    found = await ran(script, program=program, on=runtime("c", **COMPILED))
    compiling, running = begun
    assert compiling == ([wire.FILE] * 3, ["/usr/bin/gcc", "-o", "/build/a.out", "main.c", "b.c"])
    assert running == ([wire.STDIN_EOF, wire.SAVE], ["/build/a.out", "x"])
    assert found.kinds == ["stage_start", "stage_end"] * 2
    assert [end.stage for end in found.ends] == [pb.COMPILE, pb.RUN]
    assert found.execution.agent_ns == 3000


@in_virtual_time
async def test_each_stage_has_its_own_limits() -> None:
    async def script(agent: FakeAgent, execution: Execution) -> None:
        assert (await agent.started()).cpu_ms == 111
        agent.say(wire.stdout(bytes(50)), wire.exited())
        assert (await agent.started()).cpu_ms == 222
        agent.say(wire.stdout(bytes(50)), KILLED)

    program = start(
        "main.c",
        compile_limits=pb.Limits(cpu_ms=111, output_bytes=50),
        run_limits=pb.Limits(cpu_ms=222, output_bytes=40),
    )
    found = await ran(script, program=program, on=runtime("c", **COMPILED))
    assert [end.outcome for end in found.ends] == [pb.OK, pb.STDOUT_EXCEEDED]
    assert len(found.stdout) == 90


@in_virtual_time
async def test_standard_input_is_the_run_stages_alone() -> None:
    async def script(agent: FakeAgent, execution: Execution) -> None:
        await agent.started()
        execution.feed(b" and more")
        execution.feed_eof()
        await settled()
        assert agent.pending() == [(wire.STDIN_EOF, b"")]
        agent.say(wire.exited())
        await agent.started()
        assert agent.pending() == [(wire.STDIN, b"for the program and more"), (wire.STDIN_EOF, b"")]
        agent.say(wire.exited())

    program = start("main.c", stdin=b"for the program", stdin_complete=False)
    await ran(script, program=program, on=runtime("c", **COMPILED))


# ---- standard input ----


def stdin_of(frames: list[tuple[int, bytes]]) -> bytes:
    return b"".join(payload for kind, payload in frames if kind == wire.STDIN)


@in_virtual_time
async def test_standard_input_never_exceeds_the_window_and_what_was_credited() -> None:
    stdin = bytes(range(256)) * 1024

    async def script(agent: FakeAgent, execution: Execution) -> None:
        await agent.started()
        got = stdin_of(agent.pending())
        assert len(got) == WINDOW
        for credit in (1, 1000, 65536, 0, 70_000):
            agent.say(wire.credit(credit))
            await settled()
            frames = agent.pending()
            assert len(stdin_of(frames)) == credit
            assert wire.STDIN_EOF not in {kind for kind, _ in frames}
            got += stdin_of(frames)
        agent.say(wire.credit(MIB))
        await settled()
        frames = agent.pending()
        assert frames[-1] == (wire.STDIN_EOF, b"")
        assert [kind for kind, _ in frames].count(wire.STDIN_EOF) == 1
        assert got + stdin_of(frames) == stdin
        agent.say(wire.exited())

    await ran(script, program=start(stdin=stdin))


@pytest.mark.parametrize("size", [0, 1, WINDOW])
def test_the_end_of_standard_input_follows_its_last_byte_at_once(size: int) -> None:
    @in_virtual_time
    async def scenario() -> None:
        async def script(agent: FakeAgent, execution: Execution) -> None:
            await agent.started()
            frames = agent.pending()
            assert stdin_of(frames) == bytes(size)
            assert frames[-1] == (wire.STDIN_EOF, b"")
            agent.say(wire.exited())

        await ran(script, program=start(stdin=bytes(size)))

    scenario()


@in_virtual_time
async def test_standard_input_that_comes_later_is_passed_on_and_ends_once() -> None:
    async def script(agent: FakeAgent, execution: Execution) -> None:
        await agent.started()
        assert agent.pending() == []
        execution.feed(b"a")
        execution.feed(b"b")
        assert agent.pending() == [(wire.STDIN, b"a"), (wire.STDIN, b"b")]
        execution.feed_eof()
        execution.feed_eof()
        execution.feed(b"too late")
        assert agent.pending() == [(wire.STDIN_EOF, b"")]
        agent.say(wire.exited())

    await ran(script, program=start(stdin_complete=False))


@in_virtual_time
async def test_who_feeds_is_held_back_while_the_program_does_not_read() -> None:
    async def script(agent: FakeAgent, execution: Execution) -> None:
        await agent.started()
        execution.feed(bytes(2 * WINDOW))
        await execution.has_room()
        execution.feed(b"x")
        held = asyncio.create_task(execution.has_room())
        await settled()
        assert not held.done()
        agent.say(wire.credit(1))
        await held
        agent.say(wire.exited())

    await ran(script, program=start(stdin_complete=False))


@in_virtual_time
async def test_a_signal_is_passed_on() -> None:
    async def script(agent: FakeAgent, execution: Execution) -> None:
        await agent.started()
        agent.pending()
        execution.send_signal(15)
        assert await agent.expect(wire.SIGNAL) == b"\x0f"
        agent.say(wire.exited(signal=15))

    assert (await ran(script)).end.signal == 15


# ---- memory ----


OVERHEAD = 96 * MIB
OWN = 256 * MIB + OVERHEAD


@pytest.mark.parametrize(
    ("asked", "limits"),
    [
        (0, []),
        (256 * MIB, []),
        (64 * MIB, [64 * MIB + OVERHEAD, OWN]),
        (900 * MIB, [900 * MIB + OVERHEAD, OWN]),
    ],
)
def test_a_memory_limit_is_set_for_the_run_and_the_own_one_restored(asked: int, limits: list[int]) -> None:
    @in_virtual_time
    async def scenario() -> None:
        found = await ran(says(wire.exited()), program=start(run_limits=pb.Limits(memory_bytes=asked)))
        assert found.cgroup.limits == limits
        assert found.execution.healthy

    scenario()


@in_virtual_time
async def test_each_stage_has_its_own_memory() -> None:
    async def script(agent: FakeAgent, execution: Execution) -> None:
        for _ in range(2):
            await agent.started()
            agent.say(wire.exited())

    found = await ran(script, program=start("main.c"), on=runtime("c", **COMPILED))
    assert found.cgroup.limits == [OWN, 512 * MIB + OVERHEAD]


@in_virtual_time
async def test_a_limit_that_cannot_be_set_costs_the_sandbox_and_not_the_answer() -> None:
    program = start(run_limits=pb.Limits(memory_bytes=64 * MIB))
    found = await ran(says(wire.exited()), program=program, cgroup=FakeCgroup(full=True))
    assert found.end.outcome == pb.OK
    assert not found.execution.healthy


@in_virtual_time
async def test_a_lost_sandbox_is_not_given_its_limit_back() -> None:
    found = await ran(dies, program=start(run_limits=pb.Limits(memory_bytes=64 * MIB)))
    assert found.cgroup.limits == [64 * MIB + OVERHEAD]


@in_virtual_time
async def test_a_sandbox_in_which_something_was_killed_for_memory_is_not_used_again() -> None:
    async def after(sandbox: Sandbox, agent: FakeAgent) -> None:
        with pytest.raises(SandboxLostError, match="killed for memory"):
            await sandbox.repark()

    await ran(says(wire.exited()), cgroup=FakeCgroup(kills=1), after=after)


# ---- what cannot be run ----


@pytest.mark.parametrize(
    "fields",
    [{"args": ["x" * 40_000, "y" * 40_000]}, {"env": {"A": "x" * 70_000}}, {"args": ["é" * 31_000]}],
)
def test_arguments_that_do_not_fit_in_a_frame_are_refused(fields: dict[str, Any]) -> None:
    @in_virtual_time
    async def scenario() -> None:
        async def script(agent: FakeAgent, execution: Execution) -> None:
            raise AssertionError("nothing may be sent")

        with pytest.raises(BadProgramError, match=f"over the limit of {MAX_ARGUMENTS}"):
            await ran(script, program=start(**fields))

    scenario()


@in_virtual_time
async def test_arguments_and_environment_that_just_fit_are_run() -> None:
    own = sum(len(word) + 1 for word in ("PATH=/usr/bin:/bin", "/usr/bin/python3", "main.py"))
    program = start(args=["x" * (MAX_ARGUMENTS - own - 1 - len("A=y") - 1)], env={"A": "y"})
    assert (await ran(says(wire.exited()), program=program)).end.outcome == pb.OK


FOLDER = "d" * 100


@pytest.mark.parametrize(
    "program",
    [
        pytest.param(start(*(f"{FOLDER}/{n}.c" for n in range(1000))), id="names of sources"),
        pytest.param(start(env={"é" * 30_700: ""}), id="name of a variable"),
        pytest.param(start("n" * 70_000), id="name of a file"),
        pytest.param(start(args=["a\0b"]), id="NUL in an argument"),
        pytest.param(start(env={"A": "a\0b"}), id="NUL in a variable"),
    ],
)
def test_whatever_else_the_agent_could_not_take_is_refused_before_it_is_sent(program: pb.Start) -> None:
    @in_virtual_time
    async def scenario() -> None:
        with pytest.raises(BadProgramError):
            await asyncio.wait_for(
                ran(says(wire.exited()), program=program, on=runtime("c", **COMPILED)), 100
            )

    scenario()


# ---- what was compiled before ----

BUILT = wire.frame(wire.SAVED_ENTRY, wire.entry(b"a.out", b"binary", place=1, mode=0o755))


async def compile_save_run(agent: FakeAgent, execution: Execution) -> None:
    """An agent whose compiler warns, and which is asked for /build before the program runs."""
    await agent.started()
    agent.say(wire.stderr(b"a warning"), wire.exited(wall=1000))
    while (frame := await agent.next())[0] != wire.SAVE:
        assert frame[0] == wire.STDIN_EOF
    assert frame[1][0] == 1
    await agent.started()
    agent.say(BUILT, wire.saved(), wire.stdout(b"ran"), wire.exited())


@in_virtual_time
async def test_the_same_program_is_compiled_once() -> None:
    cache = CompileCache(total=MIB, per_tenant=MIB)
    program, on = start("main.c", tenant="a"), runtime("c", **COMPILED)
    first = await ran(compile_save_run, program=program, on=on, cache=cache)
    sent: list[int] = []

    async def run_only(agent: FakeAgent, execution: Execution) -> None:
        while (frame := await agent.next())[0] != wire.START:
            sent.append(frame[0])
        assert wire.Started.read(frame[1]).argv == ["/build/a.out"]
        agent.say(wire.stdout(b"ran"), wire.exited())

    second = await ran(run_only, program=program, on=on, cache=cache)
    assert sent == [wire.FILE, wire.FILE]
    assert (second.stdout, second.stderr) == (first.stdout, first.stderr) == (b"ran", b"a warning")
    assert [end.stage for end in second.ends] == [pb.COMPILE, pb.RUN]
    assert (second.ends[0].wall_us, second.ends[0].outcome) == (0, pb.OK)
    assert second.kinds == first.kinds

    other = start("main.c", tenant="b")
    assert (await ran(compile_save_run, program=other, on=on, cache=cache)).ends[0].wall_us == 1


@pytest.mark.parametrize("end", [wire.saved(7), b""])
def test_what_could_not_be_saved_is_compiled_again(end: bytes) -> None:
    @in_virtual_time
    async def scenario() -> None:
        cache = CompileCache(total=MIB, per_tenant=MIB)

        async def script(agent: FakeAgent, execution: Execution) -> None:
            await agent.started()
            agent.say(wire.exited())
            await agent.started()
            agent.say(BUILT, end, wire.exited())

        await ran(script, program=start("main.c", tenant="a"), on=runtime("c", **COMPILED), cache=cache)
        assert cache.held == 0

    scenario()


@in_virtual_time
async def test_what_did_not_compile_is_not_kept_and_what_is_isolated_neither() -> None:
    cache, on = CompileCache(total=MIB, per_tenant=MIB), runtime("c", **COMPILED)
    await ran(says(wire.exited(1)), program=start("main.c", tenant="a"), on=on, cache=cache)

    async def script(agent: FakeAgent, execution: Execution) -> None:
        for _ in range(2):
            while (kind := await kind_of_next(agent)) != wire.START:
                assert kind != wire.SAVE
            agent.say(wire.exited())

    await ran(script, program=start("main.c", tenant="a", isolate_sandbox=True), on=on, cache=cache)
    assert cache.held == 0


@in_virtual_time
async def test_a_place_that_nobody_asked_for_costs_the_sandbox() -> None:
    found = await ran(says(BUILT, wire.exited()))
    assert not found.execution.healthy


@in_virtual_time
async def test_a_program_that_hangs_after_a_kill_for_memory_is_ended_at_once() -> None:
    cgroup = FakeCgroup()

    async def script(agent: FakeAgent, execution: Execution) -> None:
        await agent.started()
        agent.say(wire.stdout(b"before"))
        await asyncio.sleep(5)
        cgroup.kills = 1

    found = await ran(script, cgroup=cgroup)
    assert (found.end.outcome, found.stdout) == (pb.MEMORY_EXCEEDED, b"before")
    assert 5 <= found.seconds < 5.3
    assert not found.execution.healthy


@in_virtual_time
async def test_a_place_that_is_sent_twice_costs_the_sandbox_and_is_kept_once() -> None:
    cache = CompileCache(total=MIB, per_tenant=MIB)

    async def script(agent: FakeAgent, execution: Execution) -> None:
        await agent.started()
        agent.say(wire.exited())
        await agent.started()
        agent.say(BUILT, wire.saved(), BUILT, wire.saved(), wire.exited())

    found = await ran(script, program=start("main.c", tenant="a"), on=runtime("c", **COMPILED), cache=cache)
    assert not found.execution.healthy
    assert 0 < cache.held < 200
