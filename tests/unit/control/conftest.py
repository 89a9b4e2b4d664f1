from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from postgres import Postgres, postgres
from running_control import Control, running, until
from scripted_executor import ScriptedExecutor


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HEARTH_CONTROL_STATE_DIR", str(tmp_path / "state"))
    return tmp_path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    with postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, home: Path) -> str:
    """Of an empty database: what is said of one kind holds for the other."""
    if request.param == "sqlite":
        return f"sqlite:///{home}/control.db"
    server: Postgres = request.getfixturevalue("postgres_server")
    return server.new_database()


@pytest.fixture
async def start_control(home: Path) -> AsyncIterator[Callable[..., Any]]:
    """Starts control planes with scripted executors; everything ends with the test."""
    async with AsyncExitStack() as stack:

        async def start(*executors: ScriptedExecutor, **fields: Any) -> Control:
            for executor in executors:
                await executor.start()
                stack.push_async_callback(executor.stop)
            control = await stack.enter_async_context(running(home, list(executors), **fields))
            if executors:
                await until(control.ready)
            return control

        yield start


@pytest.fixture
def address(home: Path) -> str:
    return f"unix:{home}/executor.sock"


@pytest.fixture
async def executor(address: str) -> ScriptedExecutor:
    return ScriptedExecutor(address)


@pytest.fixture
async def control(start_control: Callable[..., Any], executor: ScriptedExecutor) -> Control:
    running: Control = await start_control(executor)
    return running
