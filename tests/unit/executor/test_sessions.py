"""Sessions from their beginning to their end."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from interleaving import Order, in_every_order
from kept_sessions import AMPLE, IDS, LARGE, Kept, named, on_disk
from session_programs import leave, program, start, visiting
from virtual_time import in_virtual_time, settled

from executor.api import executor_pb2 as api
from executor.sessions import draft, sessions
from executor.sessions.files import Files, UnknownFileError
from executor.sessions.head import BrokenSessionError
from executor.sessions.limits import LimitError, Policy
from executor.sessions.sessions import DrainingError, UnknownSessionError
from executor.sessions.turns import BusySessionError
from executor.settings import Settings

FILES = {b"a": b"1", b"large": LARGE}
POLICY = api.SessionPolicy()


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


async def created(kept: Kept, **fields: Any) -> str:
    return (await kept.sessions.create("t", {}, replace(AMPLE, **fields))).id


async def files_of(kept: Kept, session: str) -> dict[bytes, bytes]:
    """What somebody who reads finds."""
    files = Files(kept.sessions)
    entries, _ = await files.listed(session, "t", b"", b"", 100)
    found = {}
    for one in entries:
        found[one.name] = await read(kept, session, one.name)
    return found


async def read(kept: Kept, session: str, name: bytes, tenant: str = "t") -> bytes:
    async with Files(kept.sessions).reading(session, tenant, name, 0, 0) as (_, pieces):
        return b"".join([piece async for piece in pieces])


async def is_unknown(kept: Kept, session: str, tenant: str = "t") -> bool:
    """Whether nothing of a session is there for anybody."""
    sessions, files = kept.sessions, Files(kept.sessions)

    async def nothing() -> Any:
        yield b""

    attempts: list[Callable[[], Any]] = [
        lambda: sessions.get(session, tenant),
        lambda: sessions.delete(session, tenant),
        lambda: sessions.fork(session, tenant, POLICY),
        lambda: files.listed(session, tenant, b"", b"", 10),
        lambda: read(kept, session, b"a", tenant),
        lambda: files.delete(session, tenant, b"a"),
        lambda: files.write(session, tenant, b"a", 0, nothing(), POLICY),
        lambda: program(kept, session, tenant=tenant),
    ]
    refused = 0
    for attempt in attempts:
        try:
            await attempt()
        except UnknownSessionError:
            refused += 1
        except UnknownFileError:
            pass
    listed, _ = await sessions.listed(tenant, "", 1000)
    refused += session not in [one.id for one in listed]
    assert refused in (0, len(attempts) + 1), refused
    return refused > 0


async def test_a_program_that_leaves_nothing_leaves_an_id_and_no_file(kept: Kept) -> None:
    told = await program(kept)
    assert told.limit == api.LIMIT_UNSPECIFIED
    assert kept.counted() == (0, 0)
    assert on_disk(kept.folder) == {}
    described = await kept.sessions.get(told.session, "t")
    assert (described.entries, described.bytes, described.disk_bytes, described.hot) == (0, 0, 0, False)
    assert described.expires_ms == (kept.clock.now + 600) * 1000
    assert await files_of(kept, told.session) == {}


async def test_a_bare_id_is_good_for_its_time_after_the_program(kept: Kept) -> None:
    async with visiting(kept, start()) as (visit, sandbox):
        kept.clock.now += 500
        told = await leave(visit, sandbox, {})
    kept.clock.now += 599
    assert kept.sessions.check(told.session, "t") is not None
    kept.clock.now += 1
    assert await is_unknown(kept, told.session)


async def test_a_program_in_a_bare_session_makes_it_one(kept: Kept) -> None:
    told = await program(kept)
    again = await program(kept, told.session, FILES)
    assert again.session == told.session
    assert await files_of(kept, told.session) == FILES
    kept.clock.now += 599
    assert await files_of(kept, told.session) == FILES
    kept.clock.now += 599
    await kept.sessions.end_expired()
    assert await files_of(kept, told.session) == FILES


async def test_a_session_that_was_asked_for_by_name_is_kept_also_when_it_is_empty(kept: Kept) -> None:
    told = await program(kept)
    kept.clock.now += 599
    await program(kept, told.session)
    kept.clock.now += 599
    assert (await kept.sessions.get(told.session, "t")).entries == 0
    assert kept.counted() == (1, 4096)


async def test_files_and_variables_are_there_for_the_next_program(kept: Kept) -> None:
    told = await program(kept, "", FILES, b"A=1\0")
    async with visiting(kept, start(told.session, env={"B": "2"})) as (visit, sandbox):
        assert visit.keeping is not None
        assert visit.keeping.env == {"A": "1", "B": "2"}
        assert visit.head.entries.keys() == FILES.keys()
        await leave(visit, sandbox, FILES, b"C=3\0")
    described = await kept.sessions.get(told.session, "t")
    assert described.env == {"C": "3"}


async def test_only_a_session_that_was_come_back_to_stays_in_its_sandbox(kept: Kept) -> None:
    told = await program(kept, "", FILES)
    assert kept.pins.there == {}
    await program(kept, told.session, FILES)
    assert len(kept.pins.there) == 1
    assert (await kept.sessions.get(told.session, "t")).hot
    async with visiting(kept, start(told.session)) as (visit, sandbox):
        assert sandbox.held is None
        assert visit.head.entries.keys() == FILES.keys()


async def test_what_cannot_be_kept_leaves_the_state_before_and_counts_as_use(kept: Kept) -> None:
    told = await program(kept, "", FILES)
    there = on_disk(kept.folder)
    kept.clock.now += 500
    policy = api.SessionPolicy(session_bytes=100)
    refused = await program(kept, told.session, {b"a": LARGE[::-1]}, policy=policy)
    assert (refused.session, refused.limit) == (told.session, api.SESSION_BYTES)
    assert "over its limit of 100 bytes" in refused.message
    assert on_disk(kept.folder) == there
    assert kept.pins.there == {}
    kept.clock.now += 500
    assert await files_of(kept, told.session) == FILES


async def test_a_new_session_that_cannot_be_kept_is_an_empty_one(kept: Kept) -> None:
    told = await program(kept, "", FILES, policy=api.SessionPolicy(tenant_bytes=1))
    assert told.limit == api.TENANT_BYTES
    assert on_disk(kept.folder) == {}
    assert await files_of(kept, told.session) == {}


async def test_a_lost_sandbox_costs_what_its_program_wrote_and_nothing_else(kept: Kept) -> None:
    told = await program(kept, "", FILES)
    async with visiting(kept, start(told.session)) as (visit, sandbox):
        lost = await visit.keep(sandbox, {})
    assert (lost.limit, lost.message) == (api.UNSAVED, "the sandbox was lost")
    assert await files_of(kept, told.session) == FILES
    assert kept.pins.there == {}


async def test_a_program_that_changes_nothing_writes_nothing(kept: Kept) -> None:
    told = await program(kept, "", FILES, b"A=1\0")
    head = kept.place(told.session).head
    before = head.stat()
    kept.clock.now += 100
    async with visiting(kept, start(told.session)) as (visit, sandbox):
        await leave(visit, sandbox, FILES, b"A=1\0")
    assert head.stat().st_mtime == before.st_mtime + 100
    packs = {path.name: path.stat().st_ino for path in head.parent.iterdir()}
    async with visiting(kept, start(told.session)) as (visit, sandbox):
        pass
    assert {path.name: path.stat().st_ino for path in head.parent.iterdir()} == packs


async def test_a_damaged_pack_found_while_saving_is_told_with_the_answer(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = await program(kept, "", FILES)
    async with visiting(kept, start(told.session)) as (visit, sandbox):
        assert visit.keeping is not None

        async def damaged(defaults: object) -> Any:
            raise BrokenSessionError("a pack cannot be read")

        monkeypatch.setattr(visit.keeping, "finish", damaged)
        refused = await leave(visit, sandbox, FILES)
    assert (refused.limit, refused.message) == (api.UNSAVED, "a pack cannot be read")


# Expiry.


async def test_a_session_ends_after_exactly_its_idle_time(kept: Kept) -> None:
    session = await created(kept, idle_timeout_ms=90_000)
    kept.clock.now += 89.999
    await kept.sessions.end_expired()
    assert (await kept.sessions.get(session, "t")).idle_timeout_ms == 90_000
    kept.clock.now += 0.001
    assert await is_unknown(kept, session)
    assert kept.store.usage.sessions == 1
    await kept.sessions.end_expired()
    assert (kept.counted(), on_disk(kept.folder)) == ((0, 0), {})


USES: dict[str, Callable[[Kept, str], Any]] = {
    "program": lambda kept, session: program(kept, session, FILES),
    "list": lambda kept, session: Files(kept.sessions).listed(session, "t", b"", b"", 10),
    "read": lambda kept, session: read(kept, session, b"a"),
    "delete a file": lambda kept, session: Files(kept.sessions).delete(session, "t", b"a"),
    "fork": lambda kept, session: kept.sessions.fork(session, "t", POLICY),
}


@pytest.mark.parametrize("use", USES)
async def test_use_puts_the_end_off(kept: Kept, use: str) -> None:
    session = (await program(kept, "", FILES)).session
    kept.clock.now += 599
    await USES[use](kept, session)
    kept.clock.now += 599
    await kept.sessions.end_expired()
    assert kept.sessions.check(session, "t")
    kept.clock.now += 1
    assert await is_unknown(kept, session)


async def test_looking_at_a_session_is_no_use(kept: Kept) -> None:
    session = await created(kept)
    kept.clock.now += 599
    await kept.sessions.get(session, "t")
    await kept.sessions.listed("t", "", 10)
    kept.clock.now += 1
    assert await is_unknown(kept, session)


async def test_a_session_does_not_end_while_a_program_runs_in_it(kept: Kept) -> None:
    session = (await program(kept, "", FILES)).session
    async with visiting(kept, start(session)) as (visit, sandbox):
        kept.clock.now += 10_000
        await kept.sessions.end_expired()
        assert kept.sessions.check(session, "t")
        await leave(visit, sandbox, {b"b": b"2"})
    assert await files_of(kept, session) == {b"b": b"2"}
    kept.clock.now += 600
    assert await is_unknown(kept, session)


async def test_a_program_that_came_to_nothing_does_not_put_the_end_off(kept: Kept) -> None:
    session = (await program(kept, "", FILES)).session
    async with visiting(kept, start(session)):
        kept.clock.now += 10_000
    assert await is_unknown(kept, session)


async def test_what_ends_is_unpinned_for_good(kept: Kept) -> None:
    session = (await program(kept, "", FILES)).session
    await program(kept, session, FILES)
    (token,) = kept.pins.there
    kept.clock.now += 600
    await kept.sessions.end_expired()
    assert kept.pins.unpinned == [(token, True)]


async def test_one_that_cannot_be_removed_holds_up_no_other(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions = [(await program(kept, "", FILES)).session for _ in range(3)]
    kept.clock.now += 600
    real, stuck = kept.store.remove, kept.place(sessions[1])

    def remove(place: Any, bare_until: float) -> None:
        if place == stuck:
            raise OSError(5, "Input/output error")
        real(place, bare_until)

    with monkeypatch.context() as patch:
        patch.setattr(kept.store, "remove", remove)
        await kept.sessions.end_expired()
    assert kept.counted()[0] == 1
    await kept.sessions.end_expired()
    assert kept.counted() == (0, 0)


@in_virtual_time
async def test_expiry_goes_on_whatever_the_disk_says(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    await created(kept)
    kept.clock.now += 600
    real = kept.store.expired
    failures = 3

    def expired(now: float) -> Any:
        nonlocal failures
        failures -= 1
        if failures >= 0:
            raise OSError(5, "Input/output error")
        return real(now)

    kept.store.expired = expired  # type: ignore[method-assign]
    running = asyncio.create_task(kept.sessions.run())
    await asyncio.sleep(44)
    assert kept.counted()[0] == 1
    await asyncio.sleep(30)
    assert kept.counted() == (0, 0)
    running.cancel()
    await asyncio.wait([running])


async def test_an_idle_time_is_the_sessions_own(kept: Kept) -> None:
    session = (await program(kept, "", FILES, policy=api.SessionPolicy(idle_timeout_ms=50_000))).session
    kept.clock.now += 40
    await program(kept, session, FILES, policy=api.SessionPolicy(idle_timeout_ms=9_000_000))
    kept.clock.now += 49
    assert (await kept.sessions.get(session, "t")).idle_timeout_ms == 50_000
    kept.clock.now += 1
    assert await is_unknown(kept, session)


# Deletion.


async def test_a_deleted_session_is_gone_at_once(kept: Kept) -> None:
    session = (await program(kept, "", FILES)).session
    await program(kept, session, FILES)
    await kept.sessions.delete(session, "t")
    assert await is_unknown(kept, session)
    assert kept.counted() == (0, 0)
    assert kept.pins.unpinned == [(session.rpartition("_")[2], True)]


@pytest.mark.parametrize("used", [False, True])
async def test_a_deleted_id_is_no_session_any_more_and_leaves_nothing_in_the_end(
    kept: Kept, used: bool
) -> None:
    session = (await program(kept)).session
    if used:
        await program(kept, session, FILES)
    await kept.sessions.delete(session, "t")
    assert await is_unknown(kept, session)
    kept.clock.now += 599
    await kept.sessions.end_expired()
    assert await is_unknown(kept, session)
    kept.clock.now += 1
    await kept.sessions.end_expired()
    assert on_disk(kept.folder) == {}
    assert await is_unknown(kept, session)


async def test_one_that_was_created_leaves_nothing_when_it_is_deleted(kept: Kept) -> None:
    session = await created(kept)
    await kept.sessions.delete(session, "t")
    assert on_disk(kept.folder) == {}
    assert await is_unknown(kept, session)


@in_virtual_time
async def test_deleting_ends_the_program_and_nobody_who_waits_gets_a_turn(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    session = (await program(kept, "", FILES)).session
    interrupted = asyncio.Event()
    told: list[api.Kept] = []

    async def long_one() -> None:
        async with visiting(kept, start(session)) as (visit, sandbox):
            visit.on_end(interrupted.set)
            await interrupted.wait()
            told.append(await leave(visit, sandbox, {b"b": LARGE}))

    running = asyncio.create_task(long_one())
    await settled()
    waiting = [asyncio.create_task(program(kept, session, FILES)) for _ in range(3)]
    await settled()
    deleting = asyncio.create_task(kept.sessions.delete(session, "t"))
    await settled()
    later = asyncio.create_task(program(kept, session, FILES))
    for task in (*waiting, later):
        with pytest.raises(UnknownSessionError):
            await task
    await asyncio.gather(running, deleting)
    assert (told[0].limit, told[0].message) == (api.UNSAVED, "the session was deleted while the program ran")
    assert await is_unknown(kept, session)
    assert (kept.counted(), kept.pins.there) == ((0, 0), {})
    assert list(on_disk(tmp_path).values()) == [0]


@in_virtual_time
async def test_who_is_deleted_before_it_is_in_its_sandbox_does_not_begin(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    session = (await program(kept, "", FILES)).session
    async with visiting(kept, start(session)) as (visit, _):
        deleting = asyncio.create_task(kept.sessions.delete(session, "t"))
        await settled()
        with pytest.raises(UnknownSessionError):
            visit.on_end(lambda: None)
    await deleting


@in_virtual_time
async def test_a_second_deletion_finds_nothing_to_delete(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    session = await created(kept)
    async with visiting(kept, start(session)):
        first = asyncio.create_task(kept.sessions.delete(session, "t"))
        await settled()
        with pytest.raises(UnknownSessionError):
            await kept.sessions.delete(session, "t")
    await first
    assert await is_unknown(kept, session)


@in_virtual_time
async def test_deleting_does_not_mind_how_many_wait_or_how_long(tmp_path: Path) -> None:
    kept = Kept(tmp_path, session_waiters=1, session_turn_timeout=10)
    session = await created(kept)

    async def stubborn() -> None:
        async with visiting(kept, start(session)):
            await asyncio.sleep(50)

    running = asyncio.create_task(stubborn())
    await settled()
    waiting = asyncio.create_task(program(kept, session))
    await settled()
    with pytest.raises(BusySessionError):
        await program(kept, session)
    await kept.sessions.delete(session, "t")
    await running
    with pytest.raises(BusySessionError):
        await waiting
    assert await is_unknown(kept, session)


@in_virtual_time
async def test_a_deletion_that_is_given_up_leaves_a_session(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    session = (await program(kept, "", FILES)).session
    async with visiting(kept, start(session)) as (visit, sandbox):
        deleting = asyncio.create_task(kept.sessions.delete(session, "t"))
        await settled()
        deleting.cancel()
        await asyncio.wait([deleting])
        await leave(visit, sandbox, {b"b": b"2"})
    assert await files_of(kept, session) == {b"b": b"2"}


async def test_what_was_deleted_stays_so_after_a_restart(kept: Kept) -> None:
    session = (await program(kept)).session
    await kept.sessions.delete(session, "t")
    again = Kept(kept.folder)
    assert await is_unknown(again, session)


# Whose a session is.


async def test_a_session_is_there_for_its_tenant_alone(kept: Kept) -> None:
    session = (await program(kept, "", FILES)).session
    bare = (await program(kept)).session
    assert await is_unknown(kept, session, "u")
    assert await is_unknown(kept, bare, "u")
    assert await files_of(kept, session) == FILES


@pytest.mark.parametrize("session", ["", "s_", "x", "s_here_", "../../etc/passwd", "s_here_" + "a" * 48])
async def test_what_is_no_id_is_no_session(kept: Kept, session: str) -> None:
    if session:
        assert await is_unknown(kept, session)
    with pytest.raises(UnknownSessionError):
        kept.sessions.check(session, "t")
    assert on_disk(kept.folder) == {}


async def test_an_id_of_which_nothing_is_left_is_no_session(kept: Kept) -> None:
    assert await is_unknown(kept, IDS.new("t").text)


# Creation, listing, forks.


async def test_a_session_is_created_with_its_variables(kept: Kept) -> None:
    made = await kept.sessions.create("t", {"A": "1"}, replace(AMPLE, idle_timeout_ms=5000))
    assert made == await kept.sessions.get(made.id, "t")
    now = round(kept.clock.now * 1000)
    assert (made.created_ms, made.used_ms, made.expires_ms) == (now, now, now + 5000)
    assert (dict(made.env), made.disk_bytes, made.hot) == ({"A": "1"}, 4096, False)


@pytest.mark.parametrize(("size", "fits"), [(56 * 1024 - 3, True), (56 * 1024 - 2, False)])
async def test_a_session_is_not_created_with_more_variables_than_a_program_can_have(
    kept: Kept, size: int, fits: bool
) -> None:
    try:
        await kept.sessions.create("t", {"A": "x" * size}, AMPLE)
    except LimitError as error:
        limit = error.limit
    else:
        limit = api.LIMIT_UNSPECIFIED
    assert limit == (api.LIMIT_UNSPECIFIED if fits else api.ENVIRONMENT)
    assert kept.counted()[0] == int(fits)


async def test_no_more_sessions_are_made_than_the_tenant_may_have(kept: Kept) -> None:
    one = await created(kept, max_sessions=1)
    for attempt in (
        created(kept, max_sessions=1),
        kept.sessions.fork(one, "t", api.SessionPolicy(max_sessions=1)),
    ):
        with pytest.raises(LimitError) as error:
            await attempt
        assert error.value.limit == api.SESSIONS
    told = await program(kept, "", FILES, policy=api.SessionPolicy(max_sessions=1))
    assert told.limit == api.SESSIONS
    # One that needs nothing is no session to count.
    assert (await program(kept, policy=api.SessionPolicy(max_sessions=1))).limit == 0
    assert kept.counted()[0] == 1


async def test_sessions_are_listed_in_pages_in_the_order_of_their_ids(kept: Kept) -> None:
    made = sorted([await created(kept) for _ in range(7)])
    await kept.sessions.create("u", {}, AMPLE)
    await program(kept)
    found: list[str] = []
    pages = []
    more = True
    while more:
        page, more = await kept.sessions.listed("t", found[-1] if found else "", 3)
        pages.append(len(page))
        found += [one.id for one in page]
    assert (found, pages) == (made, [3, 3, 1])
    page, more = await kept.sessions.listed("t", "", 7)
    assert (len(page), more) == (7, False)
    assert await kept.sessions.listed("t", made[-1], 3) == ([], False)
    assert await kept.sessions.listed("nobody", "", 3) == ([], False)


async def test_a_list_has_no_variables_and_nothing_that_has_ended_or_is_broken(kept: Kept) -> None:
    made = [(await kept.sessions.create("t", {"A": "1"}, AMPLE)).id for _ in range(4)]
    kept.place(made[0]).head.write_bytes(b"nonsense")
    await kept.sessions.delete(made[1], "t")
    over = await created(kept, idle_timeout_ms=1000)
    kept.clock.now += 1
    page, more = await kept.sessions.listed("t", "", 10)
    assert {one.id for one in page} == set(made[2:])
    assert over not in {one.id for one in page}
    assert not more
    assert [dict(one.env) for one in page] == [{}, {}]


async def test_a_broken_session_says_so_and_can_be_deleted(kept: Kept) -> None:
    session, other = [(await program(kept, "", FILES)).session for _ in range(2)]
    kept.place(session).head.write_bytes(b"nonsense")
    for attempt in (
        kept.sessions.get(session, "t"),
        kept.sessions.fork(session, "t", POLICY),
        program(kept, session, FILES),
        Files(kept.sessions).listed(session, "t", b"", b"", 10),
    ):
        with pytest.raises(BrokenSessionError):
            await attempt
    await kept.sessions.delete(session, "t")
    assert await is_unknown(kept, session)
    assert kept.counted()[0] == 1
    assert on_disk(kept.folder).keys() == named(kept.store, *kept.store.tokens("t"))
    assert await files_of(kept, other) == FILES


async def test_a_fork_is_a_session_of_its_own(kept: Kept) -> None:
    session = (await program(kept, "", FILES, b"A=1\0")).session
    kept.clock.now += 100
    copy = await kept.sessions.fork(session, "t", api.SessionPolicy(idle_timeout_ms=7000))
    assert copy.id != session
    assert (copy.created_ms, copy.idle_timeout_ms) == (round(kept.clock.now * 1000), 7000)
    assert copy.env == {"A": "1"}
    assert kept.place(copy.id).pack(1).samefile(kept.place(session).pack(1))
    await program(kept, copy.id, {b"b": LARGE[1:]})
    assert await files_of(kept, session) == FILES
    assert await files_of(kept, copy.id) == {b"b": LARGE[1:]}
    await program(kept, session, {b"c": LARGE[2:]})
    await kept.sessions.delete(session, "t")
    assert await files_of(kept, copy.id) == {b"b": LARGE[1:]}
    kept.counted()


async def test_a_fork_of_a_bare_session_is_an_empty_one(kept: Kept) -> None:
    copy = await kept.sessions.fork((await program(kept)).session, "t", POLICY)
    assert (copy.entries, copy.idle_timeout_ms) == (0, 600_000)
    assert await files_of(kept, copy.id) == {}


async def test_an_executor_that_drains_makes_no_sessions_and_goes_on_with_those_that_are_there(
    kept: Kept,
) -> None:
    there = await created(kept)
    kept.pins.draining = True
    with pytest.raises(DrainingError):
        await created(kept)
    with pytest.raises(DrainingError):
        await kept.sessions.fork(there, "t", POLICY)
    assert (await kept.sessions.get(there, "t")).id == there
    assert kept.counted()[0] == 1


async def test_a_fork_that_is_over_a_limit_leaves_nothing(kept: Kept) -> None:
    session = (await program(kept, "", FILES)).session
    there = on_disk(kept.folder)
    with pytest.raises(LimitError) as error:
        await kept.sessions.fork(session, "t", api.SessionPolicy(tenant_bytes=8192))
    assert error.value.limit == api.TENANT_BYTES
    assert on_disk(kept.folder) == there
    kept.counted()


async def test_a_fork_sees_what_the_last_completed_program_left(kept: Kept) -> None:
    session = (await program(kept, "", FILES)).session
    async with visiting(kept, start(session)) as (visit, sandbox):
        copy = await kept.sessions.fork(session, "t", POLICY)
        await leave(visit, sandbox, {b"b": b"2"})
    assert await files_of(kept, copy.id) == FILES


def test_limits_that_are_not_asked_for_are_the_executors() -> None:
    own = Settings(session_idle_timeout=1.5, sessions_per_tenant=2, session_bytes=3, session_bytes_tenant=4)
    assert Policy.of(api.SessionPolicy(), own) == Policy(1500, 2, 3, 4)
    asked = api.SessionPolicy(idle_timeout_ms=5, max_sessions=6, session_bytes=7, tenant_bytes=8)
    assert Policy.of(asked, own) == Policy(5, 6, 7, 8)


# Everything that can happen at once, in every order.


RIVALS: dict[str, Callable[[Kept, str], Any]] = {
    **USES,
    "program that leaves another large file": lambda kept, session: program(kept, session, {b"l": LARGE[1:]}),
    "get": lambda kept, session: kept.sessions.get(session, "t"),
    "delete": lambda kept, session: kept.sessions.delete(session, "t"),
    "read a large file": lambda kept, session: read(kept, session, b"large"),
}
REFUSALS = (UnknownSessionError, UnknownFileError)


def is_gone(kept: Kept, session: str) -> bool:
    stored = kept.store.load(kept.place(session))
    return stored is None or stored.head is None


def check_what_is_left(kept: Kept, found: list[Any]) -> None:
    for one in found:
        if isinstance(one, BaseException) and not isinstance(one, REFUSALS):
            raise one
    kept.counted()
    assert on_disk(kept.folder).keys() == named(kept.store, *kept.store.tokens("t"))


@pytest.mark.parametrize("rival", RIVALS)
def test_a_session_that_is_used_as_it_ends_is_there_or_is_not(tmp_path: Path, rival: str) -> None:
    number, outcomes = 0, set()

    async def scenario(order: Order) -> None:
        nonlocal number
        number += 1
        kept = Kept(tmp_path / str(number))
        session = await prepared(kept)
        kept.clock.now += 599

        def time_goes_by() -> None:
            kept.clock.now += 1

        order.at_any_time(time_goes_by)

        async def use_it() -> Any:
            await order.step()
            return await RIVALS[rival](kept, session)

        async def end_it() -> None:
            await kept.sessions.end_expired()
            await kept.sessions.end_expired()

        use, ending = await order.all_of(use_it(), end_it())
        check_what_is_left(kept, [use, ending])
        refused = isinstance(use, UnknownSessionError)
        there = not is_gone(kept, session)
        outcomes.add((refused, there))
        if isinstance(use, api.Session) and use.id != session:
            assert not is_gone(kept, use.id)
            assert kept.place(use.id).pack(1).exists()
        if isinstance(use, bytes):
            assert use in FILES.values()
        if rival.startswith("program") and not refused:
            assert there, "it ended while a program was in it"
        if not there:
            assert kept.pins.there == {}

    assert in_every_order(scenario) > 3
    assert (True, False) in outcomes, "it never ended first"
    assert any(not refused for refused, _ in outcomes)


@pytest.mark.parametrize("rival", RIVALS)
def test_a_session_that_is_used_as_it_is_deleted_is_gone_in_the_end(tmp_path: Path, rival: str) -> None:
    number = 0

    async def scenario(order: Order) -> None:
        nonlocal number
        number += 1
        kept = Kept(tmp_path / str(number))
        session = await prepared(kept)

        async def when_its_turn_comes(action: Any) -> Any:
            await order.step()
            return await action(kept, session)

        use, deleting = await order.all_of(
            when_its_turn_comes(RIVALS[rival]), when_its_turn_comes(RIVALS["delete"])
        )
        check_what_is_left(kept, [use, deleting])
        assert is_gone(kept, session)
        assert kept.pins.there == {}
        if isinstance(use, bytes):
            assert use in FILES.values()

    assert in_every_order(scenario) > 3


@pytest.mark.parametrize("rival", ["fork", "list", "read a large file", "program"])
def test_a_session_whose_packs_are_replaced_as_it_is_read_is_one_state_or_the_other(
    tmp_path: Path, rival: str
) -> None:
    number, seen = 0, set()
    after = {b"a": b"2", b"large": LARGE[::-1]}

    async def scenario(order: Order) -> None:
        nonlocal number
        number += 1
        kept = Kept(tmp_path / str(number))
        session = await prepared(kept)
        use, replacing = await order.all_of(RIVALS[rival](kept, session), program(kept, session, after))
        check_what_is_left(kept, [use, replacing])
        assert not isinstance(use, BaseException)
        if rival == "fork":
            place = kept.place(use.id)
            stored = kept.store.load(place)
            assert stored is not None
            assert stored.head is not None
            entries = stored.head.entries
            seen.add(entries[b"a"].content)
            assert place.pack(entries[b"large"].pack).exists()
        if isinstance(use, bytes):
            seen.add(use)
            assert use in (LARGE, LARGE[::-1])

    in_every_order(scenario)
    assert len(seen) == (2 if rival in ("fork", "read a large file") else 0)


async def prepared(kept: Kept) -> str:
    """A session with files, made without being held up."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (draft, sessions):
            patch.setattr(module, "on_disk", asyncio.to_thread)
        session: str = (await program(kept, "", FILES)).session
    return session
