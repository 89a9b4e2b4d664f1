"""What a tenant may ask for: its plan, its own limits over that, and what its requests are told."""

from typing import Any

import pytest
from running_control import Control
from scripted_executor import HELLO, ScriptedExecutor

from control.settings import Settings
from control.tenancy.limits import Plans
from control.tenancy.overrides import Overrides
from executor.api import executor_pb2 as pb


class Tenant:
    """A tenant with limits, and requests with its key."""

    def __init__(self, control: Control, key: str) -> None:
        self._control = control
        self._headers = {"Authorization": f"Bearer {key}"}

    async def call(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        return await self._control.call(method, path, headers=self._headers, **options)

    async def execute(self, **body: Any) -> tuple[int, Any]:
        body = {"language": "python", "code": ""} | body
        return await self.call("POST", "/v1/execute", json=body)


async def tenant(control: Control, **limits: Any) -> Tenant:
    await control.made("tenants", id="acme", limits=limits)
    return Tenant(control, (await control.made("tenants/acme/keys"))["key"])


CEILINGS = [
    ({"run_timeout_max_ms": 1000}, {"run_timeout": 1001}, "run_timeout: must be at most 1000"),
    ({"run_timeout_max_ms": 1000}, {"run_cpu_time": 1001}, "run_cpu_time: must be at most 1000"),
    ({"compile_timeout_max_ms": 9}, {"compile_timeout": 10}, "compile_timeout: must be at most 9"),
    ({"compile_timeout_max_ms": 9}, {"compile_cpu_time": 10}, "compile_cpu_time: must be at most 9"),
    ({"run_memory_max_bytes": 5}, {"run_memory_limit": 6}, "run_memory_limit: must be at most 5"),
    ({"compile_memory_max_bytes": 5}, {"compile_memory_limit": 6}, "compile_memory_limit: must be at most 5"),
    (
        {"isolation": "sandbox", "isolation_forced": True},
        {"isolation": "cell"},
        "isolation: must be 'sandbox' for this tenant",
    ),
]


@pytest.mark.parametrize(("limits", "asked", "detail"), CEILINGS)
async def test_beyond_a_ceiling_is_400_and_names_field_and_limit(
    control: Control, executor: ScriptedExecutor, limits: Any, asked: Any, detail: str
) -> None:
    acme = await tenant(control, **limits)
    status, problem = await acme.execute(**asked)
    assert (status, problem["detail"]) == (400, detail)
    assert not executor.starts
    # Others have limits of their own.
    assert (await control.execute(language="python", code="", **asked))[0] == 200


async def test_a_tenant_may_have_more_than_the_settings_give_to_all(control: Control) -> None:
    most = control.settings.run_timeout_max_ms
    acme = await tenant(control, run_timeout_max_ms=2 * most)
    assert (await acme.execute(run_timeout=2 * most))[0] == 200
    assert (await control.execute(language="python", code="", run_timeout=2 * most))[0] == 400


async def test_what_is_not_asked_for_stays_below_the_ceilings(
    control: Control, executor: ScriptedExecutor
) -> None:
    acme = await tenant(
        control, run_timeout_max_ms=1000, compile_timeout_max_ms=500, run_memory_max_bytes=1 << 20
    )
    await acme.execute()
    limits = executor.starts[-1].run_limits
    # What a runtime that does not tell its own default would take is not known; it is left alone.
    assert (limits.wall_ms, limits.cpu_ms, limits.memory_bytes) == (1000, 1000, 0)
    assert executor.starts[-1].compile_limits.wall_ms == 500
    greedy = pb.Runtime(id="ruby-3.3.0", language="ruby", version="3.3.0")
    greedy.run_limits.memory_bytes = 4 << 20
    executor.runtimes = [*executor.runtimes, greedy]
    executor.report(warm={greedy.id: 1}, capacity=4)
    while (await acme.execute(language="ruby"))[0] != 200:
        pass
    assert executor.starts[-1].run_limits.memory_bytes == 1 << 20


async def test_output_and_body_are_bounded(control: Control, executor: ScriptedExecutor) -> None:
    acme = await tenant(control, output_max_bytes=3, body_max_bytes=1000)
    executor.play = HELLO
    status, answer = await acme.execute()
    assert (status, answer["run"]["stdout"]) == (200, "hel")
    assert executor.starts[-1].run_limits.output_bytes == 3
    status, problem = await acme.execute(code="x" * 1000)
    assert (status, problem["detail"]) == (413, "the body exceeds 1000 bytes")
    assert (await control.execute(language="python", code="x" * 1000))[0] == 200


async def test_a_language_that_is_not_allowed_is_403(control: Control, executor: ScriptedExecutor) -> None:
    acme = await tenant(control, languages=["c"])
    for name in ("python", "py"):
        status, problem = await acme.execute(language=name)
        assert status == 403
        assert problem["detail"] == "language: 'python' is not allowed for this tenant; allowed are c"
    assert (await acme.execute(language="none"))[0] == 400
    assert not executor.starts
    _, listed = await acme.call("GET", "/v1/runtimes")
    assert [runtime["language"] for runtime in listed] == ["c"]


async def test_pistons_requests_have_the_same_limits(control: Control, executor: ScriptedExecutor) -> None:
    acme = await tenant(
        control,
        run_timeout_max_ms=1000,
        run_memory_max_bytes=50,
        languages=["python"],
        isolation="sandbox",
        output_max_bytes=3,
        body_max_bytes=1000,
    )
    body = {"language": "python", "version": "*", "files": [{"content": ""}]}
    for asked, status, message in (
        ({"run_timeout": 1001}, 400, "run_timeout cannot exceed the configured limit of 1000"),
        ({"run_memory_limit": 51}, 400, "run_memory_limit cannot exceed the configured limit of 50"),
        ({"language": "c"}, 403, "language: 'c' is not allowed for this tenant; allowed are python"),
        ({"stdin": "x" * 1000}, 413, "the body exceeds 1000 bytes"),
    ):
        answer = await acme.call("POST", "/api/v2/execute", json=body | asked)
        assert answer == (status, {"message": message})
    status, answer = await acme.call("POST", "/api/v2/execute", json=body)
    assert (status, answer["run"]["stdout"]) == (200, "hel")
    assert executor.starts[-1].run_limits.wall_ms == 1000
    assert executor.starts[-1].isolate_sandbox
    _, listed = await acme.call("GET", "/api/v2/runtimes")
    assert {runtime["language"] for runtime in listed} == {"python"}


@pytest.mark.parametrize(
    ("limits", "asked", "isolated"),
    [
        ({}, {}, False),
        ({"isolation": "sandbox"}, {}, True),
        ({"isolation": "sandbox"}, {"isolation": "cell"}, False),
        ({"isolation": "sandbox", "isolation_forced": True}, {}, True),
        ({"isolation": "sandbox", "isolation_forced": True}, {"isolation": "sandbox"}, True),
    ],
)
async def test_isolation_is_the_tenants_unless_the_request_says(
    control: Control, executor: ScriptedExecutor, limits: Any, asked: Any, isolated: bool
) -> None:
    acme = await tenant(control, **limits)
    assert (await acme.execute(**asked))[0] == 200
    assert executor.starts[-1].isolate_sandbox == isolated


async def test_sessions_are_kept_as_the_tenant_may(control: Control, executor: ScriptedExecutor) -> None:
    acme = await tenant(
        control,
        sessions_max=3,
        session_max_bytes=1000,
        sessions_max_bytes=2000,
        session_idle_timeout_max_ms=60_000,
    )
    policy = pb.SessionPolicy(idle_timeout_ms=60_000, max_sessions=3, session_bytes=1000, tenant_bytes=2000)
    await acme.execute()
    assert executor.starts[-1].policy == policy
    status, problem = await acme.call("POST", "/v1/sessions", json={"idle_timeout": 60_001})
    assert (status, problem["detail"]) == (400, "idle_timeout: must be at most 60000")
    status, session = await acme.call("POST", "/v1/sessions")
    assert (status, session["idle_timeout"]) == (201, 60_000)
    path = f"/v1/sessions/{session['id']}/files/x"
    status, problem = await acme.call("PUT", path, data=b"x" * 1001)
    assert (status, problem["detail"]) == (413, "the file exceeds 1000 bytes")


async def test_a_changed_limit_holds_for_the_next_request(control: Control) -> None:
    acme = await tenant(control)
    assert (await acme.execute(run_timeout=2000))[0] == 200
    for limits, status in (({"run_timeout_max_ms": 1000}, 400), ({"run_timeout_max_ms": None}, 200)):
        await control.call("PATCH", "/v1/admin/tenants/acme", json={"limits": limits})
        assert (await acme.execute(run_timeout=2000))[0] == status


def test_a_tenants_limits_lie_over_its_plans_and_those_over_the_settings() -> None:
    settings = Settings(
        plans={
            "default": Overrides(output_max_bytes=50),
            "small": Overrides(run_timeout_max_ms=10, sessions_max=4),
        }
    )
    plans = Plans(settings)
    assert plans.names == ["default", "small"]
    limits = plans.limits_of("small", {"sessions_max": 9, "isolation_forced": True})
    assert (limits.run_timeout_max_ms, limits.sessions_max, limits.isolation_forced) == (10, 9, True)
    assert limits.output_max_bytes == settings.output_max_bytes
    assert plans.limits_of("default", {}).output_max_bytes == 50
    # Nobody's keys stop working because a plan was taken out of the settings.
    assert plans.limits_of("gone", {"sessions_max": 9}) == plans.limits_of("default", {"sessions_max": 9})


@pytest.mark.parametrize("written", [{"sessions_max": "many"}, {"languages": 5}, ["no object"]])
def test_limits_that_were_written_wrongly_by_hand_stop_nobody(written: Any) -> None:
    plans = Plans(Settings())
    assert plans.limits_of("default", written) == plans.limits_of("default", {})


def test_every_limit_of_a_tenant_is_a_setting_or_has_its_own_default() -> None:
    own = {"languages", "isolation", "isolation_forced"}
    assert set(Overrides.model_fields) - own <= set(Settings.model_fields)
