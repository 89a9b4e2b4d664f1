"""Who has which sandbox: warm ones for anyone, idle ones for their tenant, pinned ones for their session, and
those in use.

A request is granted, in this order: the sandbox that is pinned to its session, an idle sandbox of its own
tenant, a warm one, or the first of these that comes free before its deadline. Boots happen one after the
other in the background and are chosen by need: runtimes that somebody waits for first. All sandboxes together
stay below a maximum; what has been idle longest is given up for what is needed now.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from executor.backoff import Backoff
from executor.cores import crowding, host_cpus, least_used
from executor.runtime import Runtime
from executor.sandbox import Sandbox, SandboxLostError
from executor.teardown import Host, keep_clean, remove_leftovers

log = structlog.get_logger()

# Seconds between two looks at what idles too long.
_HOUSEKEEPING = 1.0


class NoSandboxError(Exception):
    """No sandbox came free in time, or the pool takes no more work."""


@dataclass(eq=False, slots=True)
class _Waiter:
    runtime: str
    tenant: str
    fresh: bool
    session: str | None
    granted: asyncio.Future[Sandbox]


class Pool:
    """The sandboxes of one executor. `run` does the background work; `claim` and `release` the rest."""

    def __init__(self, host: Host, runtimes: dict[str, Runtime], on_change: Callable[[], None]) -> None:
        """`on_change` is called whenever one of the counts below may have changed."""
        self._host = host
        self._settings = host.settings
        self._runtimes = runtimes
        self._on_change = on_change
        self._cpus = host_cpus()
        self._sandboxes: dict[str, Sandbox] = {}
        self._warm: dict[str, list[Sandbox]] = {name: [] for name in runtimes}
        self._idle: dict[tuple[str, str], list[Sandbox]] = defaultdict(list)
        # By the token of the session whose workspace they hold.
        self._pinned: dict[str, Sandbox] = {}
        # Of those, the ones that do not wait for their session yet.
        self._settling: set[Sandbox] = set()
        self._booting: Counter[str] = Counter()
        self._waiters: deque[_Waiter] = deque()
        self._in_use: set[Sandbox] = set()
        # Being destroyed: their room is as good as free.
        self._leaving: set[Sandbox] = set()
        self._tasks: asyncio.TaskGroup | None = None
        self._need = asyncio.Event()
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._draining = False
        self._backoff = Backoff(on_over=self._need.set)

    @property
    def warm(self) -> dict[str, int]:
        return {name: len(sandboxes) for name, sandboxes in self._warm.items()}

    @property
    def running(self) -> int:
        return len(self._in_use)

    @property
    def waiting(self) -> int:
        return len(self._waiters)

    @property
    def booting(self) -> int:
        return self._booting.total()

    @property
    def pins(self) -> int:
        """How many sandboxes are pinned to a session."""
        return len(self._pinned)

    @property
    def draining(self) -> bool:
        return self._draining

    @property
    def sandboxes(self) -> list[Sandbox]:
        """All that are there, in whatever state."""
        return list(self._sandboxes.values())

    def target(self, runtime: str) -> int:
        """How many warm sandboxes the pool keeps of a runtime."""
        language = self._runtimes[runtime].definition.language
        return self._settings.warm.get(language, self._settings.warm_default)

    async def run(self) -> None:
        """Fills the pool and keeps it full, until cancelled; then destroys every sandbox."""
        try:
            # Programs of an executor that was killed may still be burning what the first boots need.
            await remove_leftovers(self._host, self._sandboxes.keys)
            async with asyncio.TaskGroup() as self._tasks:
                self._tasks.create_task(keep_clean(self._host, self._sandboxes.keys))
                self._tasks.create_task(self._housekeep())
                for _ in range(self._settings.parallel_boots):
                    self._tasks.create_task(self._boot_what_is_needed())
                self._need.set()
        finally:
            self._draining = True
            await asyncio.gather(*(sandbox.destroy() for sandbox in self.sandboxes))

    async def claim(
        self, runtime: str, tenant: str, *, fresh: bool, timeout: float, session: str | None = None
    ) -> Sandbox:
        """A sandbox with a parked runner, for this tenant alone from now on.

        Args:
            fresh: it must not have run anything before.
            timeout: seconds.
            session: the token of the one that the program belongs to.

        Raises:
            NoSandboxError: none came free in time, or the pool drains.
        """
        if self._draining:
            raise NoSandboxError("the executor is draining")
        pinned = self._pinned.get(session) if session is not None else None
        if session is not None and pinned is not None:
            fits = pinned.tenant == tenant and pinned.runtime.id == runtime
            if fresh or not fits:
                self.unpin(session)
        granted: asyncio.Future[Sandbox] = asyncio.get_running_loop().create_future()
        waiter = _Waiter(runtime, tenant, fresh, session, granted)
        self._waiters.append(waiter)
        self._grant()
        try:
            async with asyncio.timeout(timeout):
                return await waiter.granted
        except TimeoutError:
            self._abandon(waiter)
            raise NoSandboxError(f"no sandbox came free in {timeout:g} s") from None
        except asyncio.CancelledError:
            self._abandon(waiter)
            raise

    def _abandon(self, waiter: _Waiter) -> None:
        """Forgets somebody who waits no longer, and takes back what was granted in the same moment."""
        if waiter in self._waiters:
            self._waiters.remove(waiter)
            self._on_change()
        elif not waiter.granted.cancelled() and waiter.granted.exception() is None:
            self.release(waiter.granted.result(), reusable=True)

    def release(self, sandbox: Sandbox, *, reusable: bool, pin: bool = False) -> None:
        """Takes a claimed sandbox back. What happens to it then is no longer the caller's concern.

        Args:
            reusable: it may run another program of its tenant.
            pin: its next program should be one of the session that it holds.
        """
        assert self._tasks is not None
        if pin and reusable and sandbox.held is not None and sandbox.uses + 1 < self._settings.reuse_limit:
            # From now on: the session's next program waits for it instead of taking another.
            self._pinned[sandbox.held.token] = sandbox
            self._settling.add(sandbox)
        self._tasks.create_task(self._settle(sandbox, reusable), name=f"settle {sandbox.id}")

    def pinned(self, session: str) -> Sandbox | None:
        """The sandbox that holds a session."""
        return self._pinned.get(session)

    def unpin(self, session: str, *, destroy: bool = False) -> None:
        """Gives a session's sandbox, if it has one, to whatever else its tenant runs; or `destroy`s it."""
        sandbox = self._pinned.pop(session, None)
        if sandbox is None:
            return
        self._on_change()
        if sandbox in self._settling:
            # Who settles it finds it unpinned, or gone.
            self._settling.discard(sandbox)
            if destroy:
                self._discard(sandbox)
        elif destroy or not sandbox.wake():
            self._discard(sandbox)
        else:
            assert self._tasks is not None
            self._tasks.create_task(self._make_idle(sandbox), name=f"unpin {sandbox.id}")

    async def drain(self, timeout: float) -> int:
        """Takes no more work; returns how many executions are left when all are done or time is up."""
        self._draining = True
        for waiter in self._waiters:
            if not waiter.granted.done():
                waiter.granted.set_exception(NoSandboxError("the executor is draining"))
        self._waiters.clear()
        self._on_change()
        try:
            async with asyncio.timeout(timeout):
                await self._quiet.wait()
        except TimeoutError:
            pass
        return self.running

    def _grant(self) -> None:
        """Hands sandboxes to those who wait, as far as there are any.

        Tenants that use fewer go first, and of equals those who came first.
        """
        for waiter in self._by_turn():
            if len(self._in_use) >= self._settings.max_running:
                break
            if waiter.granted.done():
                continue
            sandbox = self._take(waiter)
            if sandbox is not None:
                self._waiters.remove(waiter)
                sandbox.tenant = waiter.tenant
                self._in_use.add(sandbox)
                self._quiet.clear()
                waiter.granted.set_result(sandbox)
        self._need.set()
        self._on_change()

    def _by_turn(self) -> list[_Waiter]:
        waiters = list(self._waiters)
        if len(waiters) > 1:
            # Several control planes meet here; each of them has put its own in order.
            uses = Counter(sandbox.tenant for sandbox in self._in_use)
            waiters.sort(key=lambda waiter: uses[waiter.tenant])
        return waiters

    def _take(self, waiter: _Waiter) -> Sandbox | None:
        if waiter.session is not None and (pinned := self._pinned.get(waiter.session)) is not None:
            if pinned in self._settling:
                return None
            del self._pinned[waiter.session]
            if pinned.wake():
                return pinned
            self._discard(pinned)
        own = [] if waiter.fresh else self._idle[waiter.tenant, waiter.runtime]
        for there in (own, self._warm[waiter.runtime]):
            while there:
                sandbox = self._least_crowded(there)
                there.remove(sandbox)
                if sandbox.wake():
                    return sandbox
                self._discard(sandbox)
        return None

    def _least_crowded(self, sandboxes: Sequence[Sandbox]) -> Sandbox:
        """The one on whose CPUs the fewest programs run; of equals the last, the likeliest in caches."""
        busy = [sandbox.cpus for sandbox in self._in_use]
        return min(reversed(sandboxes), key=lambda sandbox: crowding(sandbox.cpus, busy))

    async def _settle(self, sandbox: Sandbox, reusable: bool) -> None:
        sandbox.uses += 1
        self._in_use.discard(sandbox)
        if not self._in_use:
            self._quiet.set()
        self._grant()
        if sandbox in self._settling:
            await self._make_ready(sandbox)
        elif reusable and sandbox.uses < self._settings.reuse_limit and not self._draining:
            await self._make_idle(sandbox)
        else:
            await self._destroy(sandbox)

    async def _make_ready(self, sandbox: Sandbox) -> None:
        """Parks the next runner over the workspace of the session that the sandbox is pinned to."""
        assert sandbox.held is not None
        session = sandbox.held.token
        try:
            await sandbox.repark(keep_workspace=True)
        except SandboxLostError as error:
            log.warning("sandbox.lost", sandbox=sandbox.id, reason=str(error))
            if sandbox in self._settling:
                self._settling.discard(sandbox)
                del self._pinned[session]
                # Its session's next program may take another one at once.
                self._leaving.add(sandbox)
                self._grant()
            await self._destroy(sandbox)
            return
        if sandbox in self._settling:
            self._settling.discard(sandbox)
            sandbox.idle_since = time.monotonic()
            self._grant()
        elif sandbox.wake():
            await self._make_idle(sandbox)
        else:
            await self._destroy(sandbox)

    async def _make_idle(self, sandbox: Sandbox) -> None:
        """Parks the next runner for whatever its tenant runs next."""
        try:
            await sandbox.repark()
        except SandboxLostError as error:
            log.warning("sandbox.lost", sandbox=sandbox.id, reason=str(error))
            await self._destroy(sandbox)
            return
        assert sandbox.tenant is not None
        sandbox.idle_since = time.monotonic()
        self._idle[sandbox.tenant, sandbox.runtime.id].append(sandbox)
        self._grant()

    def _discard(self, sandbox: Sandbox) -> None:
        assert self._tasks is not None
        self._leaving.add(sandbox)
        self._tasks.create_task(self._destroy(sandbox), name=f"destroy {sandbox.id}")

    async def _destroy(self, sandbox: Sandbox) -> None:
        self._leaving.add(sandbox)
        # When this is cancelled the sandbox stays known: who ends the pool waits for its teardown.
        await sandbox.destroy()
        self._leaving.discard(sandbox)
        self._sandboxes.pop(sandbox.id, None)
        self._grant()

    async def _boot_what_is_needed(self) -> None:
        while True:
            await self._need.wait()
            runtime = self._neediest()
            if runtime is None or not self._make_room(runtime):
                self._need.clear()
                continue
            await self._boot(runtime)

    def _neediest(self) -> str | None:
        """The runtime to boot next: one that somebody waits for, else the one furthest below its target."""
        if self._draining:
            return None
        waiting = Counter(
            waiter.runtime
            for waiter in self._waiters
            # Others wait for a sandbox of their own that is on its way.
            if waiter.session is None or self._pinned.get(waiter.session) not in self._settling
        )

        def lack(name: str) -> tuple[int, int]:
            there = len(self._warm[name]) + self._booting[name]
            return waiting[name] - self._booting[name], self.target(name) + waiting[name] - there

        able = [name for name in self._runtimes if lack(name)[1] > 0 and not self._backoff.pauses(name)]
        return max(able, key=lack, default=None)

    def _make_room(self, runtime: str) -> bool:
        """Whether one more sandbox may be booted; starts giving up another one when the host is full."""
        if len(self._sandboxes) < self._settings.max_sandboxes:
            return True
        if self._leaving:
            return False
        if tenants := self._of_tenants():
            self._give_up(min(tenants, key=lambda sandbox: sandbox.idle_since))
        elif any(waiter.runtime == runtime for waiter in self._waiters):
            fullest = max(self._warm, key=lambda name: len(self._warm[name]) if name != runtime else 0)
            if fullest != runtime and self._warm[fullest]:
                self._discard(self._warm[fullest].pop())
        return False

    def _of_tenants(self) -> list[Sandbox]:
        """The ones that wait for their tenant or their session."""
        idle = [sandbox for sandboxes in self._idle.values() for sandbox in sandboxes]
        return idle + [sandbox for sandbox in self._pinned.values() if sandbox not in self._settling]

    def _give_up(self, sandbox: Sandbox) -> None:
        assert sandbox.tenant is not None
        if sandbox.held is not None:
            del self._pinned[sandbox.held.token]
        else:
            self._idle[sandbox.tenant, sandbox.runtime.id].remove(sandbox)
        self._discard(sandbox)

    async def _boot(self, runtime: str) -> None:
        self._booting[runtime] += 1
        sandbox_id = f"{runtime}-{secrets.token_hex(8)}"
        try:
            taken = (sandbox.cpus for sandbox in self._sandboxes.values())
            cpus = least_used(self._cpus, taken, self._settings.cpus)
            sandbox = Sandbox(self._host, self._runtimes[runtime], sandbox_id, cpus, self._bury_the_dead)
            self._sandboxes[sandbox_id] = sandbox
            self._on_change()
            await sandbox.boot()
        except (SandboxLostError, OSError) as error:
            self._sandboxes.pop(sandbox_id, None)
            pause = self._backoff.failed(runtime)
            log.error("sandbox.boot_failed", runtime=runtime, reason=str(error), retry_in=pause)
        else:
            self._backoff.succeeded(runtime)
            self._warm[runtime].append(sandbox)
        finally:
            self._booting[runtime] -= 1
        self._grant()

    async def _housekeep(self) -> None:
        while True:
            self._bury_the_dead()
            too_old = time.monotonic() - self._settings.idle_timeout
            for sandbox in self._of_tenants():
                if sandbox.idle_since < too_old:
                    self._give_up(sandbox)
            self._idle = defaultdict(list, {key: some for key, some in self._idle.items() if some})
            await asyncio.sleep(_HOUSEKEEPING)

    def _bury_the_dead(self) -> None:
        """Discards the waiting sandboxes that have ended: what is counted as warm can be claimed."""
        for sandbox in [one for one in self._of_tenants() if one.lost is not None]:
            log.warning("sandbox.lost", sandbox=sandbox.id, reason=sandbox.lost)
            self._give_up(sandbox)
        for sandboxes in self._warm.values():
            for sandbox in [one for one in sandboxes if one.lost is not None]:
                log.warning("sandbox.lost", sandbox=sandbox.id, reason=sandbox.lost)
                sandboxes.remove(sandbox)
                self._discard(sandbox)
