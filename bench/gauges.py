"""What sandboxes cost the host, read from their cgroups (v1 and v2) and from /proc."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from executor.cgroup import ROOT, UNIFIED, Cgroup
from host.layout import Layout

_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes that one sandbox takes.

    `charged` is what its cgroup is charged less the inactive file cache, which the kernel takes back
    first. `resident` is the sum of its processes' resident sets: what they share counts for each of them.
    `shim` is containerd's shim, which is outside the cgroup.
    """

    charged: int
    resident: int
    shim: int


def sandboxes(layout: Layout) -> list[str]:
    """Ids of a layout's sandboxes, from their cgroups."""
    return sorted(Cgroup(layout.cgroup).children())


def memory(layout: Layout, sandbox: str) -> Memory:
    """Raises OSError when the sandbox is gone."""
    usage = Cgroup(f"{layout.cgroup}/{sandbox}").memory_usage()
    name = "inactive_file" if UNIFIED else "total_inactive_file"
    inactive = _entry(_file(layout, sandbox, "memory", "memory.stat"), name)
    processes = _file(layout, sandbox, "memory", "cgroup.procs").read_text().split()
    return Memory(usage - inactive, sum(_resident(pid) for pid in processes), _shim(sandbox))


def cpu_seconds(layout: Layout, sandbox: str) -> float:
    """CPU seconds of everything that has run in the sandbox's cgroup. 0 when it is gone."""
    try:
        if UNIFIED:
            return _entry(_file(layout, sandbox, "", "cpu.stat"), "usage_usec") / 1e6
        return int(_file(layout, sandbox, "cpuacct", "cpuacct.usage").read_text()) / 1e9
    except OSError:
        return 0.0


def resting(layout: Layout, sandbox: str) -> bool:
    """Whether it is frozen, as the pool leaves it once its next runner is parked."""
    try:
        if UNIFIED:
            return _entry(_file(layout, sandbox, "", "cgroup.events"), "frozen") == 1
        return _file(layout, sandbox, "freezer", "freezer.state").read_text().strip() == "FROZEN"
    except OSError:
        return False


def _file(layout: Layout, sandbox: str, controller: str, name: str) -> Path:
    base = ROOT if UNIFIED else ROOT / controller
    return base / layout.cgroup.lstrip("/") / sandbox / name


def _entry(file: Path, key: str) -> int:
    """The value of a line `KEY VALUE`."""
    lines = (line.split() for line in file.read_text().splitlines())
    return next(int(value) for name, value in lines if name == key)


def _resident(pid: str) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except OSError:
        return 0


def _shim(sandbox: str) -> int:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"containerd-shim" in words[0] and sandbox.encode() in words:
                return _resident(folder.name)
    return 0
