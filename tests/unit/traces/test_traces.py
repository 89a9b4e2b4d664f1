"""Traces as a collector gets them from a real control plane and a real executor service."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import agent_wire as wire
import grpc
import pytest
from collector import collecting
from fake_agent import FakeAgent
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from running_control import Control, running, until
from scripted_executor import ScriptedExecutor, fails, sent, started
from served_executor import PYTHON, Served, serving
from structlog.testing import capture_logs

from control import tracing
from traces.exporting import Announced
from traces.tracer import opened

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PARENT = f"00-{TRACE}-{SPAN}-01"
PROGRAM = {"language": "python", "code": "sesame", "stdin": "sesame", "env": {"A": "sesame"}}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


@dataclass
class At:
    """Where an executor listens, for the control plane's settings."""

    address: str


async def obey(agent: FakeAgent) -> None:
    """Runs programs to a good end, one after the other."""
    while True:
        await agent.started()
        agent.say(wire.stdout(b"sesame"), wire.ended())


@asynccontextmanager
async def both(home: Path, endpoint: str, **fields: Any) -> AsyncIterator[tuple[Control, Served]]:
    """A control plane and its executor, which send their spans when this is left."""
    async with AsyncExitStack() as stack:
        tracer = await stack.enter_async_context(opened("hearth-executor", endpoint))
        served = await stack.enter_async_context(serving(home / "executor", tracer))
        served.status.warm[PYTHON.id] = 1
        at: Any = At(f"unix:{home}/executor/s")
        control = await stack.enter_async_context(running(home, [at], otlp_endpoint=endpoint, **fields))
        obeying = asyncio.create_task(obey(served.agent))
        stack.callback(obeying.cancel)
        await until(control.ready)
        yield control, served


async def post(control: Control, headers: dict[str, str]) -> dict[str, str]:
    """Runs a program; the headers of the answer."""
    async with control.http.post("/v1/execute", json=PROGRAM, headers=headers) as response:
        assert response.status == 200
        return dict(response.headers)


async def test_one_request_is_one_tree_over_both_services(home: Path) -> None:
    async with collecting() as collector, both(home, collector.endpoint) as (control, _):
        answer = await post(control, {"traceparent": PARENT, "X-Request-Id": "r-1"})
    names = {one.span.name: one.service for one in collector.spans}
    assert not {name.lower() for name in answer} & {"traceparent", "tracestate", "traceresponse"}
    executor = dict.fromkeys(("claim", "go", "run", "settle"), "hearth-executor")
    control_plane = dict.fromkeys(("POST /v1/execute", "queue", "execute"), "hearth-control")
    assert names == control_plane | executor
    assert {one.span.trace_id.hex() for one in collector.spans} == {TRACE}
    request, execute = collector.named("POST /v1/execute"), collector.named("execute")
    assert request.parent.hex() == SPAN
    assert collector.named("queue").parent == execute.parent == request.span.span_id
    assert {collector.named(name).parent for name in executor} == {execute.span.span_id}
    assert request.span.kind == request.span.SPAN_KIND_SERVER
    assert request.attributes == {
        "http.request.method": "POST",
        "http.route": "/v1/execute",
        "http.response.status_code": 200,
        "url.scheme": "http",
        "hearth.request_id": "r-1",
        "hearth.tenant": "default",
    }
    moments = [collector.named(name).span for name in executor]
    assert all(span.start_time_unix_nano <= span.end_time_unix_nano for span in moments)
    assert all(one.end_time_unix_nano <= after.start_time_unix_nano for one, after in pairwise(moments))
    assert "sesame" not in repr(collector.spans)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"traceparent": "nonsense"},
        {"traceparent": PARENT.replace("00-", "ff-", 1)},
        {"traceparent": PARENT + "-more"},
        {"traceparent": f"00-{'0' * 32}-{SPAN}-01"},
        {"traceparent": PARENT.upper()},
        {"traceparent": "x" * 600},
    ],
)
async def test_a_request_without_a_parent_that_is_valid_begins_a_trace(
    home: Path, headers: dict[str, str]
) -> None:
    async with collecting() as collector, both(home, collector.endpoint) as (control, _):
        await post(control, headers)
    request = collector.named("POST /v1/execute")
    assert request.parent == b""
    assert {one.span.trace_id for one in collector.spans} == {request.span.trace_id}
    assert request.span.trace_id.hex() != TRACE


async def test_what_the_client_did_not_sample_is_not_traced_and_its_state_is_kept(home: Path) -> None:
    async with collecting() as collector, both(home, collector.endpoint) as (control, _):
        await post(control, {"traceparent": PARENT[:-2] + "00"})
        await post(control, {"traceparent": PARENT, "tracestate": "a=1,b=2"})
    assert collector.named("POST /v1/execute").span.trace_state == "a=1,b=2"
    assert collector.named("execute").span.trace_state == "a=1,b=2"


async def test_a_ratio_of_nothing_traces_only_what_clients_want_traced(home: Path) -> None:
    async with collecting() as collector, both(home, collector.endpoint, otlp_sample_ratio=0) as (control, _):
        await post(control, {})
        await post(control, {"traceparent": PARENT})
    assert collector.named("POST /v1/execute").span.trace_id.hex() == TRACE


async def test_each_executor_that_is_tried_has_a_span_with_its_end(home: Path) -> None:
    scripted = [ScriptedExecutor(f"unix:{home}/{name}.sock", name=name) for name in ("one", "two")]
    for executor in scripted:
        executor.play = fails(grpc.StatusCode.UNAVAILABLE)
        await executor.start()
    async with (
        collecting() as collector,
        running(home, scripted, otlp_endpoint=collector.endpoint) as control,
    ):
        await until(control.ready)

        async def connected() -> bool:
            return await control.offers() == 6

        await until(connected)
        assert (await control.execute(**PROGRAM))[0] == 503
        scripted[0].play = scripted[1].play = fails(grpc.StatusCode.ABORTED, sent(started()))
        assert (await control.execute(**PROGRAM))[0] == 200
    for executor in scripted:
        await executor.stop()
    failed = [one for one in collector.spans if one.span.name == "execute"]
    assert [one.attributes["rpc.grpc.status_code"] for one in failed] == [14, 14, 10]
    assert all(one.span.status.code == one.span.status.STATUS_CODE_ERROR for one in failed)
    traceparents = {start.traceparent for executor in scripted for start in executor.starts}
    assert {one.span.span_id.hex() for one in failed} == {parent.split("-")[2] for parent in traceparents}
    requests = [one for one in collector.spans if one.span.name == "POST /v1/execute"]
    assert [one.attributes.get("error.type") for one in requests] == ["503", None]


async def test_a_collector_that_is_away_keeps_no_request_and_no_service_from_its_end(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with collecting() as collector:
        away = collector.endpoint
    with capture_logs() as lines:
        async with both(home, away) as (control, _):
            for _ in range(3):
                await post(control, {})
    lost = [line for line in lines if "traces" in line["event"]]
    # By each of the services, whatever it has tried.
    assert [(line["log_level"], line["endpoint"]) for line in lost] == [("warning", away)] * 2
    assert not [record for record in caplog.records if record.name.startswith("opentelemetry")]


class Moody(SpanExporter):
    """Succeeds or fails as it is told."""

    def __init__(self, *results: bool) -> None:
        self._results = iter(results)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return SpanExportResult.SUCCESS if next(self._results) else SpanExportResult.FAILURE


def test_that_spans_are_lost_is_logged_when_it_begins_and_when_it_ends() -> None:
    results = (True, False, False, False, True, True, False)
    announced = Announced(Moody(*results), "http://away:1")
    with capture_logs() as lines:
        for _ in results:
            announced.export(())
    assert [line["log_level"] for line in lines] == ["warning", "info", "warning"]


async def test_headers_that_cannot_be_are_not_quoted_in_the_log(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with collecting() as collector, both(home, collector.endpoint) as (control, _):
        await post(control, {"traceparent": "sesame" * 100})
        await post(control, {"traceparent": PARENT, "tracestate": "sesame sesame,=,x"})
    assert "sesame" not in caplog.text


def test_without_an_endpoint_nothing_of_opentelemetry_is_imported() -> None:
    look = (
        "import sys, control.service, control.api.app, executor.__main__; "
        "print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    root = Path(__file__).parents[3]
    found = subprocess.run([sys.executable, "-c", look], cwd=root, capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"
    assert tracing.current().attempt("x").traceparent == ""
