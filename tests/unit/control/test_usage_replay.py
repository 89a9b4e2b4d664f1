"""The journal against every way of dying: whatever has begun is counted once, wherever the process ends."""

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from unittest import mock

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from usage_rows import journals, rows

from control.settings import Settings
from control.store.database import Database
from control.store.tables import metadata
from control.usage import journal
from control.usage.ledger import Ledger
from control.usage.meter import Meter, Metered

When = Literal["before", "after", "within"]


class Killed(BaseException):
    """The process is no more."""


@dataclass
class Fate:
    """How many effects a process has before it is killed at one; None: it lives."""

    effects: int | None
    when: When
    dead: bool = False

    def meets(self) -> bool:
        """Whether this effect is the last."""
        if self.dead:
            raise Killed
        if self.effects is None:
            return False
        self.effects -= 1
        self.dead = self.effects < 0
        return self.dead


@contextmanager
def killed_by(fate: Fate) -> Iterator[None]:
    """What leaves a trace outside of the process: writes, renames, removals, commits."""

    def of_files(effect: Callable[..., Any]) -> Callable[..., Any]:
        def carried_out(*args: Any, **options: Any) -> Any:
            if not fate.meets():
                return effect(*args, **options)
            if fate.when == "after":
                effect(*args, **options)
            elif fate.when == "within" and effect is write:
                effect(args[0], args[1][: len(args[1]) // 2])
            raise Killed

        return carried_out

    def of_database(effect: Callable[..., Any]) -> Callable[..., Any]:
        async def carried_out(*args: Any) -> Any:
            if not fate.meets():
                return await effect(*args)
            if fate.when == "after":
                await effect(*args)
            raise Killed

        return carried_out

    write = os.write
    with ExitStack() as stack:
        for name in ("write", "replace", "unlink", "rmdir"):
            stack.enter_context(mock.patch.object(os, name, of_files(getattr(os, name))))
        for name in ("apply", "forget"):
            stack.enter_context(mock.patch.object(Ledger, name, of_database(getattr(Ledger, name))))
        # Small enough to be made small again and again.
        stack.enter_context(mock.patch.object(journal, "COMPACT_BYTES", 300))
        yield


@dataclass
class World:
    """What happened, as those outside could see it: each execution has a tenant of its own."""

    # The ways in which it may be counted; "": not at all.
    may: dict[str, set[str]] = field(default_factory=dict)
    open: dict[str, Metered] = field(default_factory=dict)

    def begin(self, meter: Meter) -> None:
        tenant = f"t{len(self.may)}"
        # Killed meanwhile, it may have been written or not.
        self.may[tenant] = {"", "lost"}
        self.open[tenant] = meter.begin(tenant, "python", 5)
        self.may[tenant] = {"lost"}

    def end(self, which: int) -> None:
        if self.open:
            tenant = sorted(self.open)[which % len(self.open)]
            metered = self.open.pop(tenant)
            self.may[tenant] = {"OK", "lost"}
            metered.end("OK", 20, 10, 3, 7)
            # From here on its client may have been answered.
            self.may[tenant] = {"OK"}

    def void(self, which: int) -> None:
        if self.open:
            tenant = sorted(self.open)[which % len(self.open)]
            metered = self.open.pop(tenant)
            self.may[tenant] = {"", "lost"}
            metered.void()
            self.may[tenant] = {""}


Step = tuple[Literal["begin", "end", "void", "flush", "sync", "compact"], int]

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["begin", "begin", "begin", "end", "end", "void", "flush", "sync", "compact"]),
        st.integers(0, 5),
    ),
    max_size=40,
)
FATES = st.lists(
    st.builds(Fate, st.integers(0, 30), st.sampled_from(["before", "after", "within"])), max_size=5
)


async def live(meter: Meter, world: World, steps: Iterator[Step]) -> None:
    """Until the steps are over, or it is killed."""
    async with meter:
        for what, which in steps:
            match what:
                case "begin":
                    world.begin(meter)
                case "end":
                    world.end(which)
                case "void":
                    world.void(which)
                case "flush":
                    await meter.flush()
                case "sync":
                    await meter.sync()
                case "compact":
                    meter._journal.compact()


async def emptied(database: Database) -> None:
    async with database.writing() as connection:
        for name in ("usage", "usage_days", "usage_journals"):
            await connection.execute(delete(metadata.tables[name]))


def test_whatever_has_begun_is_counted_once_wherever_the_process_is_killed(home: Path) -> None:
    database = Database(f"sqlite:///{home}/control.db", 5_000)
    state = Settings(state_dir=home / "state")
    with asyncio.Runner() as runner:

        @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
        @given(steps=STEPS, fates=FATES)
        def holds(steps: list[Step], fates: list[Fate]) -> None:
            runner.run(emptied(database))
            world, rest = World(), iter(steps)
            for fate in [Fate(f.effects, f.when) for f in fates]:
                with killed_by(fate), suppress(Killed):
                    runner.run(live(Meter(state, database, lambda: 0), world, rest))
                world.open.clear()
            runner.run(live(Meter(state, database, lambda: 0), world, rest))
            found = runner.run(rows(database))
            counted = {tenant: {""} for tenant in world.may}
            for key, counts in found.items():
                assert counts.executions == 1, key
                assert counts.cpu_us == (10 if key.outcome == "OK" else 0)
                counted[key.tenant] = counted[key.tenant] - {""} | {key.outcome}
            for tenant, ways in counted.items():
                assert len(ways) == 1, (tenant, ways)
                allowed = world.may[tenant]
                assert ways <= allowed, (tenant, ways, allowed)
            assert runner.run(journals(database)) == {}
            assert list((home / "state/usage").iterdir()) == []

        try:
            runner.run(database.open())
            holds()
        finally:
            runner.run(database.close())
