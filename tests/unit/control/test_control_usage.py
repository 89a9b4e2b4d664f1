"""What is counted of executions, and how it is told."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import grpc
import pytest
from postgres import Postgres
from running_control import Control, until
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
from usage_rows import opened, rows

from control.usage.reports import Part, Reports
from executor.api import executor_pb2 as pb

MIB = 1 << 20
GROUPS = "?group_by=day,language,outcome"


def limited(runtime: pb.Runtime) -> pb.Runtime:
    """As executors tell it: with limits of its own."""
    copy = pb.Runtime()
    copy.CopyFrom(runtime)
    copy.run_limits.CopyFrom(pb.Limits(wall_ms=3_000, cpu_ms=3_000, memory_bytes=256 * MIB))
    copy.compile_limits.CopyFrom(pb.Limits(wall_ms=9_000, cpu_ms=9_000, memory_bytes=512 * MIB))
    return copy


@pytest.fixture
async def executor(address: str) -> ScriptedExecutor:
    return ScriptedExecutor(address, runtimes=[limited(PYTHON), limited(C)])


def today() -> str:
    return str(datetime.now(UTC).date())


async def used(control: Control, query: str = GROUPS) -> list[dict[str, Any]]:
    status, report = await control.get("/v1/usage" + query)
    assert status == 200, report
    usage: list[dict[str, Any]] = report["usage"]
    return usage


async def test_an_execution_is_told_as_soon_as_it_is_answered(
    control: Control, executor: ScriptedExecutor
) -> None:
    executor.play = run(event(stdout=b"x"), end(wall_us=2_000_000, cpu_us=1_001, memory_bytes=1))
    body = b'{"language": "py", "code": ""}'
    async with control.http.post(
        "/v1/execute", data=body, headers={"Content-Type": "application/json"}
    ) as response:
        answer = await response.read()
    counts = {
        "executions": 1,
        "wall_ms": 2_000.0,
        "cpu_ms": 1.001,
        "gb_seconds": 0.5,
        "bytes_in": len(body),
        "bytes_out": len(answer),
    }
    day = today()
    assert await used(control) == [{"day": day, "language": "python", "outcome": "OK", **counts}]
    _, report = await control.get("/v1/usage")
    assert report["usage"] == [{"day": day, **counts}]
    assert report["total"] == counts
    assert report["to"] == day
    assert report["from"] == str(datetime.now(UTC).date() - timedelta(days=29))


async def test_memory_counts_as_it_was_limited_rounded_up(
    control: Control, executor: ScriptedExecutor
) -> None:
    executor.play = run(end(wall_us=1, cpu_us=1, memory_bytes=1))
    assert (await control.execute(language="py", code="", run_memory_limit=1))[0] == 200
    assert (await used(control))[0]["gb_seconds"] == 1 / 1_024_000


async def test_both_stages_count(control: Control, executor: ScriptedExecutor) -> None:
    executor.play = script(
        sent(started(), event(stage_start=pb.COMPILE)),
        sent(end(pb.COMPILE, wall_us=4_000_000, cpu_us=3_000, memory_bytes=1), event(stage_start=pb.RUN)),
        sent(end(wall_us=2_000_000, cpu_us=1_000, memory_bytes=1), kept(), done()),
    )
    assert (await control.execute(language="c", code=""))[0] == 200
    (row,) = await used(control)
    assert (row["wall_ms"], row["cpu_ms"], row["gb_seconds"]) == (6_000, 4, 2 + 0.5)


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (pb.OK, "OK"),
        (pb.NONZERO_EXIT, "RE"),
        (pb.SIGNALED, "SG"),
        (pb.TIMED_OUT, "TO"),
        (pb.MEMORY_EXCEEDED, "ML"),
        (pb.STDOUT_EXCEEDED, "OL"),
        (pb.STDERR_EXCEEDED, "EL"),
        (pb.INTERNAL, "XX"),
    ],
)
async def test_outcomes_are_those_of_the_run(
    control: Control, executor: ScriptedExecutor, outcome: Any, told: str
) -> None:
    executor.play = run(end(outcome=outcome, wall_us=1_000, cpu_us=500, memory_bytes=1))
    await control.execute(language="py", code="")
    (row,) = await used(control)
    assert (row["outcome"], row["cpu_ms"]) == (told, 0.5)


@pytest.mark.parametrize(
    ("outcome", "told"), [(pb.NONZERO_EXIT, "CE"), (pb.TIMED_OUT, "CE"), (pb.INTERNAL, "XX")]
)
async def test_what_does_not_compile_has_an_outcome_of_its_own(
    control: Control, executor: ScriptedExecutor, outcome: Any, told: str
) -> None:
    executor.play = script(
        sent(started(), event(stage_start=pb.COMPILE)),
        sent(end(pb.COMPILE, outcome, code=1, wall_us=1_000, cpu_us=500, memory_bytes=1), kept(), done()),
    )
    await control.execute(language="c", code="")
    (row,) = await used(control)
    assert (row["outcome"], row["cpu_ms"]) == (told, 0.5)


@pytest.mark.parametrize(
    ("stage", "cpu_ms"),
    [
        # The sandbox is gone, and nobody measured.
        ({"outcome": pb.MEMORY_EXCEEDED, "wall_us": 2_000_000, "memory_bytes": 256 * MIB}, 2_000),
        ({"outcome": pb.INTERNAL, "wall_us": 2_000_000}, 2_000),
        # No more than it may.
        ({"outcome": pb.INTERNAL, "wall_us": 9_000_000}, 4_000),
        # It slept.
        ({"outcome": pb.TIMED_OUT, "wall_us": 2_000_000, "memory_bytes": 1}, 0),
        ({"outcome": pb.MEMORY_EXCEEDED, "wall_us": 2_000_000, "cpu_us": 1_000, "memory_bytes": 1}, 1),
    ],
)
async def test_cpu_time_that_nobody_measured_is_wall_time(
    control: Control, executor: ScriptedExecutor, stage: dict[str, Any], cpu_ms: float
) -> None:
    executor.play = run(end(code=None, **stage))
    await control.execute(language="py", code="", run_timeout=4_000)
    (row,) = await used(control)
    assert row["cpu_ms"] == cpu_ms


def hanging(*events: pb.Event) -> Any:
    async def play(start: pb.Start, context: Any) -> Any:
        if events:
            yield sent(*events)
        await asyncio.Event().wait()

    return play


async def test_a_client_that_leaves_pays_for_the_time_since_the_start(
    control: Control, executor: ScriptedExecutor
) -> None:
    executor.play = hanging(started())
    asked = asyncio.create_task(control.execute(language="py", code=""))
    await until(lambda: executor.running == 1)
    await asyncio.sleep(0.05)
    asked.cancel()
    await until(lambda: executor.running == 0)
    (row,) = await used(control)
    assert (row["outcome"], row["executions"], row["bytes_out"]) == ("cancelled", 1, 0)
    assert row["wall_ms"] == row["cpu_ms"] > 20
    assert row["gb_seconds"] == pytest.approx(row["wall_ms"] / 4_000, rel=0.1)


async def test_a_client_that_leaves_pays_no_more_than_the_limit(
    control: Control, executor: ScriptedExecutor
) -> None:
    executor.play = hanging(started())
    asked = asyncio.create_task(control.execute(language="py", code="", run_cpu_time=1))
    await until(lambda: executor.running == 1)
    await asyncio.sleep(0.05)
    asked.cancel()
    await until(lambda: executor.running == 0)
    (row,) = await used(control)
    assert row["cpu_ms"] == 1 < row["wall_ms"]


async def test_to_wait_in_vain_costs_no_time(control: Control, executor: ScriptedExecutor) -> None:
    executor.play = hanging()
    asked = asyncio.create_task(control.execute(language="py", code=""))
    await until(lambda: executor.running == 1)
    asked.cancel()
    await until(lambda: executor.running == 0)
    (row,) = await used(control)
    assert (row["outcome"], row["executions"], row["wall_ms"], row["cpu_ms"]) == ("cancelled", 1, 0, 0)


async def test_what_was_not_run_is_not_counted(control: Control, executor: ScriptedExecutor) -> None:
    for code in (
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.INVALID_ARGUMENT,
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.NOT_FOUND,
    ):
        executor.play = fails(code)
        status, _ = await control.execute(language="py", code="")
        assert status in (400, 503)
    executor.hold("x")
    assert (await control.execute(language="py", code="", session_id="s_one_x"))[0] == 404
    assert (await control.execute(language="nope", code=""))[0] == 400
    assert (await control.execute(language="py"))[0] == 400
    assert await used(control) == []


async def test_an_answer_that_cannot_be_made_is_counted_all_the_same(
    control: Control, executor: ScriptedExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("control.api.execute._answer", broken)
    assert (await control.execute(language="py", code=""))[0] == 500
    (row,) = await used(control)
    assert (row["outcome"], row["executions"]) == ("XX", 1)


async def test_pistons_api_counts_as_well(control: Control, executor: ScriptedExecutor) -> None:
    body = {"language": "python", "version": "*", "files": [{"content": ""}]}
    assert (await control.call("POST", "/api/v2/execute", json=body))[0] == 200
    (row,) = await used(control)
    assert (row["language"], row["outcome"], row["executions"]) == ("python", "OK", 1)


async def test_pages_and_groups(control: Control, executor: ScriptedExecutor) -> None:
    for language in ("py", "c"):
        for outcome in (pb.OK, pb.NONZERO_EXIT):
            executor.play = run(end(outcome=outcome))
            await control.execute(language=language, code="")
    found, after = [], ""
    for _ in range(4):
        _, report = await control.get(f"/v1/usage{GROUPS}&limit=1&after={after}")
        found += report["usage"]
        after = report["next"]
        assert report["total"]["executions"] == 4
    assert after is None
    assert found == await used(control)
    assert [(row["language"], row["outcome"]) for row in found] == [
        ("c", "OK"),
        ("c", "RE"),
        ("python", "OK"),
        ("python", "RE"),
    ]
    by_language = await used(control, "?group_by=language")
    assert [(row["language"], row["executions"]) for row in by_language] == [("c", 2), ("python", 2)]
    # In the order of days, languages, outcomes, whatever order they were asked in.
    both = await used(control, "?group_by=outcome,language")
    assert [list(row)[:2] for row in both] == [["language", "outcome"]] * 4
    yesterday = str(datetime.now(UTC).date() - timedelta(days=1))
    assert await used(control, f"?from={yesterday}&to={yesterday}") == []
    assert len(await used(control, f"?from={yesterday}")) == 1


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("from=2030-02-30", "from: must be a day, as 2030-01-31"),
        ("to=20300101", "to: must be a day"),
        ("to=", "to: must be a day"),
        ("from=2030-01-02&to=2030-01-01", "from: must not be after the last day, which is 2030-01-01"),
        ("from=2029-01-01&to=2030-01-02", "from: must be one of the 366 days up to the last"),
        ("group_by=day,week", "group_by: 'week' is unknown; there are day, language, outcome"),
        ("group_by=", "group_by: '' is unknown"),
        ("limit=0", "limit: must be"),
        ("tenant=other", "tenant: unknown parameter"),
    ],
)
async def test_what_cannot_be_asked_is_said_by_name(control: Control, query: str, detail: str) -> None:
    status, problem = await control.get(f"/v1/usage?{query}")
    assert status == 400
    assert problem["detail"].startswith(detail)


async def test_a_tenant_is_told_its_own_usage_and_operators_all(
    control: Control, executor: ScriptedExecutor
) -> None:
    await control.made("tenants", id="acme")
    key = (await control.made("tenants/acme/keys"))["key"]
    async with aiohttp.ClientSession(control.url, headers={"Authorization": f"Bearer {key}"}) as acme:
        async with acme.post("/v1/execute", json={"language": "py", "code": ""}) as response:
            assert response.status == 200
        async with acme.get("/v1/usage") as response:
            own = await response.json()
            assert own["total"]["executions"] == 1
        async with acme.get("/v1/admin/tenants/default/usage") as response:
            assert response.status == 403
    assert await used(control) == []
    assert await control.get("/v1/admin/tenants/acme/usage") == (200, own)
    assert (await control.get("/v1/admin/tenants/none/usage"))[0] == 404
    assert (await control.get("/v1/admin/tenants/acme/usage?from=x"))[0] == 400
    # What it used stays.
    assert (await control.call("DELETE", "/v1/admin/tenants/acme"))[0] == 204
    assert await control.get("/v1/admin/tenants/acme/usage") == (200, own)


async def test_another_control_planes_executions_are_told_soon(
    start_control: Any, executor: ScriptedExecutor, database_url: str
) -> None:
    here = await start_control(executor, database=database_url, usage_flush_ms=10)
    there = await start_control(database=database_url)
    assert (await here.execute(language="py", code=""))[0] == 200

    async def told() -> bool:
        return bool(await used(there))

    await until(told)


async def test_what_ran_when_the_service_stopped_is_counted(
    start_control: Any, executor: ScriptedExecutor, home: Any
) -> None:
    control = await start_control(executor, drain_timeout_ms=1)
    executor.play = hanging(started())
    asked = asyncio.create_task(control.execute(language="py", code=""))
    await until(lambda: executor.running == 1)
    control.stop.set()
    await control.serving
    with pytest.raises(aiohttp.ClientError):
        await asked
    assert list((home / "state/usage").iterdir()) == []
    async with opened(control.settings.database) as database:
        ((key, counts),) = (await rows(database)).items()
    assert (key.tenant, key.outcome, counts.executions) == ("default", "cancelled", 1)


async def test_programs_run_and_count_while_the_database_is_away(
    start_control: Any, executor: ScriptedExecutor, postgres_server: Postgres
) -> None:
    control = await start_control(
        executor, database=postgres_server.new_database(), usage_flush_ms=10, database_timeout_ms=500
    )
    postgres_server.stop()
    try:
        assert (await control.execute(language="py", code=""))[0] == 200
        for path in ("/v1/usage", "/v1/admin/tenants/default/usage"):
            status, problem = await control.get(path)
            assert status == 503
            assert problem["detail"].startswith("the database does not answer")
        async with control.http.get("/metrics") as response:
            (line,) = [
                line
                for line in (await response.text()).splitlines()
                if line.startswith("hearth_control_usage_unflushed_seconds ")
            ]
        assert float(line.split()[1]) > 0
    finally:
        postgres_server.start()

    async def told() -> bool:
        status, report = await control.get("/v1/usage")
        return bool(status == 200 and report["total"]["executions"] == 1)

    await until(told)


async def test_a_tenant_that_asks_for_many_reports_waits_for_itself(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = []
    for name in ("a", "b", "c"):
        await control.made("tenants", id=name)
        keys.append((await control.made(f"tenants/{name}/keys"))["key"])
    inside: list[str] = []
    most = 0
    go = asyncio.Event()
    parts = Reports.parts

    async def slowly(self: Reports, tenant: str, *arguments: Any) -> list[Part]:
        nonlocal most
        assert tenant not in inside
        inside.append(tenant)
        most = max(most, len(inside))
        try:
            await go.wait()
            return await parts(self, tenant, *arguments)
        finally:
            inside.remove(tenant)

    monkeypatch.setattr(Reports, "parts", slowly)
    asked = [asyncio.create_task(control.status_of(key, "/v1/usage")) for key in keys for _ in range(10)]
    await until(lambda: len(inside) == 2)
    # Whoever does not ask for reports has connections left.
    assert (await control.call("GET", "/v1/admin/tenants"))[0] == 200
    go.set()
    assert set(await asyncio.gather(*asked)) == {200}
    assert most == 2
