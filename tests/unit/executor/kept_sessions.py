"""Sessions on a disk, without a pool: what tests put into them, and what they find there."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

from model_workspace import FILE, Item, Workspace
from virtual_time import VirtualLoop

from executor import frames
from executor.api import executor_pb2 as api
from executor.sandbox import Sandbox
from executor.sessions import head_pb2 as pb
from executor.sessions.head import Head
from executor.sessions.ids import Ids
from executor.sessions.keeping import Keeping
from executor.sessions.limits import Policy
from executor.sessions.sessions import Sessions
from executor.sessions.store import Place, Store, Stored
from executor.settings import Settings

T = TypeVar("T")

IDS = Ids("here", b"secret")
ROOMY = 1 << 40
AMPLE = Policy(idle_timeout_ms=600_000, max_sessions=1000, session_bytes=ROOMY, tenant_bytes=ROOMY)
# Longer than what a head keeps, and no two parts of it the same.
LARGE = b"".join(number.to_bytes(4, "big") for number in range(5000))


def run(scenario: Coroutine[Any, Any, T]) -> T:
    """Runs something to its end, in virtual time and in this thread alone."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(scenario)


class Line:
    """What is sent to an agent."""

    def __init__(self) -> None:
        self.ended: str | None = None
        self.data = b""

    def send(self, *data: bytes) -> None:
        self.data += b"".join(data)

    async def sent(self) -> None:
        pass

    def end(self, reason: str) -> None:
        self.ended = self.ended or reason


def blank(tenant: str = "t", idle_ms: int = 600_000) -> Head:
    return Head(pb.Head(tenant=tenant, idle_timeout_ms=idle_ms), {})


def keeping(
    place: Place, head: Head, start: api.Start | None = None, *, there: bool = False, limit: int = ROOMY
) -> Keeping:
    return Keeping(place, head, start or api.Start(), limit, there=there, timeout=10)


def feed(to: Keeping, *stream: bytes) -> None:
    """What an agent says, through the same decoder as in a channel."""
    for frame in frames.Decoder().feed(b"".join(stream)):
        to.take(cast(frames.SavedEntry | frames.SavedMore | frames.Saved, frame))


async def restored(place: Place, head: Head) -> Workspace:
    """The workspace of a session in a sandbox that did not have it."""
    line, found = Line(), Workspace()
    await keeping(place, head).restore(cast(Any, line))
    assert line.ended is None
    found.obey(line.data)
    return found


def contents(place: Place, head: Head) -> dict[bytes, bytes]:
    """The files of a session."""
    items = run(restored(place, head)).items
    return {name: item.content for name, item in items.items() if item.kind == FILE}


async def save(
    store: Store,
    place: Place,
    files: Mapping[bytes, bytes],
    *,
    policy: Policy = AMPLE,
    expires: float = 2000,
) -> Stored:
    """Makes these, and no others, the files of a session, as an agent that remembers nothing would."""
    old = store.load(place)
    workspace = Workspace()
    for name, content in files.items():
        workspace.put(name, Item(FILE, 0o644, 1, content))
    head = old.head if old and old.head else blank()
    one = keeping(place, head)
    try:
        for frame in workspace.saved():
            feed(one, frame)
            if one.full:
                await one.flush()
        return store.commit(place, await one.finish({}), old, policy, expires)
    finally:
        one.abandon()


def on_disk(root: Path) -> dict[str, int]:
    """Everything below a folder, with its size."""
    return {str(path.relative_to(root)): path.stat().st_size for path in root.rglob("*") if path.is_file()}


def named(store: Store, *tokens: str, tenant: str = "t") -> set[str]:
    """The files that some sessions are made of."""
    found = set()
    for token in tokens:
        place = store.place(tenant, token)
        stored = store.load(place)
        if stored is not None:
            packs = stored.head.packs if stored.head is not None else {}
            paths = [place.head, *map(place.pack, packs)]
            found |= {f"{path.parent.name}/{path.name}" for path in paths}
    return found


@dataclass
class Clock:
    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Pins:
    """Stands for the pool: remembers who was unpinned, and whether for good."""

    there: dict[str, Sandbox] = field(default_factory=dict)
    unpinned: list[tuple[str, bool]] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    draining: bool = False

    def pinned(self, session: str) -> Sandbox | None:
        return self.there.get(session)

    def unpin(self, session: str, *, destroy: bool = False) -> None:
        if self.there.pop(session, None) is not None:
            self.unpinned.append((session, destroy))


class Kept:
    """The sessions of an executor that runs nothing."""

    def __init__(self, folder: Path, **given: Any) -> None:
        self.folder = folder
        self.clock = Clock()
        self.pins = Pins()
        self.settings = Settings(**{"session_idle_timeout": 600, **given})
        self.store = Store(folder, self.settings.sessions_disk)
        self.sessions = Sessions(IDS, self.store, self.pins, self.settings, self.clock)

    def place(self, session: str, tenant: str = "t") -> Place:
        return self.store.place(tenant, session.rpartition("_")[2])

    def counted(self) -> tuple[int, int]:
        """What the sessions take, which must be what another executor would find."""
        usage, found = self.store.usage, Store(self.folder, 0).usage
        assert (usage.sessions, usage.disk) == (found.sessions, found.disk)
        return usage.sessions, usage.disk
