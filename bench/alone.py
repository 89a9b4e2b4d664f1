"""Processes of a benchmark's own: control planes with executors without sandboxes, and the bare handler."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.crowd import crowd
from bench.private import free_port

PATIENCE = 30
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Service:
    """A process that serves."""

    pid: int
    url: str = ""

    @property
    def cpu_s(self) -> float:
        """CPU time of all its threads so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    @property
    def resident_mib(self) -> float:
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


@dataclass(frozen=True, slots=True)
class Alone:
    """A control plane, its executor, and a key of each tenant."""

    control: Service
    executor: Service
    keys: Sequence[str]


@contextmanager
def alone(tenants: int, *executor: str) -> Iterator[Alone]:
    """A control plane that lets everybody in, and `bench.prompt_executor` with these arguments."""
    with tempfile.TemporaryDirectory(prefix="hearth-bench-") as folder, ExitStack() as stack:
        keys = crowd(Path(folder) / "control.db", tenants)
        address = f"unix:{folder}/executor.sock"
        served = stack.enter_context(_process("bench.prompt_executor", address, *executor))
        port = free_port()
        settings = {
            "HEARTH_CONTROL_PORT": str(port),
            "HEARTH_CONTROL_DATABASE": f"sqlite:///{folder}/control.db",
            "HEARTH_CONTROL_EXECUTORS": address,
            "HEARTH_CONTROL_STATE_DIR": f"{folder}/state",
            "HEARTH_CONTROL_REQUESTS_PER_SECOND": "1000000",
            "HEARTH_CONTROL_EXECUTIONS_MAX": "1000",
            "XDG_CONFIG_HOME": folder,
        }
        log = stack.enter_context((Path(folder) / "log").open("wb"))
        control = stack.enter_context(_process("control", settings=settings, log=log.fileno()))
        url = f"http://127.0.0.1:{port}"
        _until_answered(control, f"{url}/readyz")
        yield Alone(Service(control.pid, url), Service(served.pid), keys)


@contextmanager
def bare() -> Iterator[Service]:
    port = free_port()
    with _process("bench.bare", str(port)) as process:
        url = f"http://127.0.0.1:{port}"
        _until_answered(process, url)
        yield Service(process.pid, url)


@contextmanager
def _process(
    module: str, *arguments: str, settings: dict[str, str] | None = None, log: int | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    words = [sys.executable, "-m", module, *arguments]
    process = subprocess.Popen(words, env={**os.environ, **(settings or {})}, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _until_answered(process: subprocess.Popen[bytes], url: str) -> None:
    """Raises RuntimeError when there is no answer, or none but of unavailability."""
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=PATIENCE).close()
            return
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise RuntimeError(f"{url}: no answer in {PATIENCE} s")
