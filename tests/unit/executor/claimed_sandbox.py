"""A sandbox as a claim hands it out, with a scripted agent in the place of gVisor."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from fake_agent import FakeAgent

from executor.runtime import Runtime
from executor.sandbox import Sandbox
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
