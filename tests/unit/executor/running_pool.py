"""A pool whose sandboxes are scripted, and what its callers do with it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from runtimes import runtime
from scripted_sandbox import ScriptedSandbox, World

from executor import cgroup, teardown
from executor import pool as module
from executor.pool import Pool
from executor.settings import Settings
from executor.teardown import Host

RUNTIMES = {one.id: one for one in (runtime("bash", "1.0.0"), runtime("python", "1.0.0"))}
BASH, PYTHON = RUNTIMES

# Virtual seconds; none of it is waited for.
PATIENCE = 600.0


@asynccontextmanager
async def filling(
    world: World, changes: Callable[[], None] = lambda: None, **fields: Any
) -> AsyncIterator[Pool]:
    """A pool that runs. Nothing of it is left afterwards, or the test fails."""
    clock = SimpleNamespace(monotonic=asyncio.get_running_loop().time)
    nowhere = Path("/nonexistent")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "Sandbox", ScriptedSandbox)
        patch.setattr(module, "time", clock)
        patch.setattr(cgroup, "ROOT", nowhere)
        # None of this world has a shim, and those of the machine are none of its business.
        patch.setattr(teardown, "living_shims", lambda *_: {})
        given: dict[str, Any] = {"warm_default": 1, "run_dir": nowhere, **fields}
        chosen = Settings(**given)
        pool = Pool(Host(cast(Any, world), chosen, nowhere), RUNTIMES, changes)
        running = asyncio.create_task(pool.run())
        try:
            yield pool
            assert not running.done(), "the pool ended by itself"
        finally:
            running.cancel()
            await asyncio.wait([running])
            assert running.cancelled(), running.exception()
        assert world.alive == {}


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def claimed(
    pool: Pool, tenant: str = "t", name: str = PYTHON, *, fresh: bool = False, timeout: float = 10
) -> ScriptedSandbox:
    return cast(ScriptedSandbox, await pool.claim(name, tenant, fresh=fresh, timeout=timeout))


def give_back(pool: Pool, sandbox: ScriptedSandbox, *, reusable: bool = True) -> None:
    pool.release(cast(Any, sandbox), reusable=reusable)


async def idle(pool: Pool, *sandboxes: ScriptedSandbox) -> None:
    """Gives sandboxes back and waits until they wait for their tenants."""
    counts = [one.reparked for one in sandboxes]
    for one in sandboxes:
        give_back(pool, one)
    await until(lambda: [one.reparked for one in sandboxes] == [count + 1 for count in counts])
