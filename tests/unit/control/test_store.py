"""The database itself: the same of SQLite and of PostgreSQL."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, insert, inspect, select, text, update

from control.store.cancellation import to_its_end
from control.store.database import Database
from control.store.errors import StoreError
from control.store.migrate import config_for
from control.store.tables import changes, metadata, tenants

ROOT = Path(__file__).parents[3]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url, timeout_ms=5_000)
    await opened.open()
    yield opened
    await opened.close()


@to_its_end
async def put(database: Database, id_: str) -> int:
    async with database.changing() as (connection, change):
        row = {"id": id_, "plan": "default", "limits": {}, "created_ms": 1, "change": change}
        await connection.execute(insert(tenants).values(row))
    return change


async def ids(database: Database) -> list[str]:
    async with database.reading() as connection:
        return list((await connection.execute(select(tenants.c.id).order_by(tenants.c.id))).scalars())


async def test_the_migrations_make_what_the_tables_say(database: Database) -> None:
    def check(connection: Connection) -> None:
        command.check(config_for(connection))
        assert set(inspect(connection).get_table_names()) == {"alembic_version", *metadata.tables}

    async with database.writing() as connection:
        await connection.run_sync(check)


async def test_a_database_that_is_up_to_date_is_left_alone(database: Database) -> None:
    await put(database, "one")
    await database.open()
    assert await ids(database) == ["one"]


async def test_databases_that_are_opened_at_once_are_made_once(database_url: str) -> None:
    several = [Database(database_url, timeout_ms=20_000) for _ in range(4)]
    await asyncio.gather(*(database.open() for database in several))
    for number, database in enumerate(several):
        assert await put(database, f"t{number}") == number + 1
    for database in several:
        await database.close()


async def test_a_database_of_a_later_version_is_refused_in_words(database: Database) -> None:
    async with database.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="a later version of Hearth"):
        await database.open()


async def test_changes_are_numbered_in_the_order_in_which_they_are_seen(database: Database) -> None:
    seen: list[tuple[int, list[str]]] = []

    async def look() -> None:
        while len(seen) < 1 or seen[-1][0] < 20:
            async with database.reading() as connection:
                number = (await connection.execute(select(changes.c.number))).scalar_one()
                rows = await connection.execute(select(tenants.c.id).where(tenants.c.change <= number))
                seen.append((number, list(rows.scalars())))

    looking = asyncio.create_task(look())
    numbers = await asyncio.gather(*(put(database, f"t{number}") for number in range(20)))
    await asyncio.wait_for(looking, 30)
    assert sorted(numbers) == list(range(1, 21))
    # Whoever sees a number sees every change up to it.
    assert all(len(rows) == number for number, rows in seen)


async def test_what_fails_in_the_middle_is_not_written(database: Database) -> None:
    async def half() -> None:
        async with database.changing() as (connection, change):
            await connection.execute(update(tenants).values(plan="half", change=change))
            raise KeyError

    first = await put(database, "one")
    with pytest.raises(KeyError):
        await half()
    async with database.reading() as connection:
        assert (await connection.execute(select(tenants.c.plan))).scalar_one() == "default"
    assert await put(database, "two") == first + 1


async def test_writers_that_are_cancelled_anywhere_leave_a_whole_database(database: Database) -> None:
    for number in range(60):
        writing = asyncio.create_task(put(database, f"t{number:02}"))
        await asyncio.sleep(number / 20_000)
        writing.cancel()
        await asyncio.wait((writing,))
        if not writing.cancelled():
            writing.result()
    last = await put(database, "z")
    # A change is there with its row, or neither is.
    assert len(await ids(database)) == last


HALF = """
import asyncio, sys
from sqlalchemy import insert, update
from control.store.cancellation import to_its_end
from control.store.database import Database
from control.store.tables import tenants

async def main():
    database = Database(sys.argv[1], 5_000)
    async with database.changing() as (connection, change):
        await connection.execute(update(tenants).values(plan="half"))
        row = {"id": "half", "plan": "half", "limits": {}, "created_ms": 1, "change": change}
        await connection.execute(insert(tenants).values(row))
        print("inside", flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


def killed_inside(database_url: str) -> None:
    command = [sys.executable, "-c", HALF, database_url]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"inside\n"
        process.send_signal(signal.SIGKILL)


async def test_a_process_that_is_killed_in_the_middle_of_a_write_has_not_written(
    database: Database, database_url: str
) -> None:
    first = await put(database, "one")
    for _ in range(3):
        killed_inside(database_url)
    assert await put(database, "two") == first + 1
    async with database.reading() as connection:
        rows = (await connection.execute(select(tenants.c.id, tenants.c.plan))).all()
    assert {tuple(row) for row in rows} == {("one", "default"), ("two", "default")}


ENDLESS = """
import asyncio, sys
from itertools import count
from sqlalchemy import insert
from control.store.cancellation import to_its_end
from control.store.database import Database
from control.store.tables import tenants

async def main():
    database = Database(sys.argv[1], 5_000)
    for number in count(int(sys.argv[2])):
        id_ = f"t{number:06}"
        async with database.changing() as (connection, change):
            row = {"id": id_, "plan": "default", "limits": {}, "created_ms": 1, "change": change}
            await connection.execute(insert(tenants).values(row))
        print(id_, flush=True)

asyncio.run(main())
"""


def killed_while_writing(database_url: str, first: int) -> list[str]:
    """The tenants that a process said it had made before it was killed, wherever that was."""
    command = [sys.executable, "-c", ENDLESS, database_url, str(first)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(30)]
        process.send_signal(signal.SIGKILL)
        said += process.stdout.readlines()
    return [line.strip() for line in said if line.endswith("\n")]


async def test_what_was_answered_is_there_after_a_kill(database: Database, database_url: str) -> None:
    for round_ in range(3):
        said = killed_while_writing(database_url, round_ * 1_000)
        there = await ids(database)
        assert len(said) >= 30
        assert set(said) <= set(there)
    async with database.reading() as connection:
        rows = await connection.execute(select(tenants.c.change).order_by(tenants.c.change))
        numbers = list(rows.scalars())
    assert numbers == list(range(1, len(numbers) + 1))


async def test_a_sqlite_file_is_its_owners_alone(home: Path) -> None:
    path = home / "new/folder/control.db"
    before = os.umask(0)
    try:
        database = Database(f"sqlite:///{path}", timeout_ms=5_000)
        await database.open()
        await put(database, "one")
        async with database.reading() as connection:
            assert (await connection.execute(text("PRAGMA journal_mode"))).scalar_one() == "wal"
            files = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
        await database.close()
    finally:
        os.umask(before)
    assert files.keys() == {"control.db", "control.db-wal", "control.db-shm"}
    assert set(files.values()) == {0o600}


async def test_a_file_that_is_no_database_is_refused(home: Path) -> None:
    path = home / "control.db"
    path.write_text("no database, and long enough to be looked at " * 100)
    database = Database(f"sqlite:///{path}", timeout_ms=5_000)
    with pytest.raises(StoreError, match="not a database"):
        await database.open()
    await database.close()
    assert path.read_text().startswith("no database")
