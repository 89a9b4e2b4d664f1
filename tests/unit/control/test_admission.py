"""What a tenant may at once, by itself and over HTTP; on one control plane and on several."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from running_control import Control, until
from scripted_executor import HELLO, ScriptedExecutor, end, run, sent, started

from control.admission.rates import Rate, Rates
from executor.api import executor_pb2 as pb

ASKS = {"language": "python", "code": ""}


def let_in(rates: Rates, rate: Rate, now: float) -> bool:
    return rates.take("t", rate, now).let_in


def test_a_burst_is_let_in_and_then_the_rate() -> None:
    rates, rate = Rates(), Rate(per_second=10, burst=5)
    assert [let_in(rates, rate, 100.0) for _ in range(6)] == [True] * 5 + [False]
    assert not let_in(rates, rate, 100.09)
    assert let_in(rates, rate, 100.11)
    assert not let_in(rates, rate, 100.11)
    assert [let_in(rates, rate, 200.0) for _ in range(6)] == [True] * 5 + [False]


def test_one_is_told_what_is_left_and_when_there_is_more() -> None:
    rates, rate = Rates(), Rate(per_second=0.5, burst=2)
    first, second, third = (rates.take("t", rate, 0.0) for _ in range(3))
    assert (first.remaining, first.whole_in_s, first.next_in_s) == (1, 2.0, 0.0)
    assert (second.remaining, second.whole_in_s, second.next_in_s) == (0, 4.0, 2.0)
    assert (third.let_in, third.remaining, third.whole_in_s, third.next_in_s) == (False, 0, 4.0, 2.0)


@given(
    gaps=st.lists(st.floats(0, 1), max_size=200),
    per_second=st.floats(0.5, 50),
    burst=st.integers(1, 20),
)
def test_no_stretch_of_time_has_more_than_a_burst_and_the_rate(
    gaps: list[float], per_second: float, burst: int
) -> None:
    rates, rate = Rates(), Rate(per_second, burst)
    now, moments = 0.0, []
    for gap in gaps:
        now += gap
        if let_in(rates, rate, now):
            moments.append(now)
    for first, begin in enumerate(moments):
        for last in range(first, len(moments)):
            assert last - first + 1 <= burst + (moments[last] - begin) * per_second + 1e-3


def test_requests_elsewhere_delay_those_to_come() -> None:
    rates, rate = Rates(), Rate(per_second=10, burst=5)
    rates.count("t", rate, 15, now=0.0)
    assert not let_in(rates, rate, 1.0)
    assert let_in(rates, rate, 1.11)


def test_tenants_that_are_not_active_take_no_memory() -> None:
    rates, rate = Rates(), Rate(per_second=1000, burst=1)
    for number in range(100_000):
        rates.take(f"t{number}", rate, float(number))
    assert len(rates._moments) <= 1_000


async def test_every_answer_to_a_key_says_what_is_left(control: Control) -> None:
    async with control.http.get("/v1/runtimes") as response:
        assert response.headers["RateLimit-Policy"] == (
            '"requests";q=2000;w=2, "executions";q=256;qu="concurrent-requests"'
        )
        assert response.headers["RateLimit"].startswith('"requests";r=19')
    async with control.http.get("/v1/nothing") as response:
        assert "RateLimit" not in response.headers


async def tenant(control: Control, name: str = "acme", **limits: Any) -> dict[str, str]:
    """A tenant's headers."""
    await control.made("tenants", id=name, limits=limits)
    made = await control.made(f"tenants/{name}/keys")
    return {"Authorization": f"Bearer {made['key']}"}


@pytest.mark.parametrize("path", ["/v1/execute", "/api/v2/execute", "/v1/runtimes", "/v1/sessions"])
async def test_over_its_rate_a_tenant_gets_429_and_is_told_when_to_come_again(
    control: Control, path: str
) -> None:
    acme = await tenant(control, requests_per_second=0.01, requests_burst=1)
    other = await tenant(control, "other")
    assert (await control.call("GET", "/v1/runtimes", headers=acme))[0] == 200
    method = "POST" if path.endswith("execute") else "GET"
    async with control.ask(method, path, headers=acme, json=ASKS) as response:
        assert response.status == 429
        problem = await response.json(content_type=None)
        assert problem["message"].startswith("requests_per_second: over the tenant's limit of 0.01 requests")
        assert 95 <= int(response.headers["Retry-After"]) <= 100
        assert response.headers["RateLimit"] == f'"requests";r=0;t={response.headers["Retry-After"]}'
        assert response.headers["RateLimit-Policy"].startswith('"requests";q=1;w=100, ')
    assert (await control.call("GET", "/v1/runtimes", headers=other))[0] == 200


async def test_a_refused_request_costs_nothing(control: Control) -> None:
    acme = await tenant(control, requests_per_second=4, requests_burst=1)
    for _ in range(20):
        await control.call("GET", "/v1/runtimes", headers=acme)

    async def let_in_again() -> bool:
        return (await control.call("GET", "/v1/runtimes", headers=acme))[0] == 200

    await until(let_in_again)


class Held:
    """A script whose programs run until they may end."""

    def __init__(self) -> None:
        self.go = asyncio.Event()

    async def __call__(self, start: pb.Start, context: Any) -> AsyncIterator[pb.ExecuteOutput]:
        yield sent(started())
        await self.go.wait()
        async for output in HELLO(start, context):
            yield output


async def test_executions_at_once_are_limited(control: Control, executor: ScriptedExecutor) -> None:
    acme = await tenant(control, executions_max=2)
    executor.play = held = Held()
    running = [
        asyncio.create_task(control.call("POST", "/v1/execute", headers=acme, json=ASKS)) for _ in range(2)
    ]
    await until(lambda: executor.running == 2)
    async with control.ask("POST", "/v1/execute", headers=acme, json=ASKS) as response:
        assert response.status == 429
        assert (await response.json(content_type=None))["detail"].startswith("executions_max: ")
        assert response.headers["RateLimit"] == '"executions";r=0;t=1'
        assert response.headers["Retry-After"] == "1"
    # Whatever is no execution goes on.
    assert (await control.call("GET", "/v1/runtimes", headers=acme))[0] == 200
    held.go.set()
    assert [status for status, _ in await asyncio.gather(*running)] == [200, 200]
    assert (await control.call("POST", "/v1/execute", headers=acme, json=ASKS))[0] == 200


async def test_an_execution_that_fails_or_is_left_counts_no_longer(
    control: Control, executor: ScriptedExecutor
) -> None:
    acme = await tenant(control, executions_max=1)
    assert (await control.call("POST", "/v1/execute", headers=acme, json={"language": "no"}))[0] == 400
    executor.play = Held()
    left = asyncio.create_task(control.call("POST", "/v1/execute", headers=acme, json=ASKS))
    await until(lambda: executor.running == 1)
    left.cancel()
    await executor.cancelled.wait()
    executor.play = HELLO

    async def free() -> bool:
        return (await control.call("POST", "/v1/execute", headers=acme, json=ASKS))[0] == 200

    await until(free)


async def test_a_tenant_with_one_request_waits_for_one_place(
    control: Control, executor: ScriptedExecutor
) -> None:
    large, small = await tenant(control, "large"), await tenant(control, "small")
    order: list[str] = []
    go: asyncio.Queue[None] = asyncio.Queue()

    async def play(start: pb.Start, context: Any) -> AsyncIterator[pb.ExecuteOutput]:
        order.append(start.tenant)
        await go.get()
        async for output in HELLO(start, context):
            yield output

    executor.play = play
    flood = [
        asyncio.create_task(control.call("POST", "/v1/execute", headers=large, json=ASKS)) for _ in range(50)
    ]
    # Of five places one tenant has four.
    await until(lambda: len(order) == 4)
    lone = [
        asyncio.create_task(control.call("POST", "/v1/execute", headers=small, json=ASKS)) for _ in range(2)
    ]
    await until(lambda: order.count("small") == 1)
    go.put_nowait(None)
    await until(lambda: order.count("small") == 2)
    assert len(order) == 6
    for _ in range(100):
        go.put_nowait(None)
    assert {status for status, _ in await asyncio.gather(*flood, *lone)} == {200}


async def test_what_waits_too_long_is_told_to_come_again(
    start_control: Any, executor: ScriptedExecutor
) -> None:
    control = await start_control(executor, queue_timeout_ms=100, queue_max=1)
    executor.report(warm={"python-3.13.5": 1}, capacity=1)
    executor.play = held = Held()
    running = [asyncio.create_task(control.execute(**ASKS)) for _ in range(4)]
    statuses: dict[str, int] = {}
    for done in asyncio.as_completed(running[0:4]):
        status, answer = await done
        if status == 200:
            continue
        assert status == 503
        statuses[answer["detail"]] = statuses.get(answer["detail"], 0) + 1
        if sum(statuses.values()) == 3:
            held.go.set()
    # One runs; the tenant's share of two places is one. One waited, and two were not even let to.
    assert statuses == {"no executor had room in time": 1, "too many programs wait for an executor": 2}


async def test_programs_that_wait_for_their_session_leave_the_places_to_others(
    control: Control, executor: ScriptedExecutor
) -> None:
    executor.play = held = Held()
    session = {"session_id": "s_one_abc"}
    same = [asyncio.create_task(control.execute(**ASKS, **session)) for _ in range(10)]
    await until(lambda: executor.running == 1)
    others = [asyncio.create_task(control.execute(**ASKS)) for _ in range(3)]
    await until(lambda: executor.running == 4)
    assert [start.session for start in executor.starts].count("s_one_abc") == 1
    held.go.set()
    assert {status for status, _ in await asyncio.gather(*same, *others)} == {200}


@pytest.fixture
async def two(start_control: Any, executor: ScriptedExecutor, database_url: str) -> tuple[Control, Control]:
    fields = {"database": database_url, "database_poll_ms": 50, "replica_sync_ms": 50}
    one: Control = await start_control(executor, **fields)
    more: Control = await start_control(**fields, executors=(executor.address,))
    await until(more.ready)
    more.http.headers["Authorization"] = one.http.headers["Authorization"]
    return one, more


async def test_several_control_planes_let_a_tenant_in_as_one_would(two: tuple[Control, Control]) -> None:
    one, more = two
    acme = await tenant(one, requests_per_second=0.01, requests_burst=10)
    await more.until_status(acme["Authorization"].removeprefix("Bearer "), 200)
    for _ in range(6):
        assert (await one.call("GET", "/v1/runtimes", headers=acme))[0] == 200

    async def remaining() -> int:
        """By an answer that costs nothing once there is nothing left."""
        async with more.ask("GET", "/v1/runtimes", headers=acme) as response:
            return int(response.headers["RateLimit"].split(";r=")[1].split(";")[0])

    async def counted() -> bool:
        return await remaining() == 0

    await until(counted)
    assert (await more.call("GET", "/v1/runtimes", headers=acme))[0] == 429

    async def refused() -> bool:
        return (await one.call("GET", "/v1/runtimes", headers=acme))[0] == 429

    await until(refused)


async def test_several_control_planes_count_executions_together(
    two: tuple[Control, Control], executor: ScriptedExecutor
) -> None:
    one, more = two
    acme = await tenant(one, executions_max=2)
    await more.until_status(acme["Authorization"].removeprefix("Bearer "), 200)
    executor.play = held = Held()
    running = [
        asyncio.create_task(one.call("POST", "/v1/execute", headers=acme, json=ASKS)) for _ in range(2)
    ]
    await until(lambda: executor.running == 2)

    async def refused() -> bool:
        async with more.ask("POST", "/v1/execute", headers=acme, json={"language": "no"}) as response:
            return bool(response.status == 429)

    await until(refused)
    held.go.set()
    await asyncio.gather(*running)

    async def free() -> bool:
        return (await more.call("POST", "/v1/execute", headers=acme, json=ASKS))[0] == 200

    await until(free)


async def test_a_control_plane_that_leaves_takes_its_counts_along(
    two: tuple[Control, Control], executor: ScriptedExecutor
) -> None:
    one, more = two
    acme = await tenant(one, executions_max=1)
    await more.until_status(acme["Authorization"].removeprefix("Bearer "), 200)
    executor.play = Held()
    running = asyncio.create_task(one.call("POST", "/v1/execute", headers=acme, json=ASKS))

    async def status() -> int:
        body = {"language": "no"}
        answered: int = (await more.call("POST", "/v1/execute", headers=acme, json=body))[0]
        return answered

    async def refused() -> bool:
        return await status() == 429

    async def free() -> bool:
        return await status() == 400

    await until(refused)
    one.stop.set()
    await one.serving
    await until(free)
    running.cancel()


def burns(seconds: float) -> Any:
    return run(end(cpu_us=round(seconds * 1e6), wall_us=round(seconds * 1e6), memory_bytes=1))


async def test_a_tenant_that_has_used_up_its_cpu_seconds_waits_for_midnight(
    control: Control, executor: ScriptedExecutor
) -> None:
    acme = await tenant(control, cpu_seconds_per_day=10)
    other = await tenant(control, "other")
    for seconds in (6, 5):
        executor.play = burns(seconds)
        assert (await control.call("POST", "/v1/execute", headers=acme, json=ASKS))[0] == 200
    for path in ("/v1/execute", "/api/v2/execute"):
        async with control.ask("POST", path, headers=acme, json=ASKS) as response:
            assert response.status == 429
            problem = await response.json(content_type=None)
            assert problem["message"].startswith("cpu_seconds_per_day: the tenant's 10 CPU seconds")
            assert 0 < int(response.headers["Retry-After"]) <= 86_400
            assert response.headers["RateLimit"].startswith('"cpu";r=0;t=')
            assert '"cpu";q=10;qu="cpu-seconds";w=86400' in response.headers["RateLimit-Policy"]
    # What costs no CPU time goes on, and so do others.
    assert (await control.call("GET", "/v1/runtimes", headers=acme))[0] == 200
    assert (await control.call("POST", "/v1/execute", headers=other, json=ASKS))[0] == 200
    assert (await control.call("POST", "/v1/execute", headers=other, json=ASKS))[0] == 200


async def test_several_control_planes_count_cpu_seconds_together(
    start_control: Any, executor: ScriptedExecutor, database_url: str
) -> None:
    fields = {"database": database_url, "database_poll_ms": 50, "usage_flush_ms": 50}
    one: Control = await start_control(executor, **fields)
    more: Control = await start_control(**fields, executors=(executor.address,))
    await until(more.ready)
    acme = await tenant(one, cpu_seconds_per_day=10)
    await more.until_status(acme["Authorization"].removeprefix("Bearer "), 200)
    executor.play = burns(11)
    assert (await one.call("POST", "/v1/execute", headers=acme, json=ASKS))[0] == 200

    async def refused() -> bool:
        async with more.ask("POST", "/v1/execute", headers=acme, json={"language": "no"}) as response:
            return bool(response.status == 429)

    await until(refused)
