"""The processes that a sandbox is made of, and the one that runs a program now."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import httpx

from executor.cgroup import ROOT, UNIFIED
from tests.stack import Hearth, until

T = TypeVar("T")

PARTS = {"sentry": b"runsc-sandbox", "gofer": b"runsc-gofer", "shim": b"containerd-shim"}
ALL_PARTS = [*PARTS, "agent"]

# Uses a whole CPU, so that it can be seen from outside which sandbox it is in.
BUSY = (
    "import time\nprint('begun', flush=True)\nend = time.time() + {seconds}\n"
    "while time.time() < end: pass\nprint('ended')"
)


def pid_of(part: str, sandbox: str) -> int:
    """Host pid of a part of a sandbox."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                words = (folder / "cmdline").read_bytes()
                if PARTS[part] in words.split(b"\0")[0] and sandbox.encode() in words:
                    return int(folder.name)
    raise AssertionError(f"no {part} of {sandbox}")


def kill_if_there(part: str, sandbox: str) -> bool:
    try:
        os.kill(pid_of(part, sandbox), signal.SIGKILL)
    except (AssertionError, ProcessLookupError):
        return False
    return True


def end_service(stack: Hearth, service: str, number: int = signal.SIGKILL) -> None:
    """Ends a service and waits until its supervisor has started it again."""
    old = stack.pid(service)
    os.kill(old, number)
    until(lambda: stack.pid(service) not in (0, old), f"{service} is there again")


def folders(stack: Hearth) -> set[str]:
    """Sandboxes that the executor has begun to make or not yet removed."""
    try:
        return set(os.listdir(stack.layout.run / "executor" / "sandboxes"))
    except FileNotFoundError:
        return set()


def begun_since(stack: Hearth, known: set[str], count: int = 1) -> set[str]:
    """Waits until so many sandboxes are there or in the making that were not; their ids."""
    until(lambda: len(folders(stack) - known) >= count, "sandboxes are made")
    return folders(stack) - known


def exists(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def cgroup_folder(stack: Hearth) -> Path:
    return (ROOT if UNIFIED else ROOT / "memory") / stack.layout.cgroup.lstrip("/")


def cpu_seconds(stack: Hearth, sandbox: str) -> float:
    """Of the whole sandbox. Raises OSError when it is gone."""
    if UNIFIED:
        text = (cgroup_folder(stack) / sandbox / "cpu.stat").read_text()
        return int(text.split()[1]) / 1e6
    path = ROOT / "cpuacct" / stack.layout.cgroup.lstrip("/") / sandbox / "cpuacct.usage"
    return int(path.read_text()) / 1e9


def cpu_used(stack: Hearth) -> dict[str, float]:
    """CPU seconds of every Python sandbox that is there."""
    found = {}
    for sandbox in folders(stack):
        if sandbox.startswith("python"):
            with suppress(OSError):
                found[sandbox] = cpu_seconds(stack, sandbox)
    return found


def awake(stack: Hearth, language: str = "") -> set[str]:
    """Sandboxes that do not rest: somebody has claimed them, or they are on their way to be claimed."""
    if UNIFIED:
        hierarchy, name, frozen = ROOT, "cgroup.freeze", "1"
    else:
        hierarchy, name, frozen = ROOT / "freezer", "freezer.state", "FROZEN"
    found = set()
    for sandbox in folders(stack):
        if sandbox.startswith(language):
            try:
                state = (hierarchy / stack.layout.cgroup.lstrip("/") / sandbox / name).read_text().strip()
            except OSError:
                state = "gone, or not there yet"
            if state != frozen:
                found.add(sandbox)
    return found


@contextmanager
def clients(stack: Hearth) -> Iterator[Clients]:
    limits = httpx.Limits(max_connections=None)
    with (
        httpx.Client(base_url=stack.url, headers=stack.client.headers, timeout=120, limits=limits) as client,
        ThreadPoolExecutor(48) as threads,
    ):
        yield Clients(stack, client, threads)


class Clients:
    """Requests in the background."""

    def __init__(self, stack: Hearth, client: httpx.Client, threads: ThreadPoolExecutor) -> None:
        self._stack = stack
        self._client = client
        self._threads = threads

    def send(self, language: str, code: str, **fields: Any) -> Future[httpx.Response]:
        body = {"language": language, "code": code, **fields}
        return self.submit(self._client.post, "/v1/execute", json=body)

    def submit(self, call: Callable[..., T], *given: Any, **named: Any) -> Future[T]:
        """Any call."""
        return self._threads.submit(call, *given, **named)

    def kill(self, part: str, sandbox: str) -> None:
        """Kills a part at once; the agent in the background, for it lives in a kernel that may be at rest."""
        if part == "agent":
            self._threads.submit(self._stack.ctr, "tasks", "kill", "-s", "SIGKILL", sandbox)
        else:
            os.kill(pid_of(part, sandbox), signal.SIGKILL)

    def busy(self, seconds: float, **fields: Any) -> tuple[Future[httpx.Response], str]:
        """A program that has begun, and the sandbox that it is in."""
        there = cpu_used(self._stack)
        sent = self.send("python", BUSY.format(seconds=seconds), **fields)
        found: list[str] = []

        def seen() -> bool:
            assert not sent.done(), sent.result().text
            now = cpu_used(self._stack)
            found.extend(one for one in there.keys() & now.keys() if now[one] > there[one] + 0.3)
            return bool(found)

        until(seen, "a sandbox is busy")
        return sent, found[0]
