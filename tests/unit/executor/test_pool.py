import asyncio
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from running_pool import BASH, PYTHON, claimed, filling, give_back, idle, until
from scripted_sandbox import ScriptedSandbox, World
from virtual_time import LATE, VirtualLoop, in_virtual_time, settled

from executor import pool as module
from executor.pool import NoSandboxError, Pool


@in_virtual_time
async def test_the_pool_fills_to_its_targets_and_no_further() -> None:
    world = World()
    async with filling(world, warm={"python": 3}) as pool:
        await until(lambda: pool.warm == {BASH: 1, PYTHON: 3})
        await asyncio.sleep(100)
        assert pool.warm == {BASH: 1, PYTHON: 3}
        assert len(world.boots) == 4
        assert (pool.running, pool.waiting, pool.draining) == (0, 0, False)


@in_virtual_time
async def test_what_is_taken_is_booted_again() -> None:
    world = World()
    async with filling(world) as pool:
        await until(lambda: pool.warm[PYTHON])
        taken = await claimed(pool)
        assert (pool.warm[PYTHON], pool.running) == (0, 1)
        await until(lambda: pool.warm[PYTHON])
        assert (await claimed(pool, "other")).id != taken.id


@in_virtual_time
async def test_the_furthest_below_its_target_is_booted_first() -> None:
    world = World()
    async with filling(world, warm={"python": 3}) as pool:
        await until(lambda: sum(pool.warm.values()) == 4)
        assert [name for name, _ in world.boots][:2] == ["python", "python"]


@in_virtual_time
async def test_what_somebody_waits_for_is_booted_before_what_is_only_missing() -> None:
    world = World(boot_seconds=5)
    async with filling(world, warm={"python": 5}) as pool:
        await until(lambda: world.boots)
        waiting = asyncio.create_task(claimed(pool, name=BASH, timeout=60))
        assert (await waiting).runtime.id == BASH
        assert [name for name, _ in world.boots[:2]] == ["python", "bash"]


@in_virtual_time
async def test_who_waits_for_a_free_slot_does_not_keep_others_from_being_booted() -> None:
    world = World()
    async with filling(world, max_running=1) as pool:
        await claimed(pool)
        waiting = asyncio.create_task(claimed(pool, timeout=60))
        await until(lambda: pool.warm == {BASH: 1, PYTHON: 2})
        next(one for one in world.alive.values() if one.runtime.id == BASH).die()
        await asyncio.sleep(20)
        assert pool.warm[BASH] == 1
        with pytest.raises(NoSandboxError):
            await waiting


@in_virtual_time
async def test_a_tenant_gets_its_own_used_sandbox_again_and_nobody_else_does() -> None:
    world = World()
    async with filling(world) as pool:
        first = await claimed(pool, "one")
        await idle(pool, first)
        other = await claimed(pool, "two")
        assert other is not first
        assert other.uses == 0
        assert await claimed(pool, "one") is first


@in_virtual_time
async def test_an_idle_sandbox_serves_only_its_own_runtime() -> None:
    world = World()
    async with filling(world) as pool:
        await idle(pool, await claimed(pool, "one", BASH))
        assert (await claimed(pool, "one", PYTHON)).runtime.id == PYTHON


@in_virtual_time
async def test_a_fresh_one_has_run_nothing_though_an_idle_one_is_there() -> None:
    world = World()
    async with filling(world) as pool:
        used = await claimed(pool)
        await idle(pool, used)
        fresh = await claimed(pool, fresh=True)
        assert fresh is not used
        assert (fresh.uses, fresh.reparked) == (0, 0)


@pytest.mark.parametrize("spoil", ["not reusable", "does not park", "is dead"])
def test_a_sandbox_that_cannot_be_used_again_is_destroyed(spoil: str) -> None:
    @in_virtual_time
    async def scenario() -> None:
        world = World()
        async with filling(world) as pool:
            used = await claimed(pool)
            if spoil == "does not park":
                world.spent.add(used.id)
            if spoil == "is dead":
                used.die()
            give_back(pool, used, reusable=spoil != "not reusable")
            await until(lambda: used.id in world.destroyed)
            assert await claimed(pool) is not used

    scenario()


@in_virtual_time
async def test_a_sandbox_is_replaced_after_so_many_uses() -> None:
    world = World()
    async with filling(world, reuse_limit=3) as pool:
        seen = []
        for _ in range(6):
            sandbox = await claimed(pool)
            seen.append(sandbox.id)
            give_back(pool, sandbox)
            await settled()
            await asyncio.sleep(1)
        assert [seen.count(one) for one in dict.fromkeys(seen)] == [3, 3]


@in_virtual_time
async def test_an_idle_sandbox_is_given_up_after_its_time() -> None:
    world = World()
    async with filling(world, idle_timeout=60) as pool:
        used = await claimed(pool)
        await idle(pool, used)
        await asyncio.sleep(59)
        assert used.id in world.alive
        await until(lambda: used.id in world.destroyed)
        assert asyncio.get_running_loop().time() - used.idle_since < 60 + 2 * module._HOUSEKEEPING


@in_virtual_time
async def test_the_least_recently_used_idle_sandbox_makes_room() -> None:
    world = World()
    async with filling(world, max_sandboxes=4, warm_default=0) as pool:
        ones = [await claimed(pool, f"tenant {number}") for number in range(4)]
        for number in (2, 0, 3, 1):
            await idle(pool, ones[number])
        await claimed(pool, "newcomer")
        assert world.destroyed == [ones[2].id]
        await claimed(pool, "tenant 0")
        await claimed(pool, "another")
        assert world.destroyed == [ones[2].id, ones[3].id]


@in_virtual_time
async def test_warm_sandboxes_that_nobody_waits_for_make_room_for_one_who_waits() -> None:
    world = World()
    async with filling(world, max_sandboxes=2, warm={"bash": 2, "python": 0}) as pool:
        await until(lambda: pool.warm == {BASH: 2, PYTHON: 0})
        assert (await claimed(pool, name=PYTHON)).runtime.id == PYTHON
        assert world.most_alive == 2


@in_virtual_time
async def test_one_that_is_missing_costs_one_idle_sandbox_however_long_that_takes_to_go() -> None:
    world = World()
    async with filling(world, max_sandboxes=4, max_running=4, warm_default=0) as pool:
        ones = [await claimed(pool, f"tenant {number}") for number in range(4)]
        await idle(pool, *ones[:3])
        world.may_destroy.clear()
        waiting = asyncio.create_task(claimed(pool, "newcomer"))
        await settled()
        # Nothing of this needs another sandbox.
        give_back(pool, ones[3])
        await asyncio.sleep(1)
        world.may_destroy.set()
        await waiting
        assert len(world.destroyed) == 1


@in_virtual_time
async def test_no_more_run_at_once_than_may_and_the_first_to_wait_is_the_first_to_get() -> None:
    world = World()
    async with filling(world, max_running=2, warm={"python": 4}) as pool:
        holders = [await claimed(pool, "one"), await claimed(pool, "two")]
        await until(lambda: pool.warm[PYTHON] == 4)
        order: list[str] = []

        async def wait(tenant: str) -> None:
            await claimed(pool, tenant, timeout=100)
            order.append(tenant)

        waiting = [asyncio.create_task(wait(tenant)) for tenant in ("first", "second", "third")]
        await asyncio.sleep(20)
        assert (pool.running, pool.waiting, order) == (2, 3, [])
        for holder in holders:
            give_back(pool, holder)
        await until(lambda: len(order) == 2)
        assert (pool.running, pool.waiting, order) == (2, 1, ["first", "second"])
        waiting[2].cancel()
        await asyncio.wait(waiting)
        assert pool.waiting == 0


@in_virtual_time
async def test_tenants_that_use_fewer_get_first() -> None:
    async with filling(World(), max_running=2, warm={"python": 5}) as pool:
        await until(lambda: pool.warm[PYTHON] == 5)
        first = [await claimed(pool, "large") for _ in range(2)]
        got: list[str] = []

        async def claim(tenant: str) -> ScriptedSandbox:
            sandbox = await claimed(pool, tenant)
            got.append(tenant)
            return sandbox

        waiting = [asyncio.create_task(claim(tenant)) for tenant in ("large", "large", "small", "other")]
        await until(lambda: pool.waiting == 4)
        give_back(pool, first[0])
        await until(lambda: got == ["small"])
        give_back(pool, await waiting[2])
        await until(lambda: got == ["small", "other"])
        give_back(pool, await waiting[3])
        give_back(pool, first[1])
        for later in waiting[:2]:
            give_back(pool, await later)


@in_virtual_time
async def test_a_claim_that_nothing_answers_is_refused_at_its_deadline() -> None:
    world = World(boot_seconds=1000)
    async with filling(world, boot_timeout=5000) as pool:
        began = asyncio.get_running_loop().time()
        with pytest.raises(NoSandboxError, match="no sandbox came free in 7 s"):
            await claimed(pool, timeout=7)
        assert asyncio.get_running_loop().time() - began == pytest.approx(7)
        assert pool.waiting == 0


@in_virtual_time
async def test_a_claim_cancelled_as_it_is_granted_gives_the_sandbox_back() -> None:
    world, claims = World(), list[asyncio.Task[ScriptedSandbox]]()

    def change_of_mind() -> None:
        if claims and pool.running:
            claims.pop().cancel()

    async with filling(world, change_of_mind) as pool:
        claim = asyncio.create_task(claimed(pool))
        claims.append(claim)
        await asyncio.wait([claim])
        assert claim.cancelled()
        assert claims == []
        await until(lambda: any(one.reparked for one in world.alive.values()))
        assert (pool.running, pool.waiting) == (0, 0)
        assert (await claimed(pool)).reparked == 1


@in_virtual_time
async def test_a_claim_cancelled_while_it_waits_takes_nothing() -> None:
    world = World(boot_seconds=5)
    async with filling(world) as pool:
        claim = asyncio.create_task(pool.claim(PYTHON, "t", fresh=False, timeout=10))
        await settled()
        assert pool.waiting == 1
        claim.cancel()
        await asyncio.wait([claim])
        assert pool.waiting == 0
        await until(lambda: sum(pool.warm.values()) == 2)
        assert pool.running == 0


@in_virtual_time
async def test_boots_that_fail_are_tried_again_ever_more_slowly_until_one_succeeds() -> None:
    world = World(boot_seconds=0, boots_to_fail=Counter(python=8))
    async with filling(world) as pool:
        await until(lambda: pool.warm[PYTHON])
        moments = [moment for name, moment in world.boots if name == "python"]
        pauses = [later - earlier for earlier, later in pairwise(moments)]
        assert len(pauses) == 8
        for pause, following in pairwise(pauses):
            assert following == pytest.approx(min(2 * pause, 10), abs=0.3)
        assert 0 < pauses[0] < 1
        assert len(pool.sandboxes) == 2
        # What has succeeded starts again from the shortest pause.
        world.boots_to_fail["python"] = 1
        began = asyncio.get_running_loop().time()
        await claimed(pool)
        await until(lambda: pool.warm[PYTHON])
        assert asyncio.get_running_loop().time() - began < 1


@in_virtual_time
async def test_a_runtime_that_does_not_boot_holds_up_no_other() -> None:
    world = World(boots_to_fail=Counter(bash=10**6))
    async with filling(world) as pool:
        waiting = asyncio.create_task(claimed(pool, name=BASH, timeout=100))
        await until(lambda: pool.warm[PYTHON])
        for _ in range(5):
            await claimed(pool, name=PYTHON, timeout=15)
        with pytest.raises(NoSandboxError):
            await waiting
        assert world.most_alive <= 24


@in_virtual_time
async def test_a_boot_may_fail_for_weeks_and_still_succeed_in_the_end() -> None:
    world = World(boot_seconds=0, destroy_seconds=0, boots_to_fail=Counter(python=3000))
    async with filling(world) as pool:
        async with asyncio.timeout(7 * 86_400):
            while not pool.warm[PYTHON]:  # noqa: ASYNC110
                await asyncio.sleep(60)


@in_virtual_time
async def test_a_sandbox_that_cannot_even_be_made_is_a_boot_that_failed() -> None:
    world, failures = World(), iter([OSError(28, "No space left on device")] * 3)

    def made(*args: Any) -> ScriptedSandbox:
        for failure in failures:
            raise failure
        return ScriptedSandbox(*args)

    async with filling(world) as pool:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "Sandbox", made)
            await until(lambda: sum(pool.warm.values()) == 2)


@in_virtual_time
async def test_a_warm_sandbox_that_died_is_replaced_and_never_handed_out() -> None:
    world = World()
    async with filling(world) as pool:
        await until(lambda: pool.warm[PYTHON])
        (dead,) = [one for one in world.alive.values() if one.runtime.id == PYTHON]
        dead.die()
        assert pool.warm[PYTHON] == 0
        assert await claimed(pool) is not dead
        await until(lambda: dead.id in world.destroyed)


@in_virtual_time
async def test_draining_refuses_who_waits_and_who_comes_and_lets_finish_who_runs() -> None:
    world = World()
    async with filling(world, max_running=1) as pool:
        holder = await claimed(pool)
        waiting = asyncio.create_task(claimed(pool, timeout=100))
        await settled()
        assert pool.waiting == 1
        draining = asyncio.create_task(pool.drain(60))
        with pytest.raises(NoSandboxError, match="draining"):
            await waiting
        with pytest.raises(NoSandboxError, match="draining"):
            await claimed(pool)
        assert (pool.draining, pool.waiting, pool.running) == (True, 0, 1)
        await asyncio.sleep(30)
        assert not draining.done()
        give_back(pool, holder)
        assert await draining == 0
        await until(lambda: holder.id in world.destroyed)
        boots = len(world.boots)
        await asyncio.sleep(100)
        assert len(world.boots) == boots


@in_virtual_time
async def test_draining_ends_at_its_deadline_with_the_count_of_what_still_runs() -> None:
    world = World()
    async with filling(world) as pool:
        await claimed(pool, "one")
        await claimed(pool, "two")
        began = asyncio.get_running_loop().time()
        assert await pool.drain(5) == 2
        assert asyncio.get_running_loop().time() - began == pytest.approx(5)


@in_virtual_time
async def test_only_what_the_pool_does_not_know_is_removed_as_a_leftover() -> None:
    world = World(leftovers={"python-killed", "bash-killed"})
    async with filling(world) as pool:
        holder = await claimed(pool)
        assert world.leftovers == set()
        world.leftovers.add("python-late")
        await until(lambda: not world.leftovers)
        await asyncio.sleep(20)
        assert world.destroyed == []
        assert holder.id in world.alive


@in_virtual_time
async def test_every_change_of_a_count_is_told() -> None:
    world, told = World(), []
    async with filling(world, lambda: told.append(counts())) as pool:

        def counts() -> tuple[int, ...]:
            return (*pool.warm.values(), pool.running, pool.waiting)

        await until(lambda: sum(pool.warm.values()) == 2)
        assert told[-1] == (1, 1, 0, 0)
        holder = await claimed(pool)
        assert told[-1] == (1, 0, 1, 0)
        await until(lambda: pool.warm[PYTHON])
        assert told[-1] == (1, 1, 1, 0)
        give_back(pool, holder)
        await until(lambda: pool.running == 0)
        assert told[-1] == (1, 1, 0, 0)


class Crowd:
    """Claims and releases at random, and checks at every step what must always hold."""

    MAX_SANDBOXES, MAX_RUNNING = 4, 3

    def __init__(self, world: World, pool: Pool) -> None:
        self.world, self.pool = world, pool
        self.loop = asyncio.get_running_loop()
        self.claims: list[asyncio.Task[None]] = []
        self.held: list[ScriptedSandbox] = []
        self.answered = 0

    async def one_claim(self, name: str, tenant: str, fresh: bool, timeout: float) -> None:
        deadline = self.loop.time() + timeout
        try:
            sandbox = await claimed(self.pool, tenant, name, fresh=fresh, timeout=timeout)
        except NoSandboxError:
            pass
        else:
            assert sandbox.id in self.world.alive
            assert sandbox not in self.held, "two owners"
            assert (sandbox.tenant, sandbox.runtime.id) == (tenant, name)
            assert not fresh or (sandbox.uses, sandbox.reparked) == (0, 0)
            self.held.append(sandbox)
        assert self.loop.time() <= deadline + 10 * LATE
        self.answered += 1

    def claim(self, name: str, tenant: str, fresh: bool, timeout: float) -> None:
        self.claims.append(asyncio.create_task(self.one_claim(name, tenant, fresh, timeout)))

    def release(self, which: int, reusable: bool) -> None:
        if self.held:
            give_back(self.pool, self.held.pop(which % len(self.held)), reusable=reusable)

    def cancel(self, which: int) -> None:
        if self.claims:
            self.claims[which % len(self.claims)].cancel()

    def kill(self, which: int) -> None:
        alive = sorted(self.world.alive.values(), key=lambda one: one.id)
        if alive:
            alive[which % len(alive)].die()

    def spoil(self, which: int) -> None:
        if self.held:
            self.world.spent.add(self.held[which % len(self.held)].id)

    def fail_a_boot(self, language: str) -> None:
        self.world.boots_to_fail[language] += 1

    def check(self) -> None:
        assert len(self.world.alive) <= self.world.most_alive <= self.MAX_SANDBOXES
        assert len(self.held) <= self.pool.running <= self.MAX_RUNNING
        for claim in self.claims:
            if claim.done() and not claim.cancelled():
                claim.result()

    async def go_home(self) -> None:
        """Everybody gives back what they have; everybody who still waits is answered."""
        while self.claims and not all(claim.done() for claim in self.claims):
            while self.held:
                self.release(0, True)
            await asyncio.sleep(0.5)
            self.check()
        while self.held:
            self.release(0, True)
        await until(lambda: self.pool.running == 0)
        cancelled = sum(claim.cancelled() for claim in self.claims)
        assert (self.answered + cancelled, self.pool.waiting) == (len(self.claims), 0)
        # Whatever has happened, the pool recovers.
        self.world.boots_to_fail.clear()
        await until(lambda: all(self.pool.warm.values()))


numbers = st.integers(0, 9)
steps = st.one_of(
    st.tuples(
        st.just("claim"),
        st.sampled_from([BASH, PYTHON]),
        st.sampled_from(["one", "two", "three"]),
        st.booleans(),
        st.sampled_from([0.0, 0.5, 3.0, 20.0]),
    ),
    st.tuples(st.just("release"), numbers, st.booleans()),
    st.tuples(st.just("cancel"), numbers),
    st.tuples(st.just("kill"), numbers),
    st.tuples(st.just("spoil"), numbers),
    st.tuples(st.just("fail_a_boot"), st.sampled_from(["bash", "python"])),
    st.tuples(st.just("sleep"), st.sampled_from([0.0, 0.005, 0.15, 1.0, 61.0])),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(steps, max_size=40), st.integers(1, 2))
def test_whatever_happens_a_sandbox_has_one_owner_and_one_tenant_and_the_host_is_not_overrun(
    script: list[tuple[Any, ...]], boots: int
) -> None:
    async def scenario() -> None:
        world = World()
        limits: dict[str, Any] = {"max_sandboxes": Crowd.MAX_SANDBOXES, "max_running": Crowd.MAX_RUNNING}
        async with filling(world, parallel_boots=boots, **limits) as pool:
            crowd = Crowd(world, pool)
            for verb, *rest in script:
                if verb == "sleep":
                    await asyncio.sleep(rest[0])
                else:
                    getattr(crowd, verb)(*rest)
                crowd.check()
            await crowd.go_home()

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(scenario())
