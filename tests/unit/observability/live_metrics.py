"""What `GET /metrics` of a control plane says that has seen good and bad times."""

import asyncio
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import grpc
import pytest
from prometheus_client.parser import text_string_to_metric_families
from running_control import running, until
from scripted_executor import PYTHON, ScriptedExecutor, fails

# What Prometheus adds to whatever it scrapes.
SCRAPED = {"job", "instance"}


@dataclass(frozen=True)
class Sample:
    name: str
    labels: dict[str, str]
    value: float


@dataclass
class Metrics:
    samples: list[Sample]

    def labels(self) -> dict[str, set[str]]:
        """Those of each metric."""
        found: dict[str, set[str]] = {"up": set(SCRAPED)}
        for sample in self.samples:
            found.setdefault(sample.name, set(SCRAPED)).update(sample.labels)
        return found


@cache
def live_metrics() -> Metrics:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", f"{folder}/config")
        text = asyncio.run(_scraped(Path(folder)))
    families = text_string_to_metric_families(text)
    return Metrics([Sample(one.name, one.labels, one.value) for family in families for one in family.samples])


async def _scraped(home: Path) -> str:
    executor = ScriptedExecutor(f"unix:{home}/executor.sock")
    await executor.start()
    try:
        async with running(home, [executor]) as control:
            await until(control.ready)
            full = {"running": 3, "waiting": 2, "capacity": 4, "sandboxes": 9, "sandboxes_max": 40}
            held = {"booting": 1, "pinned": 2, "sessions": 5, "session_bytes": 1 << 20}
            executor.report(warm={PYTHON.id: 1}, session_bytes_max=1 << 30, **full, **held)
            assert (await control.execute(language="py", code=""))[0] == 200
            executor.play = fails(grpc.StatusCode.RESOURCE_EXHAUSTED)
            assert (await control.execute(language="py", code=""))[0] == 503
            assert (await control.get("/v1/sessions"))[0] == 200

            async def told() -> bool:
                return b"hearth_control_executor_pinned{" in await scraped()

            async def scraped() -> bytes:
                async with control.http.get("/metrics") as response:
                    return bytes(await response.read())

            await until(told)
            return (await scraped()).decode()
    finally:
        await executor.stop()
