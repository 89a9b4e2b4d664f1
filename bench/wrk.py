"""Debian's wrk: a load generator in C that takes a few per cent of what it measures."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).with_suffix(".lua")
# Seconds beyond those of the load until it counts as hung.
PATIENCE = 30


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that takes POSTs, and what it is sent: one body, the keys in turn."""

    url: str
    body: bytes
    keys: Sequence[str]


@dataclass(frozen=True, slots=True)
class Found:
    """What a load met: latencies in ms, of all answers; `refused` are those of 400 and more."""

    answers: int
    refused: int
    broken: int
    seconds: float
    p50: float
    p95: float
    p99: float

    @property
    def rate(self) -> float:
        """Answers a second that are none of refusal."""
        return (self.answers - self.refused) / self.seconds


class Load:
    """So many connections, each of which sends the next request as soon as the last is answered. Begins at
    once.
    """

    def __init__(self, target: Target, connections: int, seconds: float) -> None:
        self._seconds = seconds
        self._folder = tempfile.TemporaryDirectory(prefix="hearth-bench-")
        keys, body = Path(self._folder.name) / "keys", Path(self._folder.name) / "body"
        keys.write_text("".join(f"{key}\n" for key in target.keys))
        body.write_bytes(target.body)
        shape = ["-t1", f"-c{connections}", f"-d{max(round(seconds), 1)}s", "--timeout", "20s"]
        words = ["wrk", *shape, "-s", str(SCRIPT), target.url, "--", str(keys), str(body)]
        self._process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)

    def wait(self) -> Found:
        """Raises RuntimeError when it was no load at all."""
        try:
            printed, _ = self._process.communicate(timeout=self._seconds + PATIENCE)
        finally:
            self._process.kill()
            self._process.wait()
            self._folder.cleanup()
        lines = printed.splitlines()
        if self._process.returncode or not lines:
            raise RuntimeError(f"wrk ended with {self._process.returncode}: {printed[-500:]}")
        found = Found(**json.loads(lines[-1]))
        if not found.answers or found.broken:
            raise RuntimeError(
                f"{found.answers} answers, {found.broken} broken connections: {printed[-500:]}"
            )
        return found


def load(target: Target, connections: int, seconds: float) -> Found:
    return Load(target, connections, seconds).wait()
