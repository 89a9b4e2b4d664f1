"""One sandbox: booted, parked, claimed, reused, destroyed.

A sandbox has one owner at a time: the pool while it waits, an execution while it runs. It serves one
tenant for its whole life, from the moment it is first claimed.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from executor import frames
from executor.channel import Channel, ChannelClosedError
from executor.containerd.client import ContainerdError
from executor.containerd.spec import CPU_PERIOD, Resources, sandbox_spec
from executor.cores import CpuSet
from executor.runtime import Runtime
from executor.sessions.store import Stored
from executor.teardown import Host, remove

log = structlog.get_logger()

# containerd's labels on what is ours.
LABEL = "dev.hearth.runtime"


class SandboxLostError(Exception):
    """The sandbox cannot be used any further; `str()` says why."""


@dataclass(frozen=True, slots=True)
class Held:
    """A session whose state a workspace is, as its next program shall find it."""

    token: str
    stored: Stored
    # The last program's own file, which the next one shall not find.
    passing: bytes | None


class Sandbox:
    """A gVisor sandbox with an agent in it. Made by `boot`, ended by `destroy`."""

    def __init__(
        self,
        host: Host,
        runtime: Runtime,
        sandbox_id: str,
        cpus: CpuSet,
        on_end: Callable[[], None] = lambda: None,
    ) -> None:
        """`on_end` is called when the sandbox ends without having been told to. Raises OSError."""
        self.id = sandbox_id
        self.cpus = cpus
        self.runtime = runtime
        self.tenant: str | None = None
        self.uses = 0
        self.idle_since = 0.0
        # The session whose state its workspace is.
        self.held: Held | None = None
        self.cgroup = host.cgroup(sandbox_id)
        self._host = host
        self._on_end = on_end
        folder = host.folder(sandbox_id)
        folder.mkdir(mode=0o700, parents=True)
        try:
            self.channel = Channel(folder)
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self._pid = 0
        self._resting = False
        self._watch: asyncio.Task[None] | None = None
        self._teardown: asyncio.Task[None] | None = None

    @property
    def memory_limit(self) -> int:
        """The cgroup's limit for a program with the runtime's own limits, bytes."""
        limits = self.runtime.definition.limits
        largest = max(limits.run_memory, limits.compile_memory if self.runtime.definition.compile else 0)
        return largest + self._host.settings.memory_overhead

    async def boot(self) -> None:
        """Boots to a parked runner. On failure nothing is left behind.

        Raises:
            SandboxLostError: containerd, runsc or the agent failed, or took longer than `boot_timeout`.
        """
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._host.settings.boot_timeout):
                await self._start()
                await self._configure()
                await self.parked()
        except (ContainerdError, ChannelClosedError, TimeoutError, OSError) as error:
            said = self.channel.log.strip()
            await self.destroy()
            raise SandboxLostError(
                f"boot failed: {error or 'timeout'}{f' ({said})' if said else ''}"
            ) from error
        except asyncio.CancelledError:
            await self.destroy()
            raise
        log.debug("sandbox.warm", sandbox=self.id, seconds=round(time.monotonic() - began, 3))
        self._rest()

    async def _start(self) -> None:
        containerd, settings = self._host.containerd, self._host.settings
        resources = Resources(memory=self.memory_limit, cpus=len(self.cpus), pids=settings.pids_fence)
        spec = sandbox_spec(hostname="hearth", cgroup=self.cgroup.path, resources=resources)
        mounts = await containerd.view(f"hearth-{self.runtime.image}", self.runtime.chain_id)
        await containerd.create_container(
            self.id,
            image=self.runtime.image,
            spec=spec,
            runtime_binary=str(self._host.runtime_binary),
            runtime_root=str(settings.run_dir / "runsc"),
            labels={LABEL: self.runtime.id},
        )
        self._pid = await containerd.create_task(self.id, mounts)
        # Before Start, so that no end is missed.
        self._watch = asyncio.create_task(self._watch_end(), name=f"watch {self.id}")
        # Not by the spec: gVisor would then schedule itself on so many CPUs, and with only one, everything
        # that blocks outside holds up everything inside for up to 10 ms.
        self.cgroup.confine(self.cpus)
        self._check_limits(resources)
        await containerd.start_task(self.id)
        self.channel.listen()

    def _check_limits(self, resources: Resources) -> None:
        """A limit that is set but not enforced would let one program starve the host: refuse it."""
        enforced = self.cgroup.limits()
        wanted = {
            "memory": resources.memory,
            "pids": resources.pids,
            "cpu_quota": resources.cpu_quota,
            "cpu_period": CPU_PERIOD,
        }
        for name, value in wanted.items():
            if enforced[name] != value:
                raise OSError(f"cgroup {self.cgroup.path} has {name} {enforced[name]} instead of {value}")

    async def _configure(self) -> None:
        definition, settings = self.runtime.definition, self._host.settings
        hello, *rest = await self.channel.receive()
        if not isinstance(hello, frames.Hello) or hello.version != frames.PROTOCOL_VERSION or rest:
            raise ChannelClosedError("the agent speaks another protocol")
        shape = frames.CellShape(
            uid=settings.uid,
            gid=settings.gid,
            tmp_bytes=definition.limits.workspace,
            workspace_bytes=definition.limits.workspace,
            stdin_window=settings.stdin_window,
        )
        command = definition.park.command if definition.park else ()
        self.channel.send(
            frames.configure(shape, command, self.runtime.environment), frames.park(keep_workspace=False)
        )

    async def parked(self) -> None:
        """Waits until the agent has parked a runner in a new cell.

        Raises:
            ChannelClosedError: it never will.
        """
        while True:
            for frame in await self.channel.receive():
                match frame:
                    case frames.Parked():
                        return
                    case frames.Failed():
                        raise ChannelClosedError(f"the agent could not park: {frame.text}")
                    case _:
                        # What the cell that is being replaced still had to say.
                        continue

    async def repark(self, *, keep_workspace: bool = False) -> None:
        """Ends the cell with everything in it, empties the workspace, and parks the next runner.

        Args:
            keep_workspace: leaves it as what the sandbox holds.

        Raises:
            SandboxLostError: it could not, or is not to be used again.
        """
        if self.cgroup.oom_kills():
            raise SandboxLostError("something in it was killed for memory")
        if not keep_workspace:
            self.held = None
        elif self.held is not None and self.held.passing is not None:
            self.channel.send(frames.remove(self.held.passing))
        self.channel.send(frames.park(keep_workspace=keep_workspace))
        try:
            async with asyncio.timeout(self._host.settings.boot_timeout):
                await self.parked()
        except (ChannelClosedError, TimeoutError) as error:
            raise SandboxLostError(f"not parked again: {error or 'timeout'}") from error
        self._rest()

    def _rest(self) -> None:
        """Freezes it until it is claimed: gVisor wakes 2500 times a second even when nothing runs in it."""
        # Where there is no freezer, resting costs 3 % of a CPU and nothing else.
        with contextlib.suppress(OSError):
            self.cgroup.freeze()
            self._resting = True

    def wake(self) -> bool:
        """Lets a resting sandbox run for its next program; false when it has ended."""
        if self.lost is not None:
            return False
        if self._resting:
            try:
                self.cgroup.thaw()
            except OSError:
                return False
            self._resting = False
        return True

    @property
    def lost(self) -> str | None:
        """Why it is of no use any more, or None while it is."""
        if self.channel.ended is None and self._resting and _is_killed(self._pid):
            return "it was killed while it rested"
        return self.channel.ended

    async def _watch_end(self) -> None:
        """Ends the channel when the sandbox ends, whatever its FIFOs do."""
        while True:
            try:
                await self._host.containerd.wait_task(self.id)
            except ContainerdError:
                # containerd restarts; the sandbox lives on under its shim.
                await asyncio.sleep(1)
                continue
            self.channel.end("the sandbox ended")
            self._on_end()
            return

    async def destroy(self) -> None:
        """Kills the sandbox and removes every trace of it. Idempotent.

        Cancelling the caller does not cancel the teardown: half of one would leave what nobody knows of.
        """
        if self._teardown is None:
            self._teardown = asyncio.create_task(self._tear_down(), name=f"destroy {self.id}")
        await asyncio.shield(self._teardown)

    async def _tear_down(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
        self.channel.close()
        await remove(self._host, self.id)


def _is_killed(pid: int) -> bool:
    """Whether a process is gone, or will be: a frozen one is killed only when it is thawed (cgroup v1)."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True
    pending = [line.split()[1] for line in status.splitlines() if line.startswith(("SigPnd", "ShdPnd"))]
    return any(int(mask, 16) >> (signal.SIGKILL - 1) & 1 for mask in pending)
