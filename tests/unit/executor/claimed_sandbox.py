"""A sandbox as a claim hands it out, with a scripted agent in the place of gVisor."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from fake_agent import FakeAgent

from executor.api import executor_pb2 as pb
from executor.runtime import Runtime
from executor.sandbox import Sandbox
from executor.sessions import head_pb2
from executor.sessions.head import Head
from executor.sessions.keeping import Keeping
from executor.sessions.store import Place
from executor.settings import Settings
from executor.teardown import Host


@dataclass
class FakeCgroup:
    """Notes the limits that it is given."""

    kills: int = 0
    full: bool = False
    limits: list[int] = field(default_factory=list)

    def oom_kills(self) -> int:
        return self.kills

    def set_memory_limit(self, size: int) -> None:
        if self.full:
            raise OSError(16, "Device or resource busy")
        self.limits.append(size)


def blank_keeping(folder: Path, program: pb.Start) -> Keeping:
    """A session in which nothing has happened yet."""
    blank = Head(head_pb2.Head(), {})
    return Keeping(Place(folder, "token"), blank, program, 1 << 20, there=True, timeout=10)


@contextmanager
def claimed_sandbox(
    folder: Path, runtime: Runtime, settings: Settings, cgroup: FakeCgroup
) -> Iterator[tuple[Sandbox, FakeAgent]]:
    host = Host(cast(Any, None), settings.model_copy(update={"run_dir": folder}), folder)
    sandbox = Sandbox(host, runtime, "one", frozenset({0}))
    sandbox.cgroup = cast(Any, cgroup)
    sandbox.tenant = "t"
    with FakeAgent(host.folder("one")) as agent:
        sandbox.channel.listen()
        try:
            yield sandbox, agent
        finally:
            sandbox.channel.close()
