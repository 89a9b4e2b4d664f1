"""The removal of a sandbox, whoever made it, in whatever state it is; and the search for what remains.

Nothing that could hang stands between the decision and the death of the program: the kernel kills what is
in the cgroup, and only then are gVisor, the shim and containerd asked to clear up behind it. What they
cannot do now, because one of them was killed or hangs, is found and done again later.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import structlog

from executor.cgroup import Cgroup
from executor.containerd.client import Containerd, ContainerdError
from executor.containerd.shim import kill_shim, living_shims, shim_socket
from executor.settings import Settings

log = structlog.get_logger()

# A removal that takes longer is tried again by the next search. Normally it takes 0.1 s.
_REMOVE_SECONDS = 30.0
# Until the cgroup is killed again: a boot that was given up may have put a process there after the first.
_KILL_AGAIN_SECONDS = 1.0
# Between two searches.
_SEARCH_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Host:
    """What sandboxes are made with on this host."""

    containerd: Containerd
    settings: Settings
    # Stands for runc; runs runsc with Hearth's flags.
    runtime_binary: Path

    def cgroup(self, sandbox_id: str) -> Cgroup:
        return Cgroup(f"{self.settings.cgroup}/{sandbox_id}")

    def folder(self, sandbox_id: str) -> Path:
        """Where the FIFOs of a sandbox are."""
        return self.settings.run_dir / "sandboxes" / sandbox_id


async def remove(host: Host, sandbox_id: str) -> None:
    """Kills a sandbox at once, and removes every trace of it that containerd lets go."""
    cgroup = host.cgroup(sandbox_id)
    await asyncio.to_thread(cgroup.kill)
    try:
        async with asyncio.timeout(_REMOVE_SECONDS):
            await _ended(host.containerd, cgroup, sandbox_id)
            await host.containerd.delete_task(sandbox_id)
            await host.containerd.delete_container(sandbox_id)
    except (ContainerdError, TimeoutError) as error:
        log.warning("sandbox.remains", sandbox=sandbox_id, reason=str(error) or "timeout")
    else:
        settings = host.settings
        shim = shim_socket(settings.containerd_socket, settings.containerd_namespace, sandbox_id)
        shim.unlink(missing_ok=True)
    await asyncio.to_thread(cgroup.remove)
    shutil.rmtree(host.folder(sandbox_id), ignore_errors=True)


async def _ended(containerd: Containerd, cgroup: Cgroup, sandbox_id: str) -> None:
    while True:
        try:
            async with asyncio.timeout(_KILL_AGAIN_SECONDS):
                await containerd.wait_task(sandbox_id)
            return
        except TimeoutError:
            await asyncio.to_thread(cgroup.kill)


async def remove_leftovers(host: Host, known: Callable[[], Collection[str]]) -> None:
    """Removes what is not `known`: a killed executor's sandboxes, and what a failed removal left."""
    containerd = host.settings.containerd_socket, host.settings.containerd_namespace
    found = await asyncio.to_thread(Cgroup(host.settings.cgroup).children)
    shims = await asyncio.to_thread(living_shims, *containerd)
    found |= shims.keys()
    try:
        found |= await host.containerd.container_ids()
    except ContainerdError as error:
        log.warning("leftovers.unknown", reason=str(error))
    # Asked now, not before: what was begun in the meantime is no leftover.
    leftovers = found.difference(known())
    if leftovers:
        log.info("leftovers.found", sandboxes=sorted(leftovers))
    async with asyncio.TaskGroup() as removals:
        for sandbox_id in leftovers:
            removals.create_task(remove(host, sandbox_id))
    # Normally gone by now; not the ones that containerd does not know.
    for sandbox_id in leftovers & shims.keys():
        kill_shim(shims[sandbox_id], *containerd, sandbox_id)


async def keep_clean(host: Host, known: Callable[[], Collection[str]]) -> None:
    """Removes leftovers for ever, a search every few seconds."""
    while True:
        await asyncio.sleep(_SEARCH_SECONDS)
        await remove_leftovers(host, known)
