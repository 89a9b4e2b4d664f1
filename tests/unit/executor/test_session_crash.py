"""What is left of a session when its executor is killed, or its disk is full, at any step of any change."""

import random
import shutil
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from failing_disk import Killed, failing, full
from kept_sessions import AMPLE, IDS, LARGE, contents, named, on_disk, run, save

from executor.api import executor_pb2 as api
from executor.sessions import draft
from executor.sessions.limits import LimitError
from executor.sessions.store import Store

ONE, TWO = IDS.new("t").token, IDS.new("t").token
Change = Callable[[Store], Coroutine[Any, Any, object]]
Files = dict[bytes, bytes]

BEFORE: Files = {b"small": b"1", b"large": LARGE, b"folder/other": LARGE[::-1], b"third": LARGE[1:]}
AFTER: Files = {b"small": b"2", b"large": LARGE[::-1], b"new": b"3"}


async def save_before(store: Store) -> None:
    """Two packs."""
    await save(store, store.place("t", ONE), {b"gone": LARGE})
    await save(store, store.place("t", ONE), BEFORE)


async def save_first(store: Store) -> None:
    await save(store, store.place("t", ONE), AFTER)


async def save_after(store: Store) -> None:
    await save(store, store.place("t", ONE), AFTER)


async def save_anew(store: Store) -> None:
    """Too much that is not needed any more: what stays and what is new becomes one pack."""
    place = store.place("t", ONE)
    stored = store.load(place)
    assert stored is not None
    assert stored.head is not None
    one = draft.Draft(place, stored.head, 1 << 30, blank=False)
    try:
        for name in BEFORE.keys() - AFTER.keys():
            one.remove(name)
        for name, content in AFTER.items():
            one.add_file(name, content, 0o644, 1)
        new = await one.finish({})
        assert len(new.packs) == 1, "nothing was written anew"
        store.commit(place, new, stored, AMPLE, 2000)
    finally:
        one.abandon()


async def forget(store: Store) -> None:
    store.remove(store.place("t", ONE), 0)


async def bury(store: Store) -> None:
    store.remove(store.place("t", ONE), 3000)


async def fork(store: Store) -> None:
    stored = store.load(store.place("t", ONE))
    assert stored is not None
    assert stored.head is not None
    copy = store.place("t", TWO)
    store.copy_packs(stored.head, store.place("t", ONE), copy)
    store.commit(copy, stored.head, None, AMPLE, 2000)


def state(store: Store) -> list[Files | None]:
    """What the two sessions hold."""
    found: list[Files | None] = []
    for token in (ONE, TWO):
        place = store.place("t", token)
        stored = store.load(place)
        found.append(contents(place, stored.head) if stored and stored.head else None)
    return found


CHANGES: list[Any] = [
    pytest.param(False, save_first, [None, None], [AFTER, None], id="first save"),
    pytest.param(True, save_after, [BEFORE, None], [AFTER, None], id="save"),
    pytest.param(True, save_anew, [BEFORE, None], [AFTER, None], id="save that writes all anew"),
    pytest.param(True, forget, [BEFORE, None], [None, None], id="removal"),
    pytest.param(True, bury, [BEFORE, None], [None, None], id="removal that leaves a stone"),
    pytest.param(True, fork, [BEFORE, None], [BEFORE, BEFORE], id="fork"),
]


@pytest.fixture(autouse=True)
def _little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draft, "_LITTLE", 0)


def prepared(folder: Path, there: bool) -> Path:
    store = Store(folder / "before", 1 << 40)
    if there:
        run(save_before(store))
    return folder / "before"


def attempts(before: Path, change: Change) -> list[str]:
    """The steps of a change that nothing disturbs."""
    copy = before.with_name("whole")
    shutil.copytree(before, copy)
    store = Store(copy, 1 << 40)
    with failing(10**6, Killed()) as steps:
        run(change(store))
    shutil.rmtree(copy)
    return list(steps)


@pytest.mark.parametrize(("there", "change", "old", "new"), CHANGES)
def test_whoever_is_killed_leaves_the_state_before_or_the_state_after_and_nothing_besides(
    tmp_path: Path, there: bool, change: Change, old: list[Files | None], new: list[Files | None]
) -> None:
    before = prepared(tmp_path, there)
    steps = attempts(before, change)
    assert len(steps) >= 1
    found = []
    for at in range(1, len(steps) + 2):
        copy = tmp_path / str(at)
        shutil.copytree(before, copy)
        store = Store(copy, 1 << 40)
        with failing(at, Killed()):
            try:
                run(change(store))
            except Killed:
                assert at <= len(steps)
        again = Store(copy, 1 << 40)
        found.append(state(again))
        assert found[-1] in (old, new), f"killed at step {at}, {steps[at - 1]}"
        assert on_disk(copy).keys() == named(again, ONE, TWO)
        assert again.usage.sessions == sum(one is not None for one in found[-1])
    assert (found[0], found[-1]) == (old, new)
    # Once it has happened it stays so.
    assert found == sorted(found, key=lambda one: one == new)


def limit_met(store: Store, change: Change) -> api.Limit.ValueType | None:
    try:
        run(change(store))
    except LimitError as error:
        return error.limit
    return None


@pytest.mark.parametrize(
    ("there", "change", "old", "new"), [one for one in CHANGES if "removal" not in str(one.id)]
)
def test_a_full_disk_leaves_the_state_before_as_it_was_and_room_for_the_next_try(
    tmp_path: Path, there: bool, change: Change, old: list[Files | None], new: list[Files | None]
) -> None:
    before = prepared(tmp_path, there)
    steps = attempts(before, change)
    refused = 0
    for at in range(1, len(steps) + 1):
        copy = tmp_path / str(at)
        shutil.copytree(before, copy)
        store = Store(copy, 1 << 40)
        usage, there_before = (store.usage.sessions, store.usage.disk), on_disk(copy)
        with failing(at, full()):
            limit = limit_met(store, change)
        if limit is None:
            # What remained to be done takes no room.
            continue
        assert limit == api.HOST_BYTES
        refused += 1
        assert (store.usage.sessions, store.usage.disk) == usage
        assert on_disk(copy) == there_before, f"failed at step {at}, {steps[at - 1]}"
        assert state(store) == old
        run(change(store))
        assert state(store) == new
        assert on_disk(copy).keys() == named(store, ONE, TWO)
        again = Store(copy, 1 << 40)
        assert (store.usage.sessions, store.usage.disk) == (again.usage.sessions, again.usage.disk)
    assert refused >= 3


def test_a_full_disk_leaves_a_session_as_it_was_when_it_should_be_buried(tmp_path: Path) -> None:
    store = Store(prepared(tmp_path, True), 1 << 40)
    with failing(1, full()), pytest.raises(OSError, match="No space left"):
        run(bury(store))
    assert state(store) == [BEFORE, None]
    assert store.usage.sessions == 1


def test_what_cannot_be_removed_is_removed_by_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(prepared(tmp_path, True), 1 << 40)

    def stuck(path: Path, missing_ok: bool = False) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", stuck)
        run(save_after(store))
    assert state(store) == [AFTER, None]
    assert len(on_disk(tmp_path)) > len(named(store, ONE))
    again = Store(tmp_path / "before", 1 << 40)
    assert (again.usage.sessions, again.usage.disk) == (store.usage.sessions, store.usage.disk)
    assert {f"before/{name}" for name in named(again, ONE)} == on_disk(tmp_path).keys()


def test_a_head_that_is_over_a_limit_takes_its_packs_with_it(tmp_path: Path) -> None:
    store = Store(prepared(tmp_path, True), 1 << 40)
    there = on_disk(tmp_path)
    policy = replace(AMPLE, tenant_bytes=1)
    larger = {**BEFORE, b"more": random.Random(1).randbytes(100_000)}
    with pytest.raises(LimitError) as error:
        run(save(store, store.place("t", ONE), larger, policy=policy))
    assert error.value.limit == api.TENANT_BYTES
    assert on_disk(tmp_path) == there
    assert state(store) == [BEFORE, None]
