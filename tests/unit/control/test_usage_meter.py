"""The meter beside its database: the same of SQLite and of PostgreSQL."""

import asyncio
import os
import sqlite3
import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from postgres import Postgres
from running_control import until
from structlog.testing import capture_logs
from usage_rows import journals, opened, rows

from control.settings import Settings
from control.store.database import Database
from control.store.errors import StoreAwayError
from control.tenancy.clock import DAY_MS
from control.usage import journal as journal_module
from control.usage.counts import Counts, Key
from control.usage.ledger import Ledger
from control.usage.meter import JournalError, Meter

DAY = 20_000


class Clock:
    def __init__(self) -> None:
        self.now_ms = DAY * DAY_MS

    def __call__(self) -> int:
        return self.now_ms


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    # Short, for it is waited for when the database is away.
    async with opened(database_url, timeout_ms=1_000) as database:
        yield database


@pytest.fixture
def settings(home: Path) -> Settings:
    return Settings(state_dir=home / "state")


def run(meter: Meter, tenant: str = "acme", cpu_us: int = 10, outcome: str = "OK") -> None:
    meter.begin(tenant, "python", 5).end(outcome, 20, cpu_us, 3, 7)


def counted(tenant: str, executions: int, outcome: str = "OK", day: int = DAY) -> dict[Key, Counts]:
    n = executions
    return {Key(tenant, day, "python", outcome): Counts(n, 20 * n, 10 * n, 3 * n, 5 * n, 7 * n)}


def lost(tenant: str, executions: int = 1, day: int = DAY) -> dict[Key, Counts]:
    return {Key(tenant, day, "python", "lost"): Counts(executions, 0, 0, 0, 5 * executions, 0)}


def folders(settings: Settings) -> list[Path]:
    return sorted((settings.state_dir / "usage").iterdir())


def segments(settings: Settings) -> list[Path]:
    return sorted((settings.state_dir / "usage").glob("*/*.jsonl"))


def killed(meter: Meter) -> None:
    """What a process that is killed does: nothing more, and its locks are gone."""
    meter._journal.close()
    meter._folder.release()


@contextmanager
def away(database_url: str, request: pytest.FixtureRequest) -> Iterator[None]:
    if database_url.startswith("sqlite"):
        path = database_url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    server.stop()
    try:
        yield
    finally:
        server.start()


async def test_what_ended_is_in_the_database_once_and_nothing_is_left(
    database: Database, settings: Settings, clock: Clock
) -> None:
    async with Meter(settings, database, clock) as meter:
        run(meter)
        run(meter, outcome="RE")
        assert await rows(database) == {}
        await meter.flush()
        await meter.flush()
        first = counted("acme", 1) | counted("acme", 1, "RE")
        assert await rows(database) == first
        run(meter)
        run(meter, "other")
        meter.begin("acme", "python", 5).void()
    assert await rows(database) == first | counted("acme", 2) | counted("other", 1)
    assert await journals(database) == {}
    assert folders(settings) == []


async def test_the_first_of_end_and_void_counts(database: Database, settings: Settings, clock: Clock) -> None:
    async with Meter(settings, database, clock) as meter:
        ended, voided = meter.begin("acme", "python", 5), meter.begin("acme", "python", 5)
        ended.end("OK", 20, 10, 3, 7)
        ended.end("RE", 1, 1, 1, 1)
        ended.void()
        voided.void()
        voided.end("OK", 1, 1, 1, 1)
        assert meter.cpu_today_us("acme") == 10
    assert await rows(database) == counted("acme", 1)


async def test_a_killed_meters_journal_is_counted_by_the_next_one(
    database: Database, settings: Settings, clock: Clock
) -> None:
    meter = await Meter(settings, database, clock).__aenter__()
    open_, ends_later = meter.begin("open", "python", 5), meter.begin("later", "python", 5)
    run(meter)
    await meter.flush()
    ends_later.end("OK", 20, 10, 3, 7)
    meter.begin("void", "python", 5).void()
    run(meter)
    assert (await rows(database)) == counted("acme", 1)
    killed(meter)
    del open_
    async with Meter(settings, database, clock) as following:
        assert await rows(database) == counted("acme", 2) | counted("later", 1) | lost("open")
        assert following.cpu_today_us("acme") == 20
        assert len(folders(settings)) == 1
    assert await journals(database) == {}


async def test_a_journal_is_nobody_elses_while_its_process_lives(
    database: Database, settings: Settings, clock: Clock
) -> None:
    async with Meter(settings, database, clock) as one, Meter(settings, database, clock) as two:
        run(one)
        begun = two.begin("acme", "python", 5)
        await one.sync()
        async with Meter(settings, database, clock):
            assert len(folders(settings)) == 3
            assert await rows(database) == counted("acme", 1)
        begun.end("OK", 20, 10, 3, 7)
    assert await rows(database) == counted("acme", 2)


async def test_cpu_today_is_that_of_all_control_planes_and_never_dips(
    database: Database, settings: Settings, clock: Clock
) -> None:
    async with Meter(settings, database, clock) as here, Meter(settings, database, clock) as there:
        seen = [0]

        def look() -> int:
            seen.append(here.cpu_today_us("acme"))
            assert seen[-1] >= seen[-2]
            return seen[-1]

        run(here)
        assert look() == 10
        await here.flush()
        assert look() == 10
        run(here)
        assert look() == 20
        await here.sync()
        assert look() == 20
        run(there)
        run(there, "other")
        await there.sync()
        assert there.cpu_today_us("acme") == 30
        assert look() == 20
        await here.sync()
        assert look() == 30
        assert here.cpu_today_us("other") == 10
        assert here.cpu_today_us("nobody") == 0

        # While it is written and read, too.
        syncing = [asyncio.create_task(meter.sync()) for meter in (here, there) for _ in range(20)]
        runs = 0
        while not all(task.done() for task in syncing):
            run(here)
            runs += 1
            look()
            await asyncio.sleep(0)
        await asyncio.gather(*syncing)
        await here.sync()
        assert look() == 30 + 10 * runs


async def test_another_machines_clock_may_be_behind(
    database: Database, settings: Settings, clock: Clock
) -> None:
    behind = Clock()
    behind.now_ms -= 4_000
    clock.now_ms += 60_000
    behind.now_ms += 60_000
    async with Meter(settings, database, clock) as here, Meter(settings, database, behind) as there:
        for number in range(1, 4):
            run(here)
            await here.sync()
            run(there)
            await there.sync()
            await here.sync()
            assert here.cpu_today_us("acme") == there.cpu_today_us("acme") == 20 * number
            clock.now_ms += 1_000
            behind.now_ms += 1_000


async def test_at_midnight_today_begins_anew(database: Database, settings: Settings, clock: Clock) -> None:
    clock.now_ms += DAY_MS - 1
    async with Meter(settings, database, clock) as meter:
        run(meter)
        await meter.sync()
        run(meter)
        over_midnight = meter.begin("acme", "python", 5)
        assert meter.cpu_today_us("acme") == 20
        clock.now_ms += 1
        assert meter.cpu_today_us("acme") == 0
        over_midnight.end("OK", 20, 10, 3, 7)
        # It counts on the day on which it began.
        assert meter.cpu_today_us("acme") == 0
        run(meter)
        assert meter.cpu_today_us("acme") == 10
        await meter.sync()
        assert meter.cpu_today_us("acme") == 10
    assert await rows(database) == counted("acme", 3) | counted("acme", 1, day=DAY + 1)
    async with Meter(settings, database, clock) as again:
        assert again.cpu_today_us("acme") == 10


async def test_nothing_is_lost_while_the_database_is_away(
    database: Database,
    database_url: str,
    settings: Settings,
    clock: Clock,
    request: pytest.FixtureRequest,
) -> None:
    async with Meter(settings, database, clock) as meter:
        run(meter)
        await meter.flush()
        with away(database_url, request):
            for _ in range(3):
                run(meter)
                with pytest.raises(StoreAwayError):
                    await meter.sync()
                assert meter.unflushed_s() > 0
                assert meter.cpu_today_us("acme") > 0
            assert meter.cpu_today_us("acme") == 40
            # One that is to be added, one that is written to, however long it lasts.
            assert len(segments(settings)) == 2
        await meter.sync()
        assert meter.unflushed_s() == 0
        assert await rows(database) == counted("acme", 4)
        assert meter.cpu_today_us("acme") == 40


async def test_a_meter_that_stops_while_the_database_is_away_leaves_its_journal(
    database: Database,
    database_url: str,
    settings: Settings,
    clock: Clock,
    request: pytest.FixtureRequest,
) -> None:
    meter = await Meter(settings, database, clock).__aenter__()
    run(meter)
    with away(database_url, request), capture_logs() as logs:
        await meter.__aexit__(None, None, None)
    assert [log["event"] for log in logs if log["log_level"] == "warning"] == ["usage: left in the journal"]
    async with Meter(settings, database, clock):
        assert await rows(database) == counted("acme", 1)


async def test_the_loop_goes_on_when_the_database_is_back_and_says_so_once(
    database: Database,
    database_url: str,
    settings: Settings,
    clock: Clock,
    request: pytest.FixtureRequest,
) -> None:
    quick = settings.model_copy(update={"usage_flush_ms": 1})
    with capture_logs() as logs:
        async with Meter(quick, database, clock) as meter:
            running = asyncio.create_task(meter.run())
            with away(database_url, request):
                run(meter)
                await until(lambda: any(log["log_level"] == "error" for log in logs))
                with pytest.raises(StoreAwayError):
                    await meter.flush()
            await until(lambda: any(log["event"].startswith("database back") for log in logs))
            assert await rows(database) == counted("acme", 1)
            running.cancel()
            await asyncio.wait((running,))
    assert len([log for log in logs if log["log_level"] == "error"]) == 1


async def test_a_commit_that_nobody_told_of_is_not_made_twice(
    database: Database, settings: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply = Ledger.apply

    async def unheard(*args: Any) -> None:
        await apply(*args)
        raise StoreAwayError("the connection was lost")

    async with Meter(settings, database, clock) as meter:
        run(meter)
        with monkeypatch.context() as patch:
            patch.setattr(Ledger, "apply", unheard)
            with pytest.raises(StoreAwayError):
                await meter.flush()
        run(meter)
        await meter.flush()
        assert await rows(database) == counted("acme", 2)


async def test_ten_thousand_tenants_in_one_flush(database_url: str, settings: Settings, clock: Clock) -> None:
    async with opened(database_url, timeout_ms=30_000) as database:
        async with Meter(settings, database, clock) as meter:
            for number in range(10_000):
                run(meter, f"t{number}")
            await meter.sync()
            assert meter.unflushed_s() == 0
            assert all(meter.cpu_today_us(f"t{number}") == 10 for number in range(10_000))
            found = await rows(database)
        assert len(found) == 10_000
        assert set(found.values()) == set(counted("any", 1).values())


async def test_control_planes_that_flush_the_same_rows_at_once_do_not_deadlock(
    database_url: str, settings: Settings, clock: Clock
) -> None:
    async with opened(database_url, timeout_ms=30_000) as one, opened(database_url, 30_000) as two:
        async with Meter(settings, one, clock) as here, Meter(settings, two, clock) as there:
            tenants = [f"t{number:03}" for number in range(300)]
            for _ in range(5):
                for tenant in tenants:
                    run(here, tenant)
                for tenant in reversed(tenants):
                    run(there, tenant)
                await asyncio.gather(here.sync(), there.sync())
        assert set((await rows(one)).values()) == set(counted("any", 10).values())


async def test_lines_that_are_torn_are_left_out_and_said(
    database: Database, settings: Settings, clock: Clock
) -> None:
    meter = await Meter(settings, database, clock).__aenter__()
    run(meter)
    meter.begin("open", "python", 5)
    killed(meter)
    (segment,) = segments(settings)
    whole = segment.read_bytes().splitlines(keepends=True)
    torn = [b"\0\0\0\n", *whole, b"[1]\n", b'["e",1,"a",1,"b","c",1,2,3,4,5]\n', b'["e",9,"acme",20000,"pyth']
    segment.write_bytes(b"".join(torn))
    with capture_logs() as logs:
        async with Meter(settings, database, clock):
            assert await rows(database) == counted("acme", 1) | lost("open")
    (said,) = [log for log in logs if log["event"] == "usage: lines of a journal are torn"]
    assert said["lines"] == 4


async def test_a_full_disk_is_said_once_and_counts_go_on_in_memory(
    database: Database, settings: Settings, clock: Clock
) -> None:
    async with Meter(settings, database, clock) as meter:
        (folder,) = folders(settings)
        (folder / "000000000002.jsonl").symlink_to("/dev/full")
        begun = meter.begin("acme", "python", 5)
        run(meter)
        with capture_logs() as logs:
            await meter.flush()
            assert meter.journal_failing
            begun.end("OK", 20, 10, 3, 7)
            run(meter)
            meter.begin("acme", "python", 5).void()
            later = meter.begin("acme", "python", 5)
            assert [log["log_level"] for log in logs] == ["error"]
            await meter.flush()
            assert not meter.journal_failing
            assert [log["log_level"] for log in logs] == ["error", "info"]
        assert await rows(database) == counted("acme", 3)
        later.end("OK", 20, 10, 3, 7)
        await meter.flush()
        assert await rows(database) == counted("acme", 4)


async def test_what_a_full_disk_takes_of_a_line_spoils_no_other(
    database: Database, settings: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    meter = await Meter(settings, database, clock).__aenter__()
    run(meter)
    write = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:-9]))
        meter.begin("torn", "python", 5)
    run(meter)
    killed(meter)
    async with Meter(settings, database, clock):
        assert await rows(database) == counted("acme", 2)


async def test_a_folder_that_is_gone_stops_nothing(
    database: Database, settings: Settings, clock: Clock
) -> None:
    async with Meter(settings, database, clock) as meter:
        (segment,) = segments(settings)
        segment.unlink()
        segment.parent.rmdir()
        segment.parent.parent.rmdir()
        meter._thorough_at = 0
        for _ in range(2):
            run(meter)
            await meter.sync()
        assert meter.journal_failing
    assert await rows(database) == counted("acme", 2)


async def test_a_segment_that_has_grown_large_is_made_small(
    database: Database, settings: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "COMPACT_BYTES", 10_000)
    meter = await Meter(settings, database, clock).__aenter__()
    meter._journal.seal()
    meter.begin("open", "python", 5)
    for _ in range(1_000):
        run(meter)
        meter.begin("acme", "python", 5).void()
        meter._journal.compact()
    (_, segment) = segments(settings)
    assert segment.stat().st_size < 11_000
    killed(meter)
    async with Meter(settings, database, clock):
        assert await rows(database) == counted("acme", 1_000) | lost("open")


async def test_numbers_that_no_program_has_do_not_stop_the_count(
    database: Database, settings: Settings, clock: Clock
) -> None:
    async with Meter(settings, database, clock) as meter:
        meter.begin("acme", "x" * 1_000, 5).end("OK", 1 << 64, 1 << 64, 1 << 70, 7)
        run(meter)
        await meter.flush()
        assert len(await rows(database)) == 2


async def test_the_journal_is_its_owners_alone(database: Database, settings: Settings, clock: Clock) -> None:
    before = os.umask(0)
    try:
        async with Meter(settings, database, clock):
            (folder,) = folders(settings)
            for path in (settings.state_dir, folder.parent, folder):
                assert stat.S_IMODE(path.stat().st_mode) == 0o700
            assert stat.S_IMODE((folder / "000000000001.jsonl").stat().st_mode) == 0o600
    finally:
        os.umask(before)


async def test_a_place_where_nothing_can_be_kept_is_refused_in_words(
    database: Database, settings: Settings
) -> None:
    settings.state_dir.write_text("a file")
    with pytest.raises(JournalError, match="HEARTH_CONTROL_STATE_DIR"):
        await Meter(settings, database).__aenter__()
