"""How control planes follow one database: the same of SQLite and of PostgreSQL."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from postgres import Postgres
from running_control import Control, until
from sqlalchemy import text
from structlog.testing import capture_logs

from control.store.database import Database

# What the settings promise for a change that another control plane made.
BOUND_S = 1.0


@pytest.fixture
async def two(start_control: Any, database_url: str) -> tuple[Control, Control]:
    first = await start_control(database=database_url)
    return first, await start_control(database=database_url)


async def within_bound(control: Control, key: str, status: int) -> None:
    began = time.monotonic()
    await control.until_status(key, status)
    assert time.monotonic() - began < BOUND_S


async def test_a_key_made_on_one_works_on_the_other_until_it_is_revoked(two: tuple[Control, Control]) -> None:
    here, there = two
    await here.made("tenants", id="acme")
    for _ in range(5):
        made = await here.made("tenants/acme/keys")
        # At once where it was made.
        assert await here.status_of(made["key"]) == 200
        await within_bound(there, made["key"], 200)
        assert (await here.call("DELETE", f"/v1/admin/keys/{made['id']}"))[0] == 204
        assert await here.status_of(made["key"]) == 401
        await within_bound(there, made["key"], 401)


async def test_a_tenant_is_disabled_enabled_and_deleted_everywhere(two: tuple[Control, Control]) -> None:
    here, there = two
    await here.made("tenants", id="acme")
    keys = [(await here.made("tenants/acme/keys"))["key"] for _ in range(2)]
    await within_bound(there, keys[1], 200)
    assert (await here.call("PATCH", "/v1/admin/tenants/acme", json={"disabled": True}))[0] == 200
    for key in keys:
        await within_bound(there, key, 403)
        assert await here.status_of(key) == 403
    # One that was revoked is none, whoever's it was.
    assert await here.status_of("hearth_other") == 401
    assert (await here.call("PATCH", "/v1/admin/tenants/acme", json={"disabled": False}))[0] == 200
    await within_bound(there, keys[0], 200)
    assert (await here.call("DELETE", "/v1/admin/tenants/acme"))[0] == 204
    for key in keys:
        await within_bound(there, key, 401)
        assert await here.status_of(key) == 401


async def test_both_secrets_work_during_a_rotations_grace(two: tuple[Control, Control]) -> None:
    here, there = two
    old = await here.made("tenants/default/keys", scopes=["execute"])
    new = await here.made(f"keys/{old['id']}/rotate", grace_period=1_500)
    assert (new["id"], new["scopes"]) == (old["id"], old["scopes"])
    assert new["old_key_until"] is not None
    await within_bound(there, new["key"], 200)
    assert await there.status_of(old["key"]) == 200
    await there.until_status(old["key"], 401)
    assert await here.status_of(old["key"]) == 401
    assert await there.status_of(new["key"]) == 200
    last = await here.made(f"keys/{old['id']}/rotate")
    assert last["old_key_until"] is None
    assert await here.status_of(new["key"]) == 401
    await within_bound(there, new["key"], 401)
    assert await there.status_of(last["key"]) == 200
    # Both go with the record.
    both = await here.made(f"keys/{old['id']}/rotate", grace_period=60_000)
    await here.call("DELETE", f"/v1/admin/keys/{old['id']}")
    for key in (last["key"], both["key"]):
        assert await here.status_of(key) == 401
        await within_bound(there, key, 401)


async def test_a_key_expires(start_control: Any) -> None:
    control = await start_control()
    expires = time.time() + 1.5
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(expires)) + f".{int(expires * 1000) % 1000:03}Z"
    made = await control.made("tenants/default/keys", expires_at=moment)
    assert made["expires_at"] == moment
    assert await control.status_of(made["key"]) == 200
    await control.until_status(made["key"], 401)
    assert time.time() >= expires
    status, problem = await control.call("POST", f"/v1/admin/keys/{made['id']}/rotate")
    assert (status, problem["detail"]) == (409, f"the key '{made['id']}' has expired")


async def test_a_restarted_control_plane_knows_what_the_others_know(
    start_control: Any, database_url: str
) -> None:
    first = await start_control(database=database_url)
    await first.made("tenants", id="off")
    kept, revoked = [await first.made("tenants/default/keys") for _ in range(2)]
    off = await first.made("tenants/off/keys")
    await first.call("DELETE", f"/v1/admin/keys/{revoked['id']}")
    await first.call("PATCH", "/v1/admin/tenants/off", json={"disabled": True})
    second = await start_control(database=database_url)
    found = [await second.status_of(made["key"]) for made in (kept, revoked, off)]
    assert found == [200, 401, 403]


@pytest.fixture
async def away(start_control: Any, postgres_server: Postgres) -> AsyncIterator[Control]:
    url = postgres_server.new_database()
    yield await start_control(database=url, database_timeout_ms=500, database_poll_ms=50)
    if not postgres_server.runs:
        postgres_server.start()


async def test_the_last_known_state_stays_in_force_while_the_database_is_away(
    away: Control, postgres_server: Postgres
) -> None:
    made = await away.made("tenants/default/keys")
    with capture_logs() as logs:
        postgres_server.stop()
        await until(lambda: any("database away" in entry["event"] for entry in logs))
        for _ in range(20):
            assert await away.status_of(made["key"]) == 200
            await asyncio.sleep(0.02)
        status, problem = await away.call("POST", "/v1/admin/tenants", json={"id": "acme"})
        assert (status, problem["title"]) == (503, "Service Unavailable")
        assert (await away.call("GET", "/v1/admin/tenants"))[0] == 503
        postgres_server.start()
        await until(lambda: any("database back" in entry["event"] for entry in logs))
    assert sum("database away" in entry["event"] for entry in logs) == 1
    assert (await away.call("POST", "/v1/admin/tenants", json={"id": "acme"}))[0] == 201
    assert (await away.call("DELETE", f"/v1/admin/keys/{made['id']}"))[0] == 204
    assert await away.status_of(made["key"]) == 401


async def test_a_database_that_hangs_holds_up_no_program(away: Control, postgres_server: Postgres) -> None:
    with capture_logs() as logs, postgres_server.hanging():
        await until(lambda: any("database away" in entry["event"] for entry in logs))
        for _ in range(20):
            began = time.monotonic()
            assert (await away.get("/v1/runtimes"))[0] == 200
            assert time.monotonic() - began < 0.5
        assert (await away.call("GET", "/v1/admin/tenants"))[0] == 503
    assert (await away.made("tenants", id="acme"))["id"] == "acme"


async def test_a_control_plane_does_not_start_without_its_database(
    start_control: Any, postgres_server: Postgres
) -> None:
    url = postgres_server.new_database()
    with pytest.raises(BaseException, match="does not exist"):
        await start_control(database=url.replace("/hearth_", "/no_"))


async def test_what_a_later_version_wrote_is_passed_over(two: tuple[Control, Control]) -> None:
    here, _ = two
    made = await here.made("tenants/default/keys", scopes=["execute", "admin"])
    database = Database(here.settings.database, timeout_ms=5_000)
    async with database.changing() as (connection, change):
        await connection.execute(
            text("UPDATE keys SET scopes = :scopes, change = :change WHERE id = :id"),
            {"scopes": '["execute", "fly"]', "change": change, "id": made["id"]},
        )
        limits = {"limits": '{"run_timeout_max_ms": 5, "wings": 2}', "change": change}
        await connection.execute(text("UPDATE tenants SET limits = :limits, change = :change"), limits)
    await database.close()

    async def lacks_admin() -> bool:
        return await here.status_of(made["key"], "/metrics") == 403

    await until(lacks_admin)
    assert await here.status_of(made["key"]) == 200
    tenant = (await here.call("GET", "/v1/admin/tenants/default"))[1]
    assert tenant["limits"] == {"run_timeout_max_ms": 5, "wings": 2}
    assert tenant["effective_limits"]["run_timeout_max_ms"] == 5
