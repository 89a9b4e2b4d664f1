"""A whole Hearth for tests, beside whatever else runs on the machine, and a count of what it leaves."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from executor.cgroup import ROOT, UNIFIED
from host.layout import Layout
from host.stack import Stack
from tests.images import select

# Seconds for something that takes a second on a quiet machine.
PATIENCE = 60.0


def until(condition: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    """Waits until a condition holds. Fails with `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        time.sleep(0.05)


@dataclass(frozen=True, slots=True)
class Footprint:
    """What a stack takes up on the host, sandboxes above all."""

    containers: int
    sandbox_cgroups: int
    mounts: int
    shims: int
    sandbox_processes: int
    fifos: int


class Hearth:
    """A running stack and a client for it."""

    def __init__(self, layout: Layout, settings: dict[str, str]) -> None:
        self.layout = layout
        self.stack = Stack(layout, settings)
        self._clients = ExitStack()

    def start(self) -> None:
        self.stack.start()
        for _ in self.stack.until_warm():
            pass
        self.url, key = self.stack.credentials()
        self.client = self.client_for(key)

    def client_for(self, key: str) -> httpx.Client:
        headers = {"Authorization": f"Bearer {key}"}
        return self._clients.enter_context(httpx.Client(base_url=self.url, headers=headers, timeout=120))

    def stop(self) -> None:
        self._clients.close()
        self.stack.stop()

    def execute(self, language: str, code: str, **fields: Any) -> dict[str, Any]:
        """One execution that must be answered 200."""
        answer = self.client.post("/v1/execute", json={"language": language, "code": code, **fields})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def run(self, language: str, code: str, **fields: Any) -> dict[str, Any]:
        """The run stage of one execution."""
        stage: dict[str, Any] = self.execute(language, code, **fields)["run"]
        return stage

    def new_tenant(self, name: str) -> httpx.Client:
        """A client with a key of another tenant."""
        made = self.client.post("/v1/admin/tenants", json={"id": name})
        assert made.status_code == 201, made.text
        made = self.client.post(f"/v1/admin/tenants/{name}/keys")
        assert made.status_code == 201, made.text
        return self.client_for(made.json()["key"])

    def warm(self) -> dict[str, int]:
        return {one["language"]: one["warm"] for one in self.client.get("/v1/runtimes").json()}

    def until_warm(self) -> None:
        """Waits until every pool has its target again and nothing else is there."""
        # None are listed while the executor is away.
        until(lambda: (warm := self.warm()) and all(warm.values()), "all pools warm")

    def pid(self, service: str) -> int:
        states = self.stack.states()
        assert states is not None
        return states[service].pid

    def ctr(self, *words: str) -> str:
        command = ["ctr", "--address", str(self.layout.containerd_socket), "--namespace", "hearth", *words]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def sandboxes(self, language: str = "") -> dict[str, int]:
        """Host pid of the sandbox by container id."""
        rows = [line.split() for line in self.ctr("tasks", "ls").splitlines()[1:]]
        return {row[0]: int(row[1]) for row in rows if row[0].startswith(language)}

    def footprint(self) -> Footprint:
        base = (ROOT if UNIFIED else ROOT / "memory") / self.layout.cgroup.lstrip("/")
        groups = [folder for folder in base.iterdir() if folder.is_dir()]
        run = f"{self.layout.run}/"
        return Footprint(
            containers=len(self.ctr("containers", "ls", "-q").split()),
            sandbox_cgroups=len(groups),
            mounts=sum(run in line for line in Path("/proc/self/mounts").read_text().splitlines()),
            shims=_count_processes(b"containerd-shim", os.fsencode(self.layout.containerd_socket)),
            sandbox_processes=_count_processes(b"runsc", os.fsencode(self.layout.run)),
            fifos=len(list((self.layout.run / "executor" / "sandboxes").iterdir())),
        )


def _count_processes(name: bytes, word: bytes) -> int:
    count = 0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                words = (folder / "cmdline").read_bytes()
            except OSError:
                continue
            count += name in words.split(b"\0")[0] and word in words
    return count


@contextmanager
def hearth(languages: Collection[str], *, plain: bool = False, **settings: str) -> Iterator[Hearth]:
    """A stack of its own in temporary folders; gone without a trace afterwards, or the test fails.

    It has these languages and, with `plain`, their plain variants (`tests.images`).
    """
    state = Path(tempfile.mkdtemp(prefix="hearth-test-", dir="/var/tmp"))
    name, images = state.name, state / "images"
    select(Layout.of_this_machine().images, images, languages, plain=plain)
    layout = Layout(
        state=state, run=Path("/run") / name, images=images, cgroup=f"/{name}", config=state / "config"
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = Hearth(layout, {"HEARTH_CONTROL_PORT": str(port), **settings})
    try:
        running.start()
        yield running
    finally:
        try:
            running.stop()
        finally:
            for log in layout.logs.glob("*.log"):
                print(f"--- {log.name}\n{log.read_text(errors='replace')[-4000:]}")
            shutil.rmtree(state)
