import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from grpc import ChannelConnectivity, StatusCode
from running_control import Control, until
from scripted_executor import (
    PYTHON,
    PYTHON_OLD,
    C,
    ScriptedExecutor,
    end,
    event,
    fails,
    kept,
    script,
    sent,
    started,
)
from scripted_sessions import Failure

from control.executors.client import ExecutorClient
from control.executors.fleet import Fleet
from control.executors.sessions import merged
from control.settings import Settings
from executor.api import executor_pb2 as pb

POLICY = pb.SessionPolicy(
    idle_timeout_ms=600_000, max_sessions=10_000, session_bytes=512 << 20, tenant_bytes=10 << 30
)


@pytest.fixture
async def two(home: Path) -> list[ScriptedExecutor]:
    return [
        ScriptedExecutor(f"unix:{home}/1.sock", [PYTHON, PYTHON_OLD], name="one"),
        ScriptedExecutor(f"unix:{home}/2.sock", [PYTHON_OLD, C], name="two"),
    ]


@pytest.fixture
async def fleet_of_two(start_control: Any, two: list[ScriptedExecutor]) -> Control:
    control: Control = await start_control(*two)

    async def both() -> bool:
        return await control.offers() == 4

    await until(both)
    return control


# Executions


async def test_an_execution_goes_on_with_its_session_where_that_is(
    fleet_of_two: Control, two: list[ScriptedExecutor]
) -> None:
    two[1].play = script(sent(started(), end(), kept("s_two_x"), event(done=pb.Done())))
    for _ in range(8):
        status, answer = await fleet_of_two.execute(language="python", code="", session_id="s_two_x")
        # The highest version that is there, though another executor has a higher one.
        assert (status, answer["session_id"], answer["version"]) == (200, "s_two_x", "3.12.1")
    assert [start.session for start in two[1].starts] == ["s_two_x"] * 8
    assert two[0].starts == []


async def test_the_answer_has_its_fields_in_order(control: Control, executor: ScriptedExecutor) -> None:
    executor.play = script(sent(started(), end(pb.COMPILE), end(pb.RUN), kept(), event(done=pb.Done())))
    async with control.http.post("/v1/execute", json={"language": "c", "code": ""}) as response:
        answer = json.loads(await response.text())
    assert list(answer) == ["language", "version", "session_id", "compile", "run"]


@pytest.mark.parametrize(
    ("body", "passing"), [({"code": "x"}, True), ({"files": [{"name": "a.py", "content": "x"}]}, False)]
)
async def test_only_the_file_of_code_is_passing(
    control: Control, executor: ScriptedExecutor, body: dict[str, Any], passing: bool
) -> None:
    await control.execute(language="python", **body)
    (start,) = executor.starts
    assert start.passing_entry == passing
    assert start.policy == POLICY


@pytest.mark.parametrize(
    ("limit", "message", "expected"),
    [
        (pb.SESSIONS, "", {"limit": "sessions", "message": "what the program left was not saved"}),
        (pb.SESSION_BYTES, "too big", {"limit": "session_bytes", "message": "too big"}),
        (pb.TENANT_BYTES, "m", {"limit": "tenant_bytes", "message": "m"}),
        (pb.HOST_BYTES, "m", {"limit": "host_bytes", "message": "m"}),
        (pb.ENVIRONMENT, "m", {"limit": "environment", "message": "m"}),
        (pb.UNSAVED, "m", {"limit": "unsaved", "message": "m"}),
        (99, "m", {"limit": "unsaved", "message": "m"}),
    ],
)
async def test_what_was_not_saved_is_told(
    control: Control, executor: ScriptedExecutor, limit: Any, message: str, expected: dict[str, str]
) -> None:
    unsaved = kept("s_one_x", limit=limit, message=message)
    executor.play = script(sent(started(), end(), unsaved, event(done=pb.Done())))
    status, answer = await control.execute(language="python", code="")
    assert (status, answer["session_id"], answer["session_error"]) == (200, "s_one_x", expected)
    assert answer["run"]["status"] is None


@pytest.mark.parametrize("session", [None, "s_one_x"])
async def test_a_lost_execution_leaves_the_session_as_it_was(
    control: Control, executor: ScriptedExecutor, session: str | None
) -> None:
    executor.play = fails(StatusCode.ABORTED, sent(started()))
    status, answer = await control.execute(language="python", code="", session_id=session)
    assert (status, answer["run"]["status"], answer["session_id"]) == (200, "XX", session)
    assert "session_error" not in answer


BAD_IDS = ["", "s", "s_one", "s_one_", "s__x", "s_One_x", "s_one_x\n", "x_one_x", "s_one_x_y", "s_nobody_x"]


@pytest.mark.parametrize("session", [*BAD_IDS, "s_" + "a" * 65 + "_x", "s_one_" + "x" * 129])
async def test_an_id_that_is_nobodys_is_404(
    control: Control, executor: ScriptedExecutor, session: str
) -> None:
    status, problem = await control.execute(language="python", code="", session_id=session)
    assert (status, problem["detail"]) == (404, "no such session")
    assert executor.starts == []


@pytest.mark.parametrize(
    ("code", "details", "status", "detail"),
    [
        (StatusCode.NOT_FOUND, "no such session here", 404, "no such session here"),
        (StatusCode.FAILED_PRECONDITION, "", 409, "others use the session; its turn did not come"),
        (StatusCode.INVALID_ARGUMENT, "bad", 400, "the executor refused the request: bad"),
        (StatusCode.UNIMPLEMENTED, "s", 503, "the session's executor cannot take the program now"),
        (StatusCode.UNAVAILABLE, "s", 503, "the session's executor cannot take the program now"),
        (StatusCode.RESOURCE_EXHAUSTED, "s", 503, "no sandbox came free in time"),
    ],
)
async def test_what_a_session_could_not_take_is_sent_nowhere_else(
    fleet_of_two: Control,
    two: list[ScriptedExecutor],
    code: StatusCode,
    details: str,
    status: int,
    detail: str,
) -> None:
    two[0].play = fails(code, details=details)
    found, problem = await fleet_of_two.execute(language="python", code="", session_id="s_one_x")
    assert (found, problem["detail"]) == (status, detail)
    assert (len(two[0].starts), len(two[1].starts)) == (1, 0)


@pytest.mark.parametrize(
    ("asked", "status", "words"),
    [
        ({"language": "c"}, 409, "the session is on an executor that has no c matching '*'"),
        ({"language": "c", "version": "12"}, 400, "version: no c matches"),
        ({"language": "klingon"}, 400, "language: "),
    ],
)
async def test_a_runtime_that_only_others_have_is_409(
    fleet_of_two: Control, two: list[ScriptedExecutor], asked: dict[str, str], status: int, words: str
) -> None:
    found, problem = await fleet_of_two.execute(**asked, code="", session_id="s_one_x")
    assert (found, problem["detail"][: len(words)]) == (status, words)
    assert two[0].starts == two[1].starts == []


async def test_a_session_waits_for_its_turn_longer_than_for_a_sandbox(
    start_control: Any, executor: ScriptedExecutor
) -> None:
    turn = asyncio.Event()

    async def play(start: pb.Start, context: Any) -> AsyncIterator[pb.ExecuteOutput]:
        await turn.wait()
        yield sent(started(), end(), kept(), event(done=pb.Done()))

    executor.play = play
    control = await start_control(executor, claim_timeout_ms=50, call_margin_ms=50)
    waiting = asyncio.create_task(control.execute(language="py", code="", session_id="s_one_x"))
    # One without a session is long given up when this one still waits.
    assert (await control.execute(language="py", code=""))[0] == 503
    assert not waiting.done()
    turn.set()
    assert (await waiting)[0] == 200


async def test_the_wait_for_a_turn_is_bounded(start_control: Any, executor: ScriptedExecutor) -> None:
    async def play(start: pb.Start, context: Any) -> AsyncIterator[pb.ExecuteOutput]:
        await asyncio.Event().wait()
        yield pb.ExecuteOutput()

    executor.play = play
    control = await start_control(
        executor, claim_timeout_ms=10, call_margin_ms=10, session_turn_timeout_ms=10
    )
    assert (await control.execute(language="py", code="", session_id="s_one_x"))[0] == 503
    await asyncio.wait_for(executor.cancelled.wait(), 10)


# Which executor


async def test_a_session_whose_executor_is_away_is_503(
    fleet_of_two: Control, two: list[ScriptedExecutor]
) -> None:
    await two[0].stop()

    async def gone() -> bool:
        return await fleet_of_two.offers() == 2

    await until(gone)
    async with fleet_of_two.ask("GET", "/v1/sessions/s_one_x") as response:
        assert (response.status, response.headers["Retry-After"]) == (503, "1")
    assert (await fleet_of_two.execute(language="py", code="", session_id="s_one_x"))[0] == 503
    assert two[1].starts == []
    assert (await fleet_of_two.call("GET", "/v1/sessions/s_nobody_x"))[0] == 404


async def test_as_long_as_an_executor_was_never_heard_any_name_may_be_its(
    start_control: Any, home: Path, executor: ScriptedExecutor
) -> None:
    control = await start_control(executor, executors=(executor.address, f"unix:{home}/late.sock"))
    assert (await control.call("GET", "/v1/sessions/s_two_x"))[0] == 503
    assert (await control.call("GET", "/v1/sessions/s_one_x"))[0] == 404
    assert (await control.call("GET", "/v1/sessions/nonsense"))[0] == 404


def closed(client: ExecutorClient) -> bool:
    return client._channel.get_state() is ChannelConnectivity.SHUTDOWN


async def test_an_executor_that_left_the_directory_is_remembered(
    home: Path, executor: ScriptedExecutor
) -> None:
    addresses: asyncio.Queue[frozenset[str]] = asyncio.Queue()

    class Scripted:
        async def follow(self) -> Any:
            while True:
                yield await addresses.get()

    other = ScriptedExecutor(f"unix:{home}/other.sock", name="other")
    fleet = Fleet(Scripted(), Settings())
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        for one in (executor, other):
            await one.start()
            stack.push_async_callback(one.stop)
        following = tasks.create_task(fleet.run())
        addresses.put_nowait(frozenset({executor.address, other.address}))
        await until(lambda: all(client.connected for client in fleet.executors) and bool(fleet.executors))
        client = fleet.holder_of("s_one_x")
        with client.calling():
            addresses.put_nowait(frozenset({other.address}))
            await until(lambda: len(fleet.executors) == 1)
            with pytest.raises(Exception, match="not connected"):
                fleet.holder_of("s_one_x")
            await until(lambda: not client.connected)
            # A call that runs keeps the connection.
            assert not closed(client)
        # And when it has ended, there is none.
        await until(lambda: closed(client))
        with pytest.raises(Exception, match="no such session"):
            fleet.holder_of("s_nobody_x")
        following.cancel()


async def test_a_draining_executor_still_gets_what_concerns_its_sessions(
    control: Control, executor: ScriptedExecutor
) -> None:
    executor.hold("x")
    executor.report(draining=True, capacity=1)

    async def drains() -> bool:
        return not await control.ready()

    await until(drains)
    assert (await control.call("GET", "/v1/sessions/s_one_x"))[0] == 200
    assert (await control.execute(language="py", code="", session_id="s_one_x"))[0] == 200
    executor.play = fails(StatusCode.UNAVAILABLE)
    assert (await control.execute(language="py", code="", session_id="s_one_x"))[0] == 503
    assert (await control.call("POST", "/v1/sessions"))[0] == 503
    assert len(executor.sessions) == 1


# Sessions as such


async def test_a_session_is_made_shown_and_deleted(control: Control, executor: ScriptedExecutor) -> None:
    body = {"env": {"A": "ü"}, "idle_timeout": 5_000}
    async with control.ask("POST", "/v1/sessions", json=body) as response:
        assert response.status == 201
        assert response.headers["Location"] == "/v1/sessions/s_one_made0"
        made = await response.json()
    assert made == {
        "id": "s_one_made0",
        "created_at": "2023-11-14T22:13:20.123Z",
        "last_used_at": "2023-11-14T22:13:21.123Z",
        "expires_at": "2023-11-14T22:23:21.123Z",
        "idle_timeout": 5_000,
        "env": {"A": "ü"},
        "bytes": 0,
        "disk_bytes": 0,
        "entries": 0,
        "hot": False,
    }
    (request,) = executor.asked
    policy = pb.SessionPolicy()
    policy.CopyFrom(POLICY)
    policy.idle_timeout_ms = 5_000
    assert request == pb.CreateSessionRequest(tenant="default", env={"A": "ü"}, policy=policy)
    assert await control.call("GET", "/v1/sessions/s_one_made0") == (200, made)
    assert await control.call("DELETE", "/v1/sessions/s_one_made0") == (204, None)
    assert (await control.call("GET", "/v1/sessions/s_one_made0"))[0] == 404


@pytest.mark.parametrize("options", [{}, {"json": {}}, {"json": {"env": None, "idle_timeout": None}}])
async def test_nothing_is_required_of_a_new_session(control: Control, options: dict[str, Any]) -> None:
    status, made = await control.call("POST", "/v1/sessions", **options)
    assert (status, made["idle_timeout"], made["env"]) == (201, 600_000, {})


async def test_a_fork_keeps_the_timeout_unless_it_is_told_another(
    control: Control, executor: ScriptedExecutor
) -> None:
    executor.hold("x", idle_timeout_ms=7_000, env={"A": "1"})
    async with control.ask("POST", "/v1/sessions/s_one_x/fork") as response:
        assert (response.status, response.headers["Location"]) == (201, "/v1/sessions/s_one_fork1")
        made = await response.json()
    assert (made["id"], made["idle_timeout"], made["env"]) == ("s_one_fork1", 7_000, {"A": "1"})
    _, made = await control.call("POST", "/v1/sessions/s_one_x/fork", json={"idle_timeout": 9_000})
    assert made["idle_timeout"] == 9_000


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("", {"env": {"1A": ""}}, "env: '1A' is not a name"),
        ("", {"env": {"A": 1}}, "env.A: must be a string"),
        ("", {"env": {"A": "\0"}}, "env.A: must not contain a NUL"),
        ("", {"env": {f"A{i}": "" for i in range(257)}}, "env: must have at most 256 items"),
        ("", {"env": {"A": "x" * 60_000}}, "env: arguments and environment must be at most 57344 bytes"),
        ("", {"idle_timeout": 0}, "idle_timeout: must be greater than 0"),
        ("", {"idle_timeout": "5"}, "idle_timeout: must be a whole number"),
        ("", {"idle_timeout": 86_400_001}, "idle_timeout: must be at most 86400000"),
        ("", {"name": "x"}, "name: unknown field"),
        ("", [], "the body must be a JSON object"),
        ("/s_one_x/fork", {"env": {}}, "env: unknown field"),
        ("/s_one_x/fork", {"idle_timeout": 86_400_001}, "idle_timeout: must be at most 86400000"),
    ],
)
async def test_a_bad_field_of_a_session_is_named(
    control: Control, executor: ScriptedExecutor, path: str, body: object, expected: str
) -> None:
    status, problem = await control.call("POST", "/v1/sessions" + path, json=body)
    assert (status, problem["detail"][: len(expected)]) == (400, expected)
    assert executor.asked == []


async def test_another_tenants_session_is_not_there(control: Control, executor: ScriptedExecutor) -> None:
    executor.hold("x", tenant="other")
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/fork"), ("GET", "/files")):
        status, problem = await control.call(method, "/v1/sessions/s_one_x" + path)
        assert (status, problem["detail"]) == (404, "no such session")
    assert (await control.call("GET", "/v1/sessions"))[1] == {"sessions": [], "next": None}
    assert "s_one_x" in executor.sessions


REFUSALS = [
    (Failure(StatusCode.NOT_FOUND, "no such session"), 404, "no such session", None),
    (Failure(StatusCode.NOT_FOUND, ""), 404, "no such session", None),
    (Failure(StatusCode.FAILED_PRECONDITION, "it is busy"), 409, "it is busy", None),
    (Failure(StatusCode.INVALID_ARGUMENT, "a folder"), 400, "a folder", None),
    (Failure(StatusCode.OUT_OF_RANGE, "beyond"), 416, "beyond", None),
    (Failure(StatusCode.RESOURCE_EXHAUSTED, "many", "sessions"), 429, "many", "30"),
    (Failure(StatusCode.RESOURCE_EXHAUSTED, "big", "session_bytes"), 413, "big", None),
    (Failure(StatusCode.RESOURCE_EXHAUSTED, "much", "tenant_bytes"), 429, "much", "30"),
    (Failure(StatusCode.RESOURCE_EXHAUSTED, "full", "host_bytes"), 507, "full", None),
    (Failure(StatusCode.RESOURCE_EXHAUSTED, "env", "environment"), 400, "env", None),
    (Failure(StatusCode.RESOURCE_EXHAUSTED), 503, "the session's executor cannot do it now", "1"),
    (Failure(StatusCode.RESOURCE_EXHAUSTED, "s", "new"), 503, "the session's executor cannot do it now", "1"),
    (Failure(StatusCode.UNAVAILABLE), 503, "the session's executor cannot do it now", "1"),
    (Failure(StatusCode.UNIMPLEMENTED), 503, "the session's executor cannot do it now", "1"),
    (Failure(StatusCode.INTERNAL), 503, "the session's executor cannot do it now", "1"),
    (Failure(StatusCode.CANCELLED), 503, "the session's executor cannot do it now", "1"),
    (Failure(StatusCode.DEADLINE_EXCEEDED), 503, "the session's executor did not answer in time", "1"),
]
CALLS = {
    "CreateSession": ("POST", "/v1/sessions"),
    "GetSession": ("GET", "/v1/sessions/s_one_x"),
    "DeleteSession": ("DELETE", "/v1/sessions/s_one_x"),
    "ForkSession": ("POST", "/v1/sessions/s_one_x/fork"),
    "ListSessions": ("GET", "/v1/sessions"),
    "ListFiles": ("GET", "/v1/sessions/s_one_x/files"),
    "ReadFile": ("GET", "/v1/sessions/s_one_x/files/a"),
    "WriteFile": ("PUT", "/v1/sessions/s_one_x/files/a"),
    "DeleteFile": ("DELETE", "/v1/sessions/s_one_x/files/a"),
}


async def test_each_refusal_has_its_status_whatever_the_call(
    control: Control, executor: ScriptedExecutor
) -> None:
    wrong = []
    for call, (method, path) in CALLS.items():
        for failure, *expected in REFUSALS:
            executor.failures = {call: failure}
            async with control.ask(method, path) as response:
                problem = await response.json(content_type="application/problem+json")
                found = [response.status, problem["detail"], response.headers.get("Retry-After")]
            # With one executor, there is no other for a second attempt.
            if call == "CreateSession" and expected[0] == 503:
                expected[1] = "no executor can take a session now"
            if found != expected:
                wrong.append((call, failure, found))
    assert wrong == []


async def test_an_executor_that_hangs_is_given_up(start_control: Any, executor: ScriptedExecutor) -> None:
    control = await start_control(executor, call_margin_ms=50)

    async def hangs(request: Any, context: Any) -> Any:
        await asyncio.Event().wait()

    executor._held = hangs  # type: ignore[method-assign]
    status, problem = await control.call("GET", "/v1/sessions/s_one_x")
    assert (status, problem["detail"]) == (503, "the session's executor did not answer in time")


async def test_a_session_that_one_cannot_take_is_made_by_another(
    fleet_of_two: Control, two: list[ScriptedExecutor]
) -> None:
    two[0].failures["CreateSession"] = Failure(StatusCode.UNAVAILABLE)
    while not two[0].asked:
        status, made = await fleet_of_two.call("POST", "/v1/sessions")
        assert (status, made["id"][:6]) == (201, "s_two_")


async def test_what_one_refuses_is_not_asked_of_another(
    fleet_of_two: Control, two: list[ScriptedExecutor]
) -> None:
    for executor in two:
        executor.failures["CreateSession"] = Failure(StatusCode.RESOURCE_EXHAUSTED, "many", "sessions")
    assert (await fleet_of_two.call("POST", "/v1/sessions"))[0] == 429
    assert len(two[0].asked) + len(two[1].asked) == 1


# Lists


async def all_pages(control: Control, limit: int) -> list[list[str]]:
    pages, after = [], ""
    while True:
        status, page = await control.call("GET", f"/v1/sessions?limit={limit}&after={after}")
        assert status == 200
        pages.append([session["id"] for session in page["sessions"]])
        if page["next"] is None:
            return pages
        after = page["next"]


async def test_sessions_are_listed_over_all_executors_in_order(
    fleet_of_two: Control, two: list[ScriptedExecutor]
) -> None:
    for number in range(5):
        two[0].hold(f"{number}", env={"A": "1"})
        two[1].hold(f"{number}")
    two[0].hold("9", tenant="other")
    ids = [f"s_{name}_{number}" for name in ("one", "two") for number in range(5)]
    assert await all_pages(fleet_of_two, 100) == [ids]
    assert await all_pages(fleet_of_two, 3) == [ids[0:3], ids[3:6], ids[6:9], ids[9:]]
    assert await all_pages(fleet_of_two, 5) == [ids[:5], ids[5:]]
    # Though an executor gives less at a time than it was asked for.
    two[0].page_max = 2
    assert [id_ for page in await all_pages(fleet_of_two, 4) for id_ in page] == ids
    _, page = await fleet_of_two.call("GET", "/v1/sessions?limit=1")
    assert "env" not in page["sessions"][0]


def listing(*ids: str, more: bool = False) -> pb.ListSessionsResponse:
    return pb.ListSessionsResponse(sessions=[pb.Session(id=id_) for id_ in ids], more=more)


@pytest.mark.parametrize(
    ("answers", "limit", "ids", "more"),
    [
        ([], 2, "", False),
        ([listing("a", "c"), listing("b")], 3, "abc", False),
        ([listing("a", "c"), listing("b")], 2, "ab", True),
        ([listing("a", "c", more=True), listing("b", "d")], 4, "abc", True),
        ([listing("a", more=True), listing("b", "d", more=True)], 4, "a", True),
        ([listing(more=True), listing("b")], 4, "b", False),
    ],
)
def test_lists_are_merged_up_to_where_all_are_known(
    answers: list[pb.ListSessionsResponse], limit: int, ids: str, more: bool
) -> None:
    page = merged(answers, limit)
    assert ("".join(session.id for session in page.sessions), page.more) == (ids, more)


async def test_a_list_that_an_executor_cannot_tell_is_503(
    fleet_of_two: Control, two: list[ScriptedExecutor]
) -> None:
    two[1].failures["ListSessions"] = Failure(StatusCode.UNAVAILABLE)
    assert (await fleet_of_two.call("GET", "/v1/sessions"))[0] == 503


@pytest.mark.parametrize("path", ["/v1/sessions", "/v1/sessions/s_one_x/files"])
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("limit=0", "limit: must be a whole number from 1 to 1000"),
        ("limit=1001", "limit: must be"),
        ("limit=", "limit: must be"),
        ("limit=-1", "limit: must be"),
        ("limit=1.0", "limit: must be"),
        ("limit=%D9%A1", "limit: must be"),
        ("limit=" + "9" * 5000, "limit: must be"),
        ("limit=1&limit=2", "limit: is given more than once"),
        ("colour=red", "colour: unknown parameter"),
        ("%FF=1", "?: unknown parameter"),
    ],
)
async def test_a_bad_parameter_is_named(
    control: Control, executor: ScriptedExecutor, path: str, query: str, expected: str
) -> None:
    executor.hold("x")
    status, problem = await control.call("GET", f"{path}?{query}")
    assert (status, problem["detail"][: len(expected)]) == (400, expected)


async def test_nothing_of_sessions_goes_without_a_key(control: Control) -> None:
    for method, path in CALLS.values():
        async with control.ask(method, path, headers={"Authorization": "Bearer nobody"}) as response:
            assert response.status == 401


async def test_metrics_name_the_route_and_not_the_session(
    control: Control, executor: ScriptedExecutor
) -> None:
    executor.hold("x").put(b"secret")
    await control.call("GET", "/v1/sessions/s_one_x")
    await control.call("DELETE", "/v1/sessions/s_one_x/files/secret")
    async with control.http.get("/metrics") as response:
        text = await response.text()
    assert 'route="/v1/sessions/{id}"' in text
    assert 'route="/v1/sessions/{id}/files/{path}"' in text
    assert "s_one_x" not in text
    assert "secret" not in text
