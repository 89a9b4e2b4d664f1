"""Closed loops: so many clients at once, each of which sends the next as soon as the last is answered."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from bench.peers import hearth
from bench.sample import Series

# Runs one program; False when it was refused or failed.
Once = Callable[[], bool]


@dataclass(slots=True)
class Loop:
    """What a closed loop reached."""

    name: str
    detail: str
    clients: int
    seconds: float = 0.0
    failed: int = 0
    # ms of each execution that was carried out.
    took: Series = field(default_factory=lambda: Series("", ""))

    @property
    def rate(self) -> float:
        """Executions carried out a second."""
        return len(self.took.times) / self.seconds if self.seconds else 0.0

    def summary(self) -> dict[str, object]:
        found = self.took.summary() if self.took.times else {}
        facts = {"name": self.name, "detail": self.detail, "clients": self.clients, "failed": self.failed}
        return found | facts | {"seconds": round(self.seconds, 2), "per_second": round(self.rate, 2)}


def drive(loop: Loop, clients: Sequence[Once], seconds: float) -> Loop:
    """Lets the clients loop for so long, until each has had its last answer."""
    began = time.perf_counter()

    def work(once: Once) -> None:
        while time.perf_counter() < began + seconds:
            started = time.perf_counter()
            done = once()
            took = (time.perf_counter() - started) * 1000
            if done:
                loop.took.times.append(took)
            else:
                loop.failed += 1
                # Who was refused does not ask again at once.
                time.sleep(0.1)

    threads = [threading.Thread(target=work, args=(once,)) for once in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    loop.seconds = time.perf_counter() - began
    return loop


def callers(stack: ExitStack, url: str, keys: Sequence[str], code: str, count: int) -> list[Once]:
    """Clients of Hearth, each of which sends for one tenant after the other: keys in turn."""

    def caller(first: int) -> Once:
        calls = [stack.enter_context(hearth(url, key, "python", code)) for key in keys]
        turn = iter(range(first, 1 << 62))

        def once() -> bool:
            run = calls[next(turn) % len(calls)]().get("run")
            return isinstance(run, dict) and run.get("code") == 0

        return once

    # Not all with the same tenant at a time.
    return [caller(number * len(keys) // count) for number in range(count)]
