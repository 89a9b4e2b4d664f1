"""The cgroup of one sandbox, v1 and v2: what runsc puts the limits into, read and adjusted by its files.

Only the executor's own view; creation and removal are the OCI runtime's, save for what a crash left.
"""

from __future__ import annotations

import contextlib
import os
import signal
from dataclasses import dataclass
from pathlib import Path

from executor.cores import CpuSet

ROOT = Path("/sys/fs/cgroup")
UNIFIED = (ROOT / "cgroup.controllers").exists()

# The v1 hierarchies in which runsc makes a sandbox's cgroup.
_V1_CONTROLLERS = ("memory", "cpu", "cpuacct", "pids", "cpuset", "devices", "freezer", "blkio", "systemd")


@dataclass(frozen=True, slots=True)
class Cgroup:
    """A cgroup by its path below every hierarchy's root, as in an OCI spec's `cgroupsPath`."""

    path: str

    def _file(self, controller: str, name: str) -> Path:
        base = ROOT if UNIFIED else ROOT / controller
        return base / self.path.lstrip("/") / name

    def oom_kills(self) -> int:
        """Processes that the kernel killed for memory. 0 when the cgroup is gone."""
        name = "memory.events" if UNIFIED else "memory.oom_control"
        with contextlib.suppress(OSError):
            for line in self._file("memory", name).read_text().splitlines():
                key, _, value = line.partition(" ")
                if key == "oom_kill":
                    return int(value)
        return 0

    def memory_usage(self) -> int:
        """Bytes charged now."""
        name = "memory.current" if UNIFIED else "memory.usage_in_bytes"
        return int(self._file("memory", name).read_text())

    def set_memory_limit(self, size: int) -> None:
        """Raises OSError when more than `size` bytes are in use and cannot be reclaimed."""
        if UNIFIED:
            self._file("", "memory.max").write_text(str(size))
            return
        limit = self._file("memory", "memory.limit_in_bytes")
        with_swap = self._file("memory", "memory.memsw.limit_in_bytes")
        # The one may never exceed the other, so that the order depends on the direction.
        order = [limit, with_swap] if size < int(limit.read_text()) else [with_swap, limit]
        for file in order:
            if file.exists():
                file.write_text(str(size))

    def limits(self) -> dict[str, int]:
        """What the kernel really enforces: `memory` and `swap` bytes, `pids`, `cpu_quota` µs of `cpu_period`.

        Raises:
            OSError: a controller is missing, so that its limit is not enforced at all.
        """
        if UNIFIED:
            quota, period = self._file("", "cpu.max").read_text().split()
            return {
                "memory": _number(self._file("", "memory.max").read_text()),
                "pids": _number(self._file("", "pids.max").read_text()),
                "cpu_quota": _number(quota),
                "cpu_period": int(period),
            }
        return {
            "memory": int(self._file("memory", "memory.limit_in_bytes").read_text()),
            "pids": _number(self._file("pids", "pids.max").read_text()),
            "cpu_quota": int(self._file("cpu", "cpu.cfs_quota_us").read_text()),
            "cpu_period": int(self._file("cpu", "cpu.cfs_period_us").read_text()),
        }

    def confine(self, cpus: CpuSet) -> None:
        """Confines it to these CPUs. Raises OSError when the controller is missing or refuses."""
        self._file("cpuset", "cpuset.cpus").write_text(",".join(map(str, sorted(cpus))))

    def children(self) -> set[str]:
        """Names of the cgroups in this one. Empty when it is not there."""
        try:
            return {entry.name for entry in os.scandir(self._file("memory", "")) if entry.is_dir()}
        except FileNotFoundError:
            return set()

    def freeze(self) -> None:
        """Stops all of its processes where they are. Raises OSError where that cannot be done."""
        self._freeze(True)

    def thaw(self) -> None:
        """Lets its processes run again. Raises OSError when it is gone."""
        self._freeze(False)

    def _freeze(self, frozen: bool) -> None:
        if UNIFIED:
            self._file("", "cgroup.freeze").write_text(str(int(frozen)))
        else:
            self._file("freezer", "freezer.state").write_text("FROZEN" if frozen else "THAWED")

    def kill(self) -> None:
        """SIGKILL for every process in it and below: also for what is stopped, frozen or hangs."""
        for name in self.children():
            Cgroup(f"{self.path}/{name}").kill()
        # In v1 what is frozen dies when it is thawed, not before.
        with contextlib.suppress(OSError):
            self.thaw()
        with contextlib.suppress(OSError):
            for line in self._file("memory", "cgroup.procs").read_text().split():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(line), signal.SIGKILL)

    def remove(self) -> None:
        """Removes what is left of the cgroup and its children. What still holds a process stays."""
        for base in [ROOT] if UNIFIED else [ROOT / controller for controller in _V1_CONTROLLERS]:
            top = base / self.path.lstrip("/")
            for folder, _, _ in os.walk(top, topdown=False):
                with contextlib.suppress(OSError):
                    os.rmdir(folder)


def _number(text: str) -> int:
    """A limit file's value; -1 for "max"."""
    text = text.strip()
    return -1 if text == "max" else int(text)
