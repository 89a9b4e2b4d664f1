"""Sandboxes that hold a session: who gets them, and when they are given up."""

import asyncio
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kept_sessions import blank
from running_pool import BASH, PYTHON, filling, until
from scripted_sandbox import ScriptedSandbox, World
from virtual_time import VirtualLoop, in_virtual_time, settled

from executor.pool import NoSandboxError, Pool
from executor.sandbox import Held
from executor.sessions.store import Stored


async def claimed(
    pool: Pool,
    session: str | None,
    *,
    tenant: str = "t",
    name: str = PYTHON,
    fresh: bool = False,
    timeout: float = 10,
) -> ScriptedSandbox:
    found = await pool.claim(name, tenant, fresh=fresh, timeout=timeout, session=session)
    return cast(ScriptedSandbox, found)


def give_back(
    pool: Pool, sandbox: ScriptedSandbox, session: str | None, *, reusable: bool = True, pin: bool = True
) -> None:
    """As after a program whose session was kept."""
    sandbox.held = Held(session, Stored(blank(), 0, 0), None) if session is not None else None
    pool.release(cast(Any, sandbox), reusable=reusable, pin=pin)


async def pinned(pool: Pool, session: str = "s", **fields: Any) -> ScriptedSandbox:
    """A sandbox that waits for its session."""
    sandbox = await claimed(pool, session, **fields)
    count = sandbox.reparked
    give_back(pool, sandbox, session)
    await until(lambda: sandbox.reparked > count)
    await settled()
    assert pool.pinned(session) is cast(Any, sandbox)
    return sandbox


def token_of(sandbox: ScriptedSandbox) -> str | None:
    return sandbox.held.token if sandbox.held is not None else None


@in_virtual_time
async def test_a_session_gets_its_sandbox_again_with_its_workspace() -> None:
    async with filling(World()) as pool:
        first = await pinned(pool)
        again = await claimed(pool, "s")
        assert again is first
        assert token_of(again) == "s"
        assert pool.pinned("s") is None


@pytest.mark.parametrize("other", ["another session", "no session", "another tenant", "the same token"])
def test_nobody_else_gets_it(other: str) -> None:
    @in_virtual_time
    async def scenario() -> None:
        async with filling(World(boot_seconds=5)) as pool:
            first = await pinned(pool)
            session = {"another session": "x", "the same token": "s"}.get(other)
            tenant = "u" if other in ("another tenant", "the same token") else "t"
            second = await claimed(pool, session, tenant=tenant)
            assert second is not first
            assert token_of(second) is None

    scenario()


@in_virtual_time
async def test_nobody_else_gets_it_even_when_there_is_no_other() -> None:
    async with filling(World(), max_sandboxes=1, warm_default=0) as pool:
        first = await pinned(pool)
        second = await claimed(pool, None, timeout=30)
        assert second is not first
        assert pool.pinned("s") is None


@in_virtual_time
async def test_a_session_without_a_sandbox_takes_an_idle_one_of_its_tenant_emptied() -> None:
    async with filling(World()) as pool:
        first = await claimed(pool, None)
        give_back(pool, first, None)
        await until(lambda: first.reparked)
        await settled()
        second = await claimed(pool, "s")
        assert second is first
        assert second.held is None


@in_virtual_time
async def test_the_next_request_waits_for_the_sandbox_that_is_on_its_way_instead_of_another() -> None:
    world = World()
    async with filling(world, warm={"bash": 0, "python": 1}) as pool:
        first = await claimed(pool, "s")
        await until(lambda: pool.warm[PYTHON])
        give_back(pool, first, "s")
        # Pinned from this moment on.
        assert pool.pinned("s") is cast(Any, first)
        assert await claimed(pool, "s") is first
        assert pool.warm[PYTHON] == 1
        assert len(world.boots) == 2


@in_virtual_time
async def test_who_waits_for_a_sandbox_on_its_way_has_none_booted() -> None:
    world = World(boot_seconds=0.5)
    async with filling(world, warm_default=0) as pool:
        first = await claimed(pool, "s")
        give_back(pool, first, "s")
        assert await claimed(pool, "s") is first
        await asyncio.sleep(10)
        assert len(world.boots) == 1


@pytest.mark.parametrize("fields", [{"name": BASH}, {"fresh": True}])
@pytest.mark.parametrize("settling", [False, True])
def test_another_runtime_or_a_fresh_sandbox_frees_the_one_that_is_pinned(
    fields: dict[str, Any], settling: bool
) -> None:
    @in_virtual_time
    async def scenario() -> None:
        async with filling(World()) as pool:
            first = await claimed(pool, "s")
            give_back(pool, first, "s")
            if not settling:
                await until(lambda: first.reparked)
                await settled()
            second = await claimed(pool, "s", **fields)
            assert second is not first
            assert (second.uses, second.held) == (0, None)
            assert pool.pinned("s") is None
            # It serves its tenant on, emptied.
            await until(lambda: first.reparked and first.held is None)
            await asyncio.sleep(0.1)
            third = await claimed(pool, None)
            assert third is first
            assert third.held is None

    scenario()


@in_virtual_time
async def test_what_is_unpinned_is_emptied_for_its_tenant() -> None:
    async with filling(World()) as pool:
        first = await pinned(pool)
        pool.unpin("s")
        pool.unpin("s")
        assert pool.pinned("s") is None
        await until(lambda: first.reparked == 2)
        await settled()
        again = await claimed(pool, "s")
        assert again is first
        assert again.held is None


@in_virtual_time
async def test_what_is_unpinned_for_good_is_destroyed() -> None:
    world = World()
    async with filling(world) as pool:
        first = await pinned(pool)
        pool.unpin("s", destroy=True)
        await until(lambda: first.id in world.destroyed)
        assert await claimed(pool, "s") is not first


@in_virtual_time
async def test_what_is_unpinned_on_its_way_keeps_nothing() -> None:
    async with filling(World()) as pool:
        first = await claimed(pool, "s")
        give_back(pool, first, "s")
        await asyncio.sleep(0.005)
        pool.unpin("s")
        assert pool.pinned("s") is None
        await until(lambda: first.reparked == 2)
        await settled()
        assert first.held is None
        # Whoever of its tenant comes next gets it, and is no session's guest.
        assert await claimed(pool, "s") is first


@pytest.mark.parametrize("after", [0.0, 0.005])
def test_what_is_unpinned_for_good_on_its_way_is_destroyed(after: float) -> None:
    @in_virtual_time
    async def scenario() -> None:
        world = World()
        async with filling(world) as pool:
            first = await claimed(pool, "s")
            give_back(pool, first, "s")
            await asyncio.sleep(after)
            pool.unpin("s", destroy=True)
            assert pool.pinned("s") is None
            await until(lambda: world.destroyed == [first.id])
            await settled()
            assert await claimed(pool, "s") is not first

    scenario()


@in_virtual_time
async def test_what_was_unpinned_on_its_way_may_be_pinned_to_another_sandbox_by_then() -> None:
    async with filling(World(), warm_default=2) as pool:
        first = await claimed(pool, "s")
        give_back(pool, first, "s")
        second = await claimed(pool, "s", name=BASH)
        give_back(pool, second, "s")
        await until(lambda: first.reparked and second.reparked)
        await asyncio.sleep(0.1)
        assert pool.pinned("s") is cast(Any, second)
        assert first.held is None
        assert await claimed(pool, "s", name=BASH) is second


@pytest.mark.parametrize("reusable", [False, True])
@pytest.mark.parametrize("pin", [False, True])
@pytest.mark.parametrize("session", ["s", None])
def test_only_what_is_healthy_and_wanted_and_holds_something_is_pinned(
    reusable: bool, pin: bool, session: str | None
) -> None:
    @in_virtual_time
    async def scenario() -> None:
        world = World()
        async with filling(world) as pool:
            first = await claimed(pool, "s")
            give_back(pool, first, session, reusable=reusable, pin=pin)
            assert (pool.pinned("s") is not None) is (reusable and pin and session is not None)
            await until(lambda: first.reparked or first.id in world.destroyed)
            assert (first.id in world.destroyed) is not reusable

    scenario()


@in_virtual_time
async def test_a_pinned_sandbox_that_died_is_cleared_away_and_replaced() -> None:
    world = World()
    async with filling(world) as pool:
        first = await pinned(pool)
        first.die()
        assert pool.pinned("s") is None
        second = await claimed(pool, "s")
        assert second is not first
        assert second.held is None
        await until(lambda: first.id in world.destroyed)


@in_virtual_time
async def test_one_whose_death_nobody_has_told_of_yet_is_not_handed_out() -> None:
    world = World()
    async with filling(world) as pool:
        first = await pinned(pool)
        first.channel.ended = "it was killed while it rested"
        second = await claimed(pool, "s")
        assert second is not first
        await until(lambda: first.id in world.destroyed)


@in_virtual_time
async def test_one_that_died_is_destroyed_when_it_should_be_unpinned() -> None:
    world = World()
    async with filling(world) as pool:
        first = await pinned(pool)
        first.channel.ended = "it was killed while it rested"
        pool.unpin("s")
        await until(lambda: first.id in world.destroyed)


@in_virtual_time
async def test_who_waits_for_one_that_does_not_park_again_gets_another_at_once() -> None:
    world = World(destroy_seconds=1000)
    async with filling(world, warm={"bash": 0, "python": 2}) as pool:
        first = await claimed(pool, "s")
        await until(lambda: pool.warm[PYTHON] == 2)
        world.spent.add(first.id)
        give_back(pool, first, "s")
        second = await claimed(pool, "s", timeout=5)
        assert second is not first
        assert pool.pinned("s") is None


@in_virtual_time
async def test_one_that_was_unpinned_and_does_not_park_again_takes_no_other_with_it() -> None:
    world = World()
    async with filling(world, warm_default=2) as pool:
        first = await claimed(pool, "s")
        world.spent.add(first.id)
        give_back(pool, first, "s")
        second = await claimed(pool, "s", name=BASH)
        give_back(pool, second, "s")
        await until(lambda: first.id in world.destroyed)
        assert pool.pinned("s") is cast(Any, second)


@in_virtual_time
async def test_the_one_that_was_idle_longest_makes_room_whether_pinned_or_not() -> None:
    world = World()
    async with filling(world, warm_default=0, max_sandboxes=3) as pool:
        first = await pinned(pool, "first")
        second = await claimed(pool, None)
        give_back(pool, second, None)
        await until(lambda: second.reparked)
        third = await pinned(pool, "third", tenant="u")
        order = []
        for name in ("a", "b", "c"):
            await claimed(pool, name, tenant="v", timeout=60)
            order.append(world.destroyed[-1])
        assert order == [first.id, second.id, third.id]
        assert [pool.pinned(name) for name in ("first", "third")] == [None, None]


@in_virtual_time
async def test_one_on_its_way_makes_no_room() -> None:
    world = World()
    async with filling(world, warm_default=0, max_sandboxes=1) as pool:
        first = await claimed(pool, "s")
        other = asyncio.create_task(claimed(pool, None, tenant="u", timeout=60))
        give_back(pool, first, "s")
        again = await claimed(pool, "s")
        assert again is first
        give_back(pool, again, "s")
        assert (await other) is not first


@in_virtual_time
async def test_a_pinned_sandbox_is_given_up_after_its_time() -> None:
    world = World()
    async with filling(world, idle_timeout=60) as pool:
        first = await pinned(pool)
        await asyncio.sleep(55)
        assert pool.pinned("s") is cast(Any, first)
        await asyncio.sleep(10)
        assert pool.pinned("s") is None
        assert first.id in world.destroyed


@in_virtual_time
async def test_use_puts_the_end_of_a_pinned_sandbox_off() -> None:
    async with filling(World(), idle_timeout=60) as pool:
        first = await pinned(pool)
        for _ in range(4):
            await asyncio.sleep(40)
            assert await claimed(pool, "s") is first
            give_back(pool, first, "s")
            await settled()


@in_virtual_time
async def test_a_sandbox_is_pinned_only_while_it_may_be_used_again() -> None:
    world = World()
    async with filling(world, reuse_limit=3) as pool:
        first = await pinned(pool)
        assert await claimed(pool, "s") is first
        give_back(pool, first, "s")
        assert await claimed(pool, "s") is first
        give_back(pool, first, "s")
        assert pool.pinned("s") is None
        await until(lambda: first.id in world.destroyed)


@in_virtual_time
async def test_a_claim_that_is_cancelled_as_it_is_granted_empties_the_sandbox() -> None:
    claims: list[asyncio.Task[ScriptedSandbox]] = []

    def cancel_what_is_granted() -> None:
        if claims and pool.pinned("s") is None and not claims[0].done():
            claims[0].cancel()

    async with filling(World(), cancel_what_is_granted) as pool:
        first = await claimed(pool, "s")
        give_back(pool, first, "s")
        claims.append(asyncio.create_task(claimed(pool, "s")))
        await asyncio.wait(claims)
        assert claims[0].cancelled()
        await until(lambda: first.reparked == 2)
        assert first.held is None
        assert pool.running == 0


@in_virtual_time
async def test_a_claim_that_is_cancelled_while_it_waits_leaves_the_sandbox_pinned() -> None:
    async with filling(World()) as pool:
        first = await claimed(pool, "s")
        give_back(pool, first, "s")
        claim = asyncio.create_task(claimed(pool, "s"))
        await asyncio.sleep(0.005)
        claim.cancel()
        await until(lambda: first.reparked)
        assert await claimed(pool, "s") is first


@in_virtual_time
async def test_a_pool_that_ends_destroys_what_is_pinned_and_what_is_on_its_way() -> None:
    world = World()
    async with filling(world) as pool:
        first = await pinned(pool)
        second = await claimed(pool, "x")
        give_back(pool, second, "x")
    assert {first.id, second.id} <= set(world.destroyed)


@in_virtual_time
async def test_a_pool_that_drains_refuses_sessions_too() -> None:
    async with filling(World()) as pool:
        await pinned(pool)
        running = await claimed(pool, "x")
        draining = asyncio.create_task(pool.drain(60))
        await asyncio.sleep(0)
        with pytest.raises(NoSandboxError):
            await claimed(pool, "s")
        give_back(pool, running, "x")
        assert await draining == 0


class Sessions:
    """Runs programs in sessions at random, one at a time in each, and checks what they find."""

    def __init__(self, world: World, pool: Pool) -> None:
        self.world, self.pool = world, pool
        self.busy: dict[str, ScriptedSandbox] = {}
        self.waiting: dict[str, asyncio.Task[None]] = {}

    async def one(self, session: str, name: str, fresh: bool) -> None:
        try:
            sandbox = await claimed(self.pool, session, tenant=session[0], name=name, fresh=fresh, timeout=5)
        except NoSandboxError:
            return
        assert sandbox.id in self.world.alive
        assert sandbox not in self.busy.values()
        assert (sandbox.tenant, sandbox.runtime.id) == (session[0], name)
        assert token_of(sandbox) in (None, session), "a program would find another session"
        assert not fresh or (sandbox.uses, sandbox.reparked) == (0, 0)
        self.busy[session] = sandbox

    def begin(self, session: str, name: str, fresh: bool) -> None:
        there = self.waiting.get(session)
        if session not in self.busy and (there is None or there.done()):
            self.waiting[session] = asyncio.create_task(self.one(session, name, fresh))

    def end(self, session: str, reusable: bool, pin: bool) -> None:
        if session in self.busy:
            give_back(self.pool, self.busy.pop(session), session, reusable=reusable, pin=pin)

    def unpin(self, session: str, destroy: bool) -> None:
        there = self.waiting.get(session)
        if session not in self.busy and (there is None or there.done()):
            self.pool.unpin(session, destroy=destroy)

    def cancel(self, session: str) -> None:
        if session in self.waiting:
            self.waiting[session].cancel()

    def kill(self, which: int) -> None:
        alive = sorted(self.world.alive.values(), key=lambda one: one.id)
        if alive:
            alive[which % len(alive)].die()

    def spoil(self, session: str) -> None:
        if session in self.busy:
            self.world.spent.add(self.busy[session].id)

    def check(self) -> None:
        assert len(self.world.alive) <= 4
        for task in self.waiting.values():
            if task.done() and not task.cancelled():
                task.result()
        for session in ("a1", "a2", "b1"):
            there = cast(ScriptedSandbox | None, self.pool.pinned(session))
            assert there is None or (token_of(there), there.tenant) == (session, session[0])
            assert there is None or there not in self.busy.values()

    async def go_home(self) -> None:
        while not all(task.done() for task in self.waiting.values()) or self.busy:
            for session in list(self.busy):
                self.end(session, True, True)
            await asyncio.sleep(0.5)
            self.check()
        await asyncio.sleep(100)
        assert [self.pool.pinned(session) for session in ("a1", "a2", "b1")] == [None] * 3
        assert (self.pool.running, self.pool.waiting) == (0, 0)
        await until(lambda: all(self.pool.warm.values()))


names = st.sampled_from(["a1", "a2", "b1"])
steps = st.one_of(
    st.tuples(st.just("begin"), names, st.sampled_from([BASH, PYTHON]), st.booleans()),
    st.tuples(st.just("begin"), names, st.just(PYTHON), st.just(False)),
    st.tuples(st.just("end"), names, st.just(True), st.just(True)),
    st.tuples(st.just("end"), names, st.booleans(), st.booleans()),
    st.tuples(st.just("unpin"), names, st.booleans()),
    st.tuples(st.just("cancel"), names),
    st.tuples(st.just("kill"), st.integers(0, 9)),
    st.tuples(st.just("spoil"), names),
    st.tuples(st.just("sleep"), st.sampled_from([0.0, 0.005, 0.02, 1.5, 61.0])),
)


@settings(max_examples=50, deadline=None)
@given(st.lists(steps, max_size=40))
def test_whatever_happens_a_session_finds_itself_or_nothing(script: list[tuple[Any, ...]]) -> None:
    async def scenario() -> None:
        world = World()
        async with filling(world, max_sandboxes=4, max_running=3, reuse_limit=6) as pool:
            crowd = Sessions(world, pool)
            for verb, *rest in script:
                if verb == "sleep":
                    await asyncio.sleep(rest[0])
                else:
                    getattr(crowd, verb)(*rest)
                crowd.check()
            await crowd.go_home()

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(scenario())
