"""Sandboxes that do what a test says and tell what the pool did with them; and the host that they are on."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from executor.cores import CpuSet
from executor.runtime import Runtime
from executor.sandbox import Held, SandboxLostError
from executor.teardown import Host


@dataclass
class World:
    """A host whose containerd knows the sandboxes that were made here, and those that were there before."""

    boot_seconds: float = 1.0
    destroy_seconds: float = 0.1
    leftovers: set[str] = field(default_factory=set)
    # How many of the next boots of a runtime fail.
    boots_to_fail: Counter[str] = field(default_factory=Counter)
    # Sandboxes that do not park again.
    spent: set[str] = field(default_factory=set)
    # Set by a test: no sandbox can be made or taken down while it is clear.
    may_destroy: asyncio.Event = field(default_factory=asyncio.Event)
    alive: dict[str, "ScriptedSandbox"] = field(default_factory=dict)
    most_alive: int = 0
    # Runtime and moment of every boot that began.
    boots: list[tuple[str, float]] = field(default_factory=list)
    destroyed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.may_destroy.set()

    async def container_ids(self) -> set[str]:
        return self.alive.keys() | self.leftovers

    async def wait_task(self, container_id: str) -> None:
        assert container_id in self.leftovers, "what the pool still has was removed as a leftover"

    async def delete_task(self, container_id: str) -> None:
        pass

    async def delete_container(self, container_id: str) -> None:
        self.leftovers.remove(container_id)


class Line:
    """What the pool sees of a channel."""

    ended: str | None = None


class ScriptedSandbox:
    """Takes the place of `Sandbox`. Complains when it changes its tenant."""

    def __init__(
        self, host: Host, runtime: Runtime, sandbox_id: str, cpus: CpuSet, on_end: Callable[[], None]
    ) -> None:
        world = cast(World, host.containerd)
        self.id = sandbox_id
        self.runtime = runtime
        self.uses = 0
        self.idle_since = 0.0
        self.cpus = cpus
        self.channel = Line()
        self.reparked = 0
        self.held: Held | None = None
        self._tenant: str | None = None
        self._world = world
        self._on_end = on_end
        self._teardown: asyncio.Task[None] | None = None
        assert sandbox_id not in world.alive
        world.alive[sandbox_id] = self
        world.most_alive = max(world.most_alive, len(world.alive))

    @property
    def tenant(self) -> str | None:
        return self._tenant

    @tenant.setter
    def tenant(self, tenant: str) -> None:
        assert self._tenant in (None, tenant), f"{self.id} of {self._tenant} was given to {tenant}"
        self._tenant = tenant

    @property
    def lost(self) -> str | None:
        return self.channel.ended

    def wake(self) -> bool:
        return self.lost is None

    def die(self) -> None:
        """Ends by itself, as after a crash."""
        self.channel.ended = "the sandbox ended"
        self._on_end()

    async def boot(self) -> None:
        runtime = self.runtime.definition.language
        self._world.boots.append((runtime, asyncio.get_running_loop().time()))
        try:
            await asyncio.sleep(self._world.boot_seconds)
        except asyncio.CancelledError:
            await self.destroy()
            raise
        if self._world.boots_to_fail[runtime] > 0:
            self._world.boots_to_fail[runtime] -= 1
            await self.destroy()
            raise SandboxLostError("boot failed")

    async def repark(self, *, keep_workspace: bool = False) -> None:
        if not keep_workspace:
            self.held = None
        assert self.id in self._world.alive
        await asyncio.sleep(0.01)
        self.reparked += 1
        if self.id in self._world.spent or self.channel.ended:
            raise SandboxLostError("not parked again")

    async def destroy(self) -> None:
        if self._teardown is None:
            self._teardown = asyncio.create_task(self._tear_down())
        await asyncio.shield(self._teardown)

    async def _tear_down(self) -> None:
        self.channel.ended = "closed"
        await asyncio.sleep(self._world.destroy_seconds)
        await self._world.may_destroy.wait()
        del self._world.alive[self.id]
        self._world.destroyed.append(self.id)
