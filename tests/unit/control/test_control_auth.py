import os
import stat
import time
import tomllib
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from running_control import Control, running, until
from scripted_executor import ScriptedExecutor
from structlog.testing import capture_logs
from typer.testing import CliRunner

from control.auth.atomic import write_private
from control.auth.file_store import FileKeyStore, add_key, editing, load
from control.auth.first_start import FirstStartError, credentials_path, ensure_first_key
from control.auth.keys import Scope, digest_of
from control.keys import app


@pytest.fixture
def keys_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HEARTH_CONTROL_KEYS_FILE", str(home / "keys.json"))
    return home / "keys.json"


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
        ([Scope.EXECUTE], "/v1/runtimes", 200),
        ([Scope.EXECUTE], "/metrics", 403),
        ([Scope.ADMIN], "/metrics", 200),
        ([Scope.ADMIN], "/v1/runtimes", 403),
    ],
)
async def test_a_key_does_what_its_scopes_say(
    control: Control, scopes: list[Scope], path: str, status: int
) -> None:
    with editing(control.settings.keys_file) as content:
        _, key = add_key(content, "default", "", scopes)

    async def answered() -> bool:
        async with control.http.get(path, headers={"Authorization": key}) as response:
            return response.status == status

    await until(answered)


async def test_a_revoked_key_stops_within_a_second(control: Control) -> None:
    assert (await control.get("/v1/runtimes"))[0] == 200
    with editing(control.settings.keys_file) as content:
        content.keys[0].revoked = content.keys[0].created
    revoked = time.monotonic()

    async def refused() -> bool:
        return (await control.get("/v1/runtimes"))[0] == 401

    await until(refused)
    assert time.monotonic() - revoked < 1.5


async def test_keys_are_stored_hashed_in_files_of_their_owner(control: Control, home: Path) -> None:
    keys_file, credentials = home / "keys.json", home / "config/hearth/credentials.toml"
    assert control.key not in keys_file.read_text()
    assert digest_of(control.key).hex() in keys_file.read_text()
    for path in (keys_file, credentials):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert tomllib.loads(credentials.read_text()) == {"default": {"url": control.url, "key": control.key}}
    assert {name for name in os.listdir(home) if "key" in name} == {"keys.json", "keys.json.lock"}


async def test_no_key_and_no_code_is_ever_logged(start_control: Any, executor: ScriptedExecutor) -> None:
    with capture_logs() as logs:
        control = await start_control(executor)
        await control.execute(language="python", code="sesame", stdin="sesame", env={"A": "sesame"})
        await control.execute(language="python", code="", colour="sesame", env={"sesame ": "sesame"})
        async with control.http.get("/v1/runtimes", headers={"Authorization": "Bearer sesame"}) as response:
            assert response.status == 401
    assert [entry["status"] for entry in logs if entry["event"] == "request"][-3:] == [200, 400, 401]
    assert control.key not in str(logs)
    assert "sesame" not in str(logs)


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
    assert any("control.keys create" in entry["event"] for entry in logs)


def test_other_sections_of_the_credentials_stay(keys_file: Path) -> None:
    credentials_path().parent.mkdir(parents=True)
    credentials_path().write_text('[default]\nurl = "old"\nkey = "old"\n\n[work]\nurl = "w"\nkey = "k"\n')
    ensure_first_key(keys_file, "http://new")
    credentials = tomllib.loads(credentials_path().read_text())
    assert credentials["work"] == {"url": "w", "key": "k"}
    assert credentials["default"]["url"] == "http://new"
    assert credentials["default"]["key"] != "old"


def test_credentials_that_cannot_be_written_leave_no_key_behind(keys_file: Path) -> None:
    credentials_path().parent.parent.write_text("in the way")
    with pytest.raises(FirstStartError, match=r"control\.keys create"):
        ensure_first_key(keys_file, "http://x")
    assert not keys_file.exists()


async def test_a_broken_keys_file_keeps_the_keys_in_force(keys_file: Path) -> None:
    with editing(keys_file) as content:
        _, key = add_key(content, "t", "", [Scope.EXECUTE])
    store = FileKeyStore(keys_file)
    assert await store.find(digest_of(key)) is not None
    write_private(keys_file, b"{")
    store._look_at = 0
    assert await store.find(digest_of(key)) is not None
    os.unlink(keys_file)
    store._look_at = 0
    assert await store.find(digest_of(key)) is None


def test_the_command_line_creates_lists_and_revokes(keys_file: Path) -> None:
    runner = CliRunner()
    created = runner.invoke(app, ["create", "--tenant", "acme", "--name", "ci", "--scope", "admin"])
    assert created.exit_code == 0
    key = created.stdout.strip().splitlines()[-1]
    assert key.startswith("hearth_")
    assert len(key) == len("hearth_") + 43
    (record,) = load(keys_file).keys
    assert (record.tenant, record.name, record.scopes) == ("acme", "ci", [Scope.ADMIN])
    assert record.sha256 == digest_of(key).hex()

    listed = runner.invoke(app, ["list"])
    assert record.id in listed.stdout
    assert key not in listed.stdout

    assert runner.invoke(app, ["revoke", "nope"]).exit_code != 0
    assert runner.invoke(app, ["revoke", record.id]).exit_code == 0
    assert load(keys_file).keys[0].revoked is not None
