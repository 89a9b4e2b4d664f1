"""Removes what services that were killed left on the host: sandboxes, mounts, cgroups, files.

A stack that stops in order leaves nothing; this is for the ones that did not. It ends only processes
that belong to the layout: those in its cgroup, and those that carry its mark in their environment.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from executor.cgroup import ROOT, UNIFIED, Cgroup
from executor.containerd.shim import shim_socket
from host.layout import Layout
from host.services import MARK

# Seconds for killed processes to be gone.
_GONE_SECONDS = 10.0


def sweep(layout: Layout) -> None:
    """Leaves no process, mount, cgroup or runtime file of a stopped stack behind."""
    deadline = time.monotonic() + _GONE_SECONDS
    while (pids := _marked(layout) | _in_cgroup(layout)) and time.monotonic() < deadline:
        Cgroup(layout.cgroup).kill()
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
    for mount in _mounts_below(layout.run):
        subprocess.run(["umount", "--lazy", mount], check=False)  # noqa: S603, S607
    Cgroup(layout.cgroup).remove()
    for bundle in _bundles(layout):
        shim_socket(str(layout.containerd_socket), bundle.parent.name, bundle.name).unlink(missing_ok=True)
    shutil.rmtree(layout.run, ignore_errors=True)


def leftovers(layout: Layout) -> list[str]:
    """What is there of a stack, in words; empty when it is wholly down."""
    found = [f"process {pid}" for pid in sorted(_marked(layout) | _in_cgroup(layout))]
    found += [f"mount {mount}" for mount in _mounts_below(layout.run)]
    found += [f"cgroup {folder}" for folder in _cgroup_folders(layout) if folder.exists()]
    found += [f"folder {layout.run}"] if layout.run.exists() else []
    return found


def _bundles(layout: Layout) -> list[Path]:
    """containerd's folders of containers whose shims are there or were killed: NAMESPACE/ID."""
    return list(layout.run.glob("containerd/io.containerd.runtime.v2.task/*/*"))


def _marked(layout: Layout) -> set[int]:
    """The services of the layout and what they started, shims above all: all inherit the mark."""
    mark = os.fsencode(f"{MARK}={layout.run}")
    found = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    found.add(int(folder.name))
    return found


def _cgroup_folders(layout: Layout) -> list[Path]:
    bases = [ROOT] if UNIFIED else [ROOT / name for name in ("memory", "cpu", "pids")]
    return [base / layout.cgroup.lstrip("/") for base in bases]


def _in_cgroup(layout: Layout) -> set[int]:
    found: set[int] = set()
    for top in _cgroup_folders(layout):
        for procs in top.rglob("cgroup.procs"):
            with suppress(OSError):
                found |= {int(line) for line in procs.read_text().split()}
    return found


def _mounts_below(folder: Path) -> list[str]:
    """Mount points below a folder, innermost first."""
    prefix = f"{folder}/"
    lines = Path("/proc/self/mounts").read_text().splitlines()
    points = [line.split()[1].encode().decode("unicode_escape") for line in lines]
    return [point for point in reversed(points) if point.startswith(prefix)]
