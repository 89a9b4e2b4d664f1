"""Sessions over the wire: real gRPC on one side, an agent's frames on the other."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import agent_wire as wire
import grpc
import grpc.aio
import pytest
from claimed_sandbox import FakeCgroup, blank_keeping, claimed_sandbox
from fake_agent import FakeAgent
from kept_sessions import IDS, LARGE, Clock
from model_workspace import FILE, Item, Workspace
from runtimes import runtime

from executor.api import executor_pb2 as pb
from executor.api import executor_pb2_grpc
from executor.api.service import ExecutorService
from executor.api.status import StatusBoard
from executor.compile_cache import CompileCache
from executor.execution import Execution
from executor.sandbox import Held, Sandbox
from executor.sessions.sessions import Sessions
from executor.sessions.store import Store, Stored
from executor.settings import Settings
from executor.timeline import Timeline

Call = grpc.aio.StreamStreamCall[pb.ExecuteInput, pb.ExecuteOutput]
Change = Callable[[Workspace], None]

# Seconds for what takes milliseconds on a quiet machine.
PATIENCE = 20.0

PYTHON = runtime()
MAIN = pb.File(name="main.py", content=b"print()")
UNSAVED = pb.Limit.UNSAVED


@dataclass
class OnePool:
    """Stands for the pool: one sandbox, which is pinned when it is asked to be, and emptied otherwise."""

    sandbox: Sandbox
    workspace: Workspace = field(default_factory=Workspace)
    pins: dict[str, Sandbox] = field(default_factory=dict)
    released: asyncio.Queue[tuple[bool, bool]] = field(default_factory=asyncio.Queue)
    draining: bool = False

    async def claim(self, runtime: str, tenant: str, *, fresh: bool, timeout: float, session: str) -> Sandbox:
        if self.pins.pop(session, None) is None:
            self._empty()
        return self.sandbox

    def release(self, sandbox: Sandbox, *, reusable: bool, pin: bool) -> None:
        if pin and reusable and sandbox.held is not None:
            self.pins[sandbox.held.token] = sandbox
            if sandbox.held.passing is not None:
                self.workspace.remove(sandbox.held.passing)
        else:
            self._empty()
        self.released.put_nowait((reusable, pin))

    def _empty(self) -> None:
        self.sandbox.held = None
        self.workspace = Workspace()

    def pinned(self, session: str) -> Sandbox | None:
        return self.pins.get(session)

    def unpin(self, session: str, *, destroy: bool = False) -> None:
        if self.pins.pop(session, None) is not None:
            self._empty()


@dataclass
class Served:
    stub: "executor_pb2_grpc.ExecutorAsyncStub"
    pool: OnePool
    agent: FakeAgent
    sessions: Sessions
    clock: Clock

    def execute(self, session: str = "", **fields: Any) -> Call:
        given: dict[str, Any] = {
            "tenant": "t",
            "runtime": PYTHON.id,
            "files": [MAIN],
            "stdin_complete": True,
            "passing_entry": True,
            **fields,
        }

        async def said() -> AsyncIterator[pb.ExecuteInput]:
            yield pb.ExecuteInput(start=pb.Start(session=session, **given))

        return self.stub.Execute(said())

    async def arrived(self) -> list[bytes]:
        """The names of the entries that the agent is sent up to START; it makes them."""
        stream = b""
        while True:
            kind, payload = await self.agent.next()
            if kind == wire.START:
                break
            if kind in (wire.FILE, wire.FILE_MORE, wire.REMOVE):
                stream += wire.frame(kind, payload)
        self.pool.workspace.obey(stream)
        return [
            wire.Payload(data[14:]).text().encode() for kind, data in wire.split(stream) if kind == wire.FILE
        ]

    async def run(self, session: str = "", change: Change = lambda _: None, **fields: Any) -> "Ran":
        """A program that does something to its workspace and exits."""
        call = self.execute(session, **fields)
        sent = await self.arrived()
        change(self.pool.workspace)
        await self.agent.pour(b"".join([wire.exited(), *self.pool.workspace.saved()]))
        events = await events_of(call)
        await self.pool.released.get()
        return Ran(events, sent)


@dataclass
class Ran:
    events: list[pb.Event]
    sent: list[bytes]

    @property
    def kept(self) -> pb.Kept:
        (found,) = [event.kept for event in self.events if event.HasField("kept")]
        return found

    @property
    def session(self) -> str:
        assert not self.kept.limit, self.kept
        return self.kept.session


@asynccontextmanager
async def serving(folder: Path, **given: Any) -> AsyncIterator[Served]:
    settings = Settings(**given)
    with claimed_sandbox(folder, PYTHON, settings, FakeCgroup()) as (sandbox, agent):
        pool, clock = OnePool(sandbox), Clock()
        server = grpc.aio.server()
        sessions = Sessions(IDS, Store(folder / "sessions", 1 << 30), pool, settings, clock)
        board = StatusBoard(pb.Status)
        service = ExecutorService(cast(Any, pool), {PYTHON.id: PYTHON}, board, sessions, settings)
        executor_pb2_grpc.add_ExecutorServicer_to_server(service, server)
        server.add_insecure_port(f"unix:{folder}/s")
        await server.start()
        try:
            async with asyncio.timeout(PATIENCE), grpc.aio.insecure_channel(f"unix:{folder}/s") as channel:
                yield Served(executor_pb2_grpc.ExecutorStub(channel), pool, agent, sessions, clock)
        finally:
            await server.stop(0)


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(tmp_path) as found:
        yield found


def writes(name: bytes, content: bytes) -> Change:
    return lambda workspace: workspace.put(name, Item(FILE, 0o644, 5, content))


async def events_of(call: Call) -> list[pb.Event]:
    found = [event async for output in call for event in output.events]
    assert await call.code() is grpc.StatusCode.OK
    return found


async def status_of(awaited: Any) -> grpc.StatusCode:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await awaited
    return error.value.code()


async def read(served: Served, session: str, name: bytes, **fields: Any) -> tuple[pb.Entry, bytes]:
    request = pb.ReadFileRequest(tenant="t", session=session, name=name, **fields)
    found = [part async for part in served.stub.ReadFile(request)]
    assert found[0].HasField("entry")
    assert all(part.WhichOneof("part") == "data" for part in found[1:])
    return found[0].entry, b"".join(part.data for part in found)


async def write(served: Served, session: str, name: bytes, *pieces: bytes, **fields: Any) -> pb.Entry:
    async def said() -> AsyncIterator[pb.WriteFilePart]:
        file = pb.WriteFile(tenant="t", session=session, name=name, **fields)
        yield pb.WriteFilePart(file=file)
        for piece in (*pieces, b""):
            yield pb.WriteFilePart(data=piece)

    return await served.stub.WriteFile(said())


async def listed(served: Served, session: str) -> list[bytes]:
    answer = await served.stub.ListFiles(pb.ListFilesRequest(tenant="t", session=session))
    return [entry.name for entry in answer.entries]


def one(session: str, tenant: str = "t") -> pb.SessionRequest:
    return pb.SessionRequest(tenant=tenant, session=session)


async def test_what_became_of_the_session_is_told_before_the_end(served: Served) -> None:
    ran = await served.run(change=writes(b"a", b"1"))
    assert [event.WhichOneof("event") for event in ran.events][-3:] == ["stage_end", "kept", "done"]
    assert ran.session.startswith("s_here_")
    assert await listed(served, ran.session) == [b"a"]


async def test_a_cold_session_is_brought_in_before_the_program_begins(served: Served) -> None:
    ran = await served.run(change=writes(b"d/large", LARGE))
    again = await served.run(ran.session, writes(b"b", b"2"))
    assert sorted(again.sent) == [b"d", b"d/large", b"main.py"]
    assert again.sent[-1] == b"main.py"
    assert await listed(served, ran.session) == [b"b", b"d", b"d/large"]
    assert (await read(served, ran.session, b"d/large"))[1] == LARGE


async def test_a_session_that_is_still_in_its_sandbox_is_not_brought_there_again(served: Served) -> None:
    session = (await served.run(change=writes(b"large", LARGE))).session
    await served.run(session, writes(b"b", b"2"))
    assert (await served.stub.GetSession(one(session))).hot
    for number in range(3):
        ran = await served.run(session, writes(b"%d" % number, b"x"))
        assert (ran.session, ran.sent) == (session, [b"main.py"])
    assert await listed(served, session) == [b"0", b"1", b"2", b"b", b"large"]
    assert (await read(served, session, b"large"))[1] == LARGE


async def test_what_a_client_writes_is_there_for_the_program_also_in_a_hot_session(served: Served) -> None:
    session = (await served.run(change=writes(b"a", b"1"))).session
    await served.run(session)
    await write(served, session, b"b", b"by a client")
    assert not (await served.stub.GetSession(one(session))).hot
    ran = await served.run(session)
    assert sorted(ran.sent) == [b"a", b"b", b"main.py"]


async def test_variables_come_with_the_session(served: Served) -> None:
    created = await served.stub.CreateSession(pb.CreateSessionRequest(tenant="t", env={"A": "1"}))
    call = served.execute(created.id, env={"B": "2"})
    started = await served.agent.started()
    assert {"A=1", "B=2"} <= set(started.env)
    entry = wire.entry(b"environment", b"PATH=/usr/bin:/bin\0C=3\0", place=wire.BUILD)
    served.agent.say(wire.exited(), wire.frame(wire.SAVED_ENTRY, entry), wire.saved())
    await events_of(call)
    assert (await served.stub.GetSession(one(created.id))).env == {"C": "3"}


async def test_a_lost_sandbox_costs_only_what_its_program_wrote(served: Served) -> None:
    session = (await served.run(change=writes(b"a", b"1"))).session
    await served.run(session)
    call = served.execute(session)
    await served.arrived()
    half = wire.frame(wire.SAVED_ENTRY, wire.entry(b"b", LARGE))
    served.agent.say(wire.exited(), half)
    served.agent.close()
    ran = Ran(await events_of(call), [])
    assert (ran.kept.session, ran.kept.limit) == (session, UNSAVED)
    assert await served.pool.released.get() == (False, False)
    assert await listed(served, session) == [b"a"]
    assert not (await served.stub.GetSession(one(session))).hot


async def test_a_workspace_that_did_not_get_in_whole_is_not_what_the_session_is_from_now_on(
    served: Served,
) -> None:
    session = (await served.run(change=writes(b"a", b"1"))).session
    call = served.execute(session)
    await served.arrived()
    # A file could not be made. The agent answers START with the error, and SAVE with what there is.
    served.agent.say(wire.failed(28, b"cannot write a"), wire.saved())
    ran = Ran(await events_of(call), [])
    assert (ran.kept.limit, ran.kept.session) == (UNSAVED, session)
    assert "cannot write a" in ran.kept.message
    assert await listed(served, session) == [b"a"]
    assert (await served.pool.released.get())[1] is False


async def test_a_workspace_that_comes_while_the_program_runs_is_not_believed(served: Served) -> None:
    call = served.execute()
    await served.agent.started()
    served.agent.say(wire.frame(wire.SAVED_ENTRY, wire.entry(b"a", b"1")))
    ran = Ran(await events_of(call), [])
    end = next(event.stage_end for event in ran.events if event.HasField("stage_end"))
    assert (end.outcome, ran.kept.limit) == (pb.INTERNAL, UNSAVED)
    assert "out of turn" in end.message
    assert (await served.pool.released.get())[0] is False


async def test_a_limit_of_the_session_is_told_and_the_program_has_run_all_the_same(served: Served) -> None:
    ran = await served.run(change=writes(b"a", LARGE), policy=pb.SessionPolicy(session_bytes=1000))
    assert ran.kept.limit == pb.SESSION_BYTES
    assert next(event.stage_end for event in ran.events if event.HasField("stage_end")).outcome == pb.OK


async def test_the_agent_is_told_the_limit(served: Served) -> None:
    await served.run(policy=pb.SessionPolicy(session_bytes=1234))
    served.agent.pending()
    (request,) = served.agent.saves
    assert (request[0], request[1], int.from_bytes(request[2:], "little")) == (wire.WORKSPACE, 3, 1234)


@pytest.mark.parametrize(
    "session",
    ["s_here_" + "a" * 48, "x", IDS.new("u").text, IDS.new("t").text],
    ids=["forged", "malformed", "another's", "gone"],
)
async def test_an_unknown_session_is_refused_before_anything_is_claimed(served: Served, session: str) -> None:
    call = served.execute(session)
    assert await call.code() is grpc.StatusCode.NOT_FOUND
    assert served.agent.pending() == []
    assert served.pool.released.empty()


async def test_a_session_that_others_use_is_refused_when_its_turn_does_not_come(tmp_path: Path) -> None:
    async with serving(tmp_path, session_waiters=0) as served:
        session = (await served.run(change=writes(b"a", b"1"))).session
        running = served.execute(session)
        await served.arrived()
        assert await served.execute(session).code() is grpc.StatusCode.FAILED_PRECONDITION
        assert await status_of(write(served, session, b"b", b"1")) is grpc.StatusCode.FAILED_PRECONDITION
        # Reading waits for nobody.
        assert await listed(served, session) == [b"a"]
        running.cancel()


async def test_a_session_that_cannot_be_read_is_not_begun_in(served: Served) -> None:
    session = (await served.run(change=writes(b"large", LARGE))).session
    place = served.sessions.store.place("t", session.rpartition("_")[2])
    place.pack(1).write_bytes(b"nonsense")
    call = served.execute(session)
    assert await call.code() is grpc.StatusCode.NOT_FOUND
    # The sandbox is as good as before.
    assert await served.pool.released.get() == (True, False)
    assert wire.START not in [kind for kind, _ in served.agent.pending()]
    request = pb.ReadFileRequest(tenant="t", session=session, name=b"large")
    with pytest.raises(grpc.aio.AioRpcError) as error:
        async for _ in served.stub.ReadFile(request):
            pass
    assert error.value.code() is grpc.StatusCode.NOT_FOUND


async def test_deleting_a_session_kills_its_program(served: Served) -> None:
    session = (await served.run(change=writes(b"a", b"1"))).session
    call = served.execute(session)
    await served.arrived()
    deleting = asyncio.ensure_future(served.stub.DeleteSession(one(session)))
    while (await served.agent.next())[0] != wire.KILL:
        pass
    served.agent.say(wire.exited(signal=9, reason=2), *served.pool.workspace.saved())
    ran = Ran(await events_of(call), [])
    await deleting
    end = next(event.stage_end for event in ran.events if event.HasField("stage_end"))
    assert (end.outcome, end.message) == (pb.INTERNAL, "the session was deleted while the program ran")
    assert (ran.kept.limit, ran.kept.message) == (UNSAVED, "the session was deleted while the program ran")
    assert await status_of(served.stub.GetSession(one(session))) is grpc.StatusCode.NOT_FOUND
    assert await served.pool.released.get() == (True, False)
    assert served.sessions.store.usage.sessions == 0


async def test_a_program_that_is_interrupted_before_it_begins_is_killed_as_it_begins(tmp_path: Path) -> None:
    async def emit(events: list[pb.Event]) -> None:
        pass

    settings = Settings()
    program = pb.Start(tenant="t", files=[MAIN], stdin_complete=True)
    with claimed_sandbox(tmp_path, PYTHON, settings, FakeCgroup()) as (sandbox, agent):
        cache = CompileCache(total=0, per_tenant=0)
        keeping, timeline = blank_keeping(tmp_path, program), Timeline(0)
        execution = Execution(sandbox, program, settings, cache, emit, keeping, timeline)
        execution.interrupt("the session was deleted while the program ran")
        async with asyncio.timeout(PATIENCE):
            running = asyncio.create_task(execution.run())
            await agent.started()
            while (await agent.next())[0] != wire.KILL:
                pass
            agent.say(wire.exited(signal=9, reason=2))
            await agent.leave_nothing(running)
            last = await running
    assert last[-1].stage_end.outcome == pb.INTERNAL


async def test_a_call_that_is_cancelled_leaves_the_session_as_it_was(served: Served) -> None:
    session = (await served.run(change=writes(b"a", b"1"))).session
    call = served.execute(session)
    await served.arrived()
    call.cancel()
    assert await served.pool.released.get() == (True, False)
    assert await listed(served, session) == [b"a"]
    # And free for the next.
    served.agent.pending()
    assert sorted((await served.run(session)).sent) == [b"a", b"main.py"]


async def test_a_call_that_is_cancelled_while_it_is_saved_leaves_the_state_before_or_after(
    served: Served, tmp_path: Path
) -> None:
    session = (await served.run(change=writes(b"a", b"1"))).session
    call = served.execute(session)
    await served.arrived()
    writes(b"large", LARGE)(served.pool.workspace)
    served.agent.say(wire.exited(), *served.pool.workspace.saved())
    call.cancel()
    await served.pool.released.get()
    assert await listed(served, session) in ([b"a"], [b"a", b"large"])
    served.agent.pending()
    await served.run(session)
    files = {path.name for path in (tmp_path / "sessions").rglob("*") if path.is_file()}
    assert not any(name.endswith(".new") for name in files)
    assert served.sessions.store.usage == Store(tmp_path / "sessions", 0).usage


async def test_sessions_are_made_described_listed_forked_and_deleted(served: Served) -> None:
    policy = pb.SessionPolicy(idle_timeout_ms=5000)
    made = await served.stub.CreateSession(pb.CreateSessionRequest(tenant="t", env={"A": "1"}, policy=policy))
    assert made == await served.stub.GetSession(one(made.id))
    copy = await served.stub.ForkSession(pb.ForkSessionRequest(tenant="t", session=made.id))
    assert (dict(copy.env), copy.idle_timeout_ms) == ({"A": "1"}, 5000)
    request = pb.ListSessionsRequest(tenant="t", limit=1)
    first = await served.stub.ListSessions(request)
    second = await served.stub.ListSessions(pb.ListSessionsRequest(tenant="t", after=first.sessions[0].id))
    assert [first.sessions[0].id, second.sessions[0].id] == sorted([made.id, copy.id])
    assert (first.more, second.more) == (True, False)
    await served.stub.DeleteSession(one(made.id))
    for attempt in (
        served.stub.GetSession(one(made.id)),
        served.stub.DeleteSession(one(made.id)),
        served.stub.GetSession(one(copy.id, "other")),
        served.stub.ForkSession(pb.ForkSessionRequest(tenant="t", session=made.id)),
    ):
        assert await status_of(attempt) is grpc.StatusCode.NOT_FOUND


async def test_files_are_written_read_listed_and_deleted(served: Served) -> None:
    session = (await served.stub.CreateSession(pb.CreateSessionRequest(tenant="t"))).id
    entry = await write(served, session, b"d/large", LARGE[:7], LARGE[7:], mode=0o600)
    assert (entry.name, entry.size, entry.mode, entry.kind) == (b"d/large", len(LARGE), 0o600, pb.FILE)
    assert await read(served, session, b"d/large") == (entry, LARGE)
    assert await read(served, session, b"d/large", offset=-5, length=2) == (entry, LARGE[-5:-3])
    assert await read(served, session, b"d/large", entry_only=True) == (entry, b"")
    assert await listed(served, session) == [b"d", b"d/large"]
    await served.stub.DeleteFile(pb.FileRequest(tenant="t", session=session, name=b"d"))
    assert await listed(served, session) == []


@pytest.mark.parametrize(
    ("name", "fields", "code"),
    [
        (b"nothing", {}, grpc.StatusCode.NOT_FOUND),
        (b"d", {}, grpc.StatusCode.INVALID_ARGUMENT),
        (b"../d", {}, grpc.StatusCode.INVALID_ARGUMENT),
        (b"d/a", {"offset": 2}, grpc.StatusCode.OUT_OF_RANGE),
    ],
)
async def test_what_cannot_be_read_is_told_by_its_status(
    served: Served, name: bytes, fields: dict[str, Any], code: grpc.StatusCode
) -> None:
    session = (await served.stub.CreateSession(pb.CreateSessionRequest(tenant="t"))).id
    await write(served, session, b"d/a", b"1")
    assert await status_of(read(served, session, name, **fields)) is code


async def test_an_upload_that_has_no_end_was_given_up(served: Served) -> None:
    session = (await served.stub.CreateSession(pb.CreateSessionRequest(tenant="t"))).id

    async def half() -> AsyncIterator[pb.WriteFilePart]:
        yield pb.WriteFilePart(file=pb.WriteFile(tenant="t", session=session, name=b"a"))
        yield pb.WriteFilePart(data=b"half")

    assert await status_of(served.stub.WriteFile(half())) is grpc.StatusCode.CANCELLED
    assert await listed(served, session) == []


async def test_a_write_must_say_what_it_writes_first(served: Served) -> None:
    async def nothing() -> AsyncIterator[pb.WriteFilePart]:
        for part in list[pb.WriteFilePart]():
            yield part

    async def data() -> AsyncIterator[pb.WriteFilePart]:
        yield pb.WriteFilePart(data=b"x")

    for said in (nothing(), data()):
        assert await status_of(served.stub.WriteFile(said)) is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize(
    ("policy", "limit"),
    [
        (pb.SessionPolicy(max_sessions=1), "sessions"),
        (pb.SessionPolicy(session_bytes=600), "session_bytes"),
        (pb.SessionPolicy(tenant_bytes=1), "tenant_bytes"),
    ],
)
async def test_a_limit_is_named_for_machines(served: Served, policy: pb.SessionPolicy, limit: str) -> None:
    session = (await served.stub.CreateSession(pb.CreateSessionRequest(tenant="t"))).id

    async def attempt() -> None:
        if limit == "sessions":
            await served.stub.CreateSession(pb.CreateSessionRequest(tenant="t", policy=policy))
        else:
            await write(served, session, b"a", os.urandom(5000), policy=policy)

    with pytest.raises(grpc.aio.AioRpcError) as error:
        await attempt()
    assert error.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert ("hearth-limit", limit) in [tuple(one) for one in error.value.trailing_metadata() or ()]


async def test_an_environment_that_is_too_large_is_named_for_machines(served: Served) -> None:
    request = pb.CreateSessionRequest(tenant="t", env={"A": "x" * 60_000})
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await served.stub.CreateSession(request)
    assert ("hearth-limit", "environment") in [tuple(one) for one in error.value.trailing_metadata() or ()]


async def test_a_page_has_a_largest_size(served: Served) -> None:
    session = (await served.stub.CreateSession(pb.CreateSessionRequest(tenant="t"))).id
    items = {b"%04d" % number: b"" for number in range(1002)}

    def make(workspace: Workspace) -> None:
        for name, content in items.items():
            writes(name, content)(workspace)

    await served.run(session, make)
    for limit in (0, 5000):
        request = pb.ListFilesRequest(tenant="t", session=session, limit=limit)
        answer = await served.stub.ListFiles(request)
        assert (len(answer.entries), answer.more) == (1000, True)


class Rested(FakeCgroup):
    def freeze(self) -> None:
        pass


@pytest.mark.parametrize("passing", [None, b"main.py"])
@pytest.mark.parametrize("keep", [False, True])
async def test_a_sandbox_that_keeps_its_workspace_loses_only_the_programs_own_file(
    tmp_path: Path, keep: bool, passing: bytes | None
) -> None:
    with claimed_sandbox(tmp_path, PYTHON, Settings(), Rested()) as (sandbox, agent):
        sandbox.held = held = Held("token", Stored(None, 0, 0), passing)
        async with asyncio.timeout(PATIENCE):
            parking = asyncio.create_task(sandbox.repark(keep_workspace=keep))
            if keep and passing is not None:
                removed = wire.Payload(await agent.expect(wire.REMOVE))
                assert (removed.number(1), removed.text()) == (wire.WORKSPACE, "main.py")
            assert await agent.expect(wire.PARK) == bytes([keep])
            agent.say(wire.saved(), wire.parked())
            await parking
        assert sandbox.held is (held if keep else None)
