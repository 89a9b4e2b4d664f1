"""Agents for tests: each test gets one with a fresh cell, natively with sanitizers and in gVisor.

A sandbox is booted once and serves all tests that need nothing else of it; a test that fails costs it.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import places
import pytest
from wire import ENV, HELLO, Agent, configure

PLACES = {"native": "agent-sanitized", "gvisor": "agent"}
Boot = Callable[[], Agent]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def]
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session", autouse=True)
def _built() -> None:
    assert shutil.which("runsc"), "these tests need gVisor"
    places.build()


@pytest.fixture(scope="session", params=PLACES)
def place(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def boot(place: str, tmp_path_factory: pytest.TempPathFactory) -> Boot:
    """Starts an agent of its own for a test, which has said nothing but HELLO."""
    root = places.make_root(tmp_path_factory.mktemp(place) / "root", PLACES[place])
    count = iter(range(1_000_000))

    def start() -> Agent:
        if place == "native":
            command = places.native(root)
        else:
            name = f"agent-{next(count)}"
            command = places.gvisor(root.parent / name, root, name)
        agent = Agent(command)
        assert agent.expect(HELLO) == b"\1\0\0\0"
        return agent

    return start


class Shared:
    """One agent for many tests, made when it is first needed."""

    def __init__(self, boot: Boot, argv: list[str] | None) -> None:
        self.boot, self.argv = boot, argv
        self.agent: Agent | None = None

    def take(self) -> Agent:
        if self.agent is None:
            self.agent = self.boot()
            self.agent.send(configure(self.argv))
        return self.agent

    def lose(self) -> None:
        if self.agent:
            self.agent.process.kill()
            self.agent.process.communicate()
        self.agent = None


@pytest.fixture(scope="session")
def shared(boot: Boot) -> Iterator[dict[str, Shared]]:
    agents = {"plain": Shared(boot, None), "parking": Shared(boot, ["/runner"])}
    yield agents
    for one in agents.values():
        if one.agent:
            assert one.agent.end() == (0, b"")


def _lend(shared: Shared, request: pytest.FixtureRequest) -> Iterator[Agent]:
    agent = shared.take()
    agent.park()
    yield agent
    if request.node.stash.get(FAILED, True):
        shared.lose()


@pytest.fixture
def agent(shared: dict[str, Shared], request: pytest.FixtureRequest) -> Iterator[Agent]:
    """In a fresh cell with an empty workspace, without a runner."""
    yield from _lend(shared["plain"], request)


@pytest.fixture
def parking(shared: dict[str, Shared], request: pytest.FixtureRequest) -> Iterator[Agent]:
    """The same with a parked runner, under the limits that START has by default."""
    yield from _lend(shared["parking"], request)


@pytest.fixture
def env() -> list[str]:
    return ENV


@pytest.fixture
def here() -> Path:
    return Path(__file__).parent
