"""What must be as it was when bad luck is over, and what clients may be told meanwhile."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.stack import Footprint, Hearth, until

# What each language prints, by a program that needs more than a parked runner has loaded.
PROGRAMS = {
    "python": "import decimal; print(decimal.Decimal(6) * 7)",
    "bash": "seq 42 | tail -1",
    "c": '#include <stdio.h>\nint main(void) { printf("%d\\n", 6 * 7); return 0; }',
}

# gRPC and HTTP connections come and go by themselves; a sandbox has three descriptors.
_SPARE = 2


@dataclass(frozen=True, slots=True)
class Condition:
    """A stack with nothing to do."""

    footprint: Footprint
    warm: dict[str, int]
    dead_shim_sockets: int
    descriptors: dict[str, int]

    def holds_again(self, now: Condition) -> bool:
        """Whether `now` is this condition again, with no descriptor lost."""
        lost = [name for name, most in self.descriptors.items() if now.descriptors[name] > most + _SPARE]
        return (
            not lost
            and (now.footprint, now.warm) == (self.footprint, self.warm)
            and now.dead_shim_sockets <= self.dead_shim_sockets
        )


def condition(stack: Hearth) -> Condition:
    services = {name: stack.pid(name) for name in ("executor", "control")}
    return Condition(
        footprint=stack.footprint(),
        warm=stack.warm(),
        dead_shim_sockets=_dead_shim_sockets(),
        descriptors={name: len(os.listdir(f"/proc/{pid}/fd")) for name, pid in services.items()},
    )


def _dead_shim_sockets() -> int:
    """Socket files of shims on which nobody listens. The folder belongs to all containerds of the machine."""
    bound = Path("/proc/net/unix").read_text()
    return sum(path.name not in bound for path in Path("/run/containerd/s").iterdir())


@contextmanager
def back_to_normal(stack: Hearth) -> Iterator[None]:
    """What happens inside leaves nothing behind, and every language works afterwards."""
    _until_condition(stack, _at_rest, "full pools and nothing else before the test")
    before = condition(stack)
    yield
    _until_condition(stack, before.holds_again, f"all is as it was:\n{before}")
    for language, code in PROGRAMS.items():
        assert stack.run(language, code)["stdout"] == "42\n"
    _until_condition(stack, before.holds_again, f"all is as it was, after programs were run:\n{before}")


def _at_rest(now: Condition) -> bool:
    count = sum(now.warm.values())
    # A sandbox is a sentry and a gofer; runsc's own commands come and go.
    resting = Footprint(count, count, count, count, 2 * count, count)
    return set(now.warm.values()) == {2} and now.footprint == resting


def _until_condition(stack: Hearth, holds: Callable[[Condition], bool], what: str) -> None:
    seen: object = None

    def looked() -> bool:
        nonlocal seen
        try:
            seen = now = condition(stack)
        except (httpx.HTTPError, OSError, subprocess.CalledProcessError, KeyError, TypeError) as error:
            # A service restarts, or something vanished while it was counted.
            seen = error
            return False
        return holds(now)

    try:
        until(looked, what)
    except AssertionError as late:
        raise AssertionError(f"{late}\nlast:\n{seen}") from None


def outcome(answer: httpx.Response) -> str | None:
    """A result's status, or "503". Anything else that a client could get is a failure."""
    if answer.status_code == 503:
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == 503
        assert int(answer.headers["Retry-After"]) >= 1
        return "503"
    assert answer.status_code == 200, answer.text
    found = answer.json()
    stage: dict[str, Any] = found.get("run") or found["compile"]
    if stage["status"] == "XX":
        assert "lost" in stage["message"]
    status: str | None = stage["status"]
    return status
