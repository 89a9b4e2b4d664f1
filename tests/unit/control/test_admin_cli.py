"""`hearth-admin`, over HTTP and with the database at hand: the same either way."""

import asyncio
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from running_control import Control

from control.auth.credentials import credentials_path

ROOT = Path(__file__).parents[3]
WIDE = {"COLUMNS": "200", "TERM": "dumb"}


class Admin:
    """The command, as a shell starts it."""

    def __init__(self, *options: str, **environment: str) -> None:
        self._options = options
        self._environment = environment

    async def __call__(self, *words: str, status: int = 0) -> str:
        """What it prints; with another status than 0, what it says to be wrong."""
        command = [sys.executable, "-m", "control.admin", *self._options, *words]
        environment = os.environ | WIDE | self._environment
        done = await asyncio.to_thread(
            subprocess.run,
            command,
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == status, done.stderr
        assert "Traceback" not in done.stderr
        return done.stderr if status else done.stdout

    async def json(self, *words: str) -> Any:
        return json.loads(await Admin("--json", *self._options, **self._environment)(*words))


@pytest.fixture(params=["api", "database"])
def admin(request: pytest.FixtureRequest, control: Control) -> Admin:
    if request.param == "api":
        return Admin()
    return Admin("--database", control.settings.database)


async def test_tenants_and_keys_from_the_first_to_the_last(control: Control, admin: Admin) -> None:
    shown = await admin("tenants", "create", "acme", "--limit", "languages=python,c")
    assert "effective_limits.run_timeout_max_ms" in shown
    key = (await admin("keys", "create", "acme", "--name", "ci", "--expires-in", "90d")).strip()
    assert re.fullmatch(r"hearth_[\w-]{43}", key)
    (row,) = await admin.json("keys", "list", "acme")
    assert (row["name"], row["scopes"]) == ("ci", ["execute"])
    assert row["expires_at"] > row["created_at"]
    listed = await admin("keys", "list", "acme")
    assert row["id"] in listed
    assert key not in listed
    await control.until_status(key, 200)

    await admin("tenants", "disable", "acme")
    await control.until_status(key, 403)
    await admin("tenants", "enable", "acme")
    await control.until_status(key, 200)
    new = (await admin("keys", "rotate", row["id"], "--grace", "1h")).strip()
    await control.until_status(new, 200)
    assert await control.status_of(key) == 200
    await admin("keys", "revoke", row["id"])
    await control.until_status(new, 401)
    assert await control.status_of(key) == 401
    assert (await admin.json("keys", "show", row["id"]))["revoked_at"]

    limits = ("--limit", "languages=", "--limit", "isolation=sandbox", "--limit", "sessions_max=4")
    changed = await admin.json("tenants", "change", "acme", *limits)
    assert changed["limits"] == {"isolation": "sandbox", "sessions_max": 4}
    assert [one["id"] for one in await admin.json("tenants", "list")] == ["acme", "default"]
    await admin("tenants", "delete", "acme", status=1)
    await admin("tenants", "delete", "acme", "--yes")
    assert [one["id"] for one in await admin.json("tenants", "list")] == ["default"]


async def test_usage_is_shown_whole(control: Control, admin: Admin) -> None:
    for code in ("a", "ab"):
        assert (await control.execute(language="py", code=code))[0] == 200
    # This flushes; who asks the database itself sees what was flushed.
    _, told = await control.get("/v1/usage?group_by=language,outcome")
    shown = await admin.json("usage", "default", "--group-by", "outcome,language")
    del told["next"]
    assert shown == told
    assert (shown["total"]["executions"], shown["usage"][0]["language"]) == (2, "python")
    printed = await admin("usage", "default", "--from", shown["to"], "--to", shown["to"])
    assert shown["to"] in printed
    assert re.search(r"executions.*gb_seconds", printed)
    assert await admin("usage", "none", status=1) == "there is no tenant 'none'\n"
    assert await admin("usage", "default", "--from", "x", status=1) == "from: must be a day, as 2030-01-31\n"


async def test_what_is_wrong_is_said_in_a_line(control: Control, admin: Admin) -> None:
    for words, said in (
        (("tenants", "show", "none"), "there is no tenant 'none'"),
        (("tenants", "create", "default"), "there is a tenant 'default'"),
        (("tenants", "create", "x", "--plan", "big"), "plan: 'big' is unknown; there are default"),
        (("tenants", "change", "default", "--limit", "colour=1"), "limits.colour: unknown field"),
        (("keys", "create", "none"), "there is no tenant 'none'"),
        (("keys", "revoke", "none"), "there is no key 'none'"),
        (("keys", "create", "default", "--name", "a\tb"), "name: String should match pattern"),
    ):
        assert (await admin(*words, status=1)).startswith(said)
    assert "--limit" in await admin("tenants", "create", "x", "--limit", "colour", status=2)


async def test_credentials_come_from_the_environment_first(control: Control) -> None:
    limited = await control.made("tenants/default/keys")
    other = Admin(HEARTH_URL=control.url, HEARTH_API_KEY=limited["key"])
    assert await other("tenants", "list", status=1) == "the API key lacks the scope 'admin'\n"
    credentials_path().unlink()
    assert "set HEARTH_URL and HEARTH_API_KEY" in await Admin()("tenants", "list", status=1)
    whole = Admin(HEARTH_URL=control.url, HEARTH_API_KEY=control.key)
    assert [one["id"] for one in await whole.json("tenants", "list")] == ["default"]
    assert "is no id" in await whole("tenants", "show", "../keys", status=1)
    nowhere = Admin(HEARTH_URL="http://127.0.0.1:1", HEARTH_API_KEY="x")
    assert "no good answer from the control plane" in await nowhere("tenants", "list", status=1)


async def test_a_database_is_prepared_before_the_first_start(start_control: Any, database_url: str) -> None:
    admin = Admin("--database", database_url)
    await admin("tenants", "create", "acme")
    key = (await admin("keys", "create", "acme", "--scope", "admin", "--scope", "execute")).strip()
    control = await start_control(database=database_url)
    # This was no first start.
    assert not credentials_path().exists()
    assert await control.status_of(key) == await control.status_of(key, "/v1/admin/tenants") == 200


async def test_a_database_that_cannot_be_is_refused(home: Path) -> None:
    said = await Admin("--database", "mysql://x")("tenants", "list", status=1)
    assert said == "database: is neither SQLite nor PostgreSQL, but mysql\n"
    away = Admin("--database", "postgresql://x:sesame@127.0.0.1:1/x")
    said = await away("tenants", "list", status=1)
    assert "sesame" not in said
