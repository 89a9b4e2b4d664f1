import asyncio
import stat
import tomllib
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from running_control import Control, running
from scripted_executor import ScriptedExecutor
from sqlalchemy import select
from structlog.testing import capture_logs

from control.auth.credentials import credentials_path
from control.auth.first_start import FirstStartError, ensure_first_key
from control.auth.keys import digest_of
from control.store.database import Database
from control.store.tables import keys


@pytest.mark.parametrize(
    ("header", "form", "status"),
    [
        ("Authorization", "Bearer {}", 200),
        ("Authorization", "bearer  {}", 200),
        ("Authorization", "{}", 200),
        ("X-API-Key", "{}", 200),
        ("Authorization", "Basic {}", 401),
        ("Authorization", "Bearer {}x", 401),
        ("Authorization", "Bearer", 401),
        ("Authorization", "", 401),
        ("X-API-Key", "", 401),
        ("X-API-Key", "hearth_é", 401),
        ("Other", "{}", 401),
    ],
)
async def test_a_key_is_taken_in_each_documented_form_and_no_other(
    control: Control, header: str, form: str, status: int
) -> None:
    headers = {header: form.format(control.key)}
    async with (
        aiohttp.ClientSession(control.url) as http,
        http.get("/v1/runtimes", headers=headers) as response,
    ):
        assert response.status == status
        assert ("WWW-Authenticate" in response.headers) == (status == 401)
        assert response.content_type == ("application/json" if status == 200 else "application/problem+json")


@pytest.mark.parametrize(
    ("scopes", "path", "status"),
    [
        (["execute"], "/v1/runtimes", 200),
        (["execute"], "/metrics", 403),
        (["execute"], "/v1/admin/tenants", 403),
        (["admin"], "/metrics", 200),
        (["admin"], "/v1/admin/tenants", 200),
        (["admin"], "/v1/runtimes", 403),
        (["admin", "execute"], "/v1/runtimes", 200),
    ],
)
async def test_a_key_does_what_its_scopes_say(
    control: Control, scopes: list[str], path: str, status: int
) -> None:
    made = await control.made("tenants/default/keys", scopes=scopes)
    assert await control.status_of(made["key"], path) == status


async def test_keys_are_stored_hashed_in_files_of_their_owner(control: Control, home: Path) -> None:
    database, credentials = home / "control.db", home / "config/hearth/credentials.toml"
    stored = database.read_bytes() + (home / "control.db-wal").read_bytes()
    assert control.key.encode() not in stored
    assert digest_of(control.key) in stored
    for path in (database, credentials):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert tomllib.loads(credentials.read_text()) == {"default": {"url": control.url, "key": control.key}}


async def test_no_key_and_no_code_is_ever_logged(start_control: Any, executor: ScriptedExecutor) -> None:
    with capture_logs() as logs:
        control = await start_control(executor)
        await control.execute(language="python", code="sesame", stdin="sesame", env={"A": "sesame"})
        await control.execute(language="python", code="", colour="sesame", env={"sesame ": "sesame"})
        async with control.http.get("/v1/runtimes", headers={"Authorization": "Bearer sesame"}) as response:
            assert response.status == 401
        first = await control.made("tenants/default/keys", name="ci")
        second = await control.made(f"keys/{first['id']}/rotate", grace_period=60_000)
    statuses = [entry["status"] for entry in logs if entry["event"] == "request"]
    assert statuses[-5:] == [200, 400, 401, 201, 200]
    for secret in (control.key, first["key"], second["key"], "sesame"):
        assert secret not in str(logs)
    assert {"key created", "key rotated"} <= {entry["event"] for entry in logs}


async def test_the_second_start_keeps_the_key(home: Path) -> None:
    async with running(home, []) as first:
        pass
    async with running(home, []) as second:
        assert second.key == first.key
        assert (await second.get("/v1/runtimes"))[0] == 200


async def test_lost_credentials_are_not_replaced(home: Path) -> None:
    async with running(home, []):
        pass
    credentials_path().unlink()
    with capture_logs() as logs:
        async with running(home, []):
            pass
    assert not credentials_path().exists()
    assert any("hearth-admin --database" in entry["event"] for entry in logs)


async def opened(url: str) -> Database:
    database = Database(url, timeout_ms=20_000)
    await database.open()
    return database


async def keys_in(database: Database) -> list[tuple[str, bytes]]:
    async with database.reading() as connection:
        rows = await connection.execute(select(keys.c.tenant, keys.c.sha256))
        return [(row.tenant, row.sha256) for row in rows]


async def test_control_planes_that_start_for_the_first_time_at_once_make_one_key(database_url: str) -> None:
    several = [await opened(database_url) for _ in range(4)]
    starting = (ensure_first_key(database, f"http://x{n}") for n, database in enumerate(several))
    await asyncio.gather(*starting)
    key = tomllib.loads(credentials_path().read_text())["default"]["key"]
    assert await keys_in(several[0]) == [("default", digest_of(key))]
    for database in several:
        await database.close()


async def test_other_sections_of_the_credentials_stay(database_url: str) -> None:
    credentials_path().parent.mkdir(parents=True)
    credentials_path().write_text('[default]\nurl = "old"\nkey = "old"\n\n[work]\nurl = "w"\nkey = "k"\n')
    database = await opened(database_url)
    await ensure_first_key(database, "http://new")
    await database.close()
    credentials = tomllib.loads(credentials_path().read_text())
    assert credentials["work"] == {"url": "w", "key": "k"}
    assert credentials["default"]["url"] == "http://new"
    assert credentials["default"]["key"] != "old"


async def test_credentials_that_cannot_be_written_leave_no_key_behind(database_url: str) -> None:
    credentials_path().parent.parent.write_text("in the way")
    database = await opened(database_url)
    with pytest.raises(FirstStartError, match="hearth-admin --database"):
        await ensure_first_key(database, "http://x")
    assert await keys_in(database) == []
    credentials_path().parent.parent.unlink()
    await ensure_first_key(database, "http://x")
    assert len(await keys_in(database)) == 1
    await database.close()
