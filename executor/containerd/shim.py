"""What shims leave outside of containerd's own folders: where each listens, and the process itself.

A shim of which containerd lost sight, because its boot was given up in a bad moment, is known to nobody but
the kernel: it is found by its command line.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
from itertools import pairwise
from pathlib import Path

# Compiled into containerd and its shims; their configuration does not move it.
_SOCKETS = Path("/run/containerd/s")


def shim_socket(containerd_socket: str, namespace: str, container_id: str) -> Path:
    """The socket of the shim of one container."""
    name = f"{containerd_socket}/{namespace}/{container_id}"
    return _SOCKETS / hashlib.sha256(name.encode()).hexdigest()


def living_shims(containerd_socket: str, namespace: str) -> dict[str, int]:
    """The pids of a containerd's shims, by container."""
    found = {}
    for folder in os.listdir("/proc"):
        if (
            folder.isdigit()
            and (container := _shim_of(int(folder), containerd_socket, namespace)) is not None
        ):
            found[container] = int(folder)
    return found


def kill_shim(pid: int, containerd_socket: str, namespace: str, container_id: str) -> None:
    """Kills the shim of a container, unless the pid is another's by now."""
    with contextlib.suppress(OSError):
        process = os.pidfd_open(pid)
        try:
            if _shim_of(pid, containerd_socket, namespace) == container_id:
                signal.pidfd_send_signal(process, signal.SIGKILL)
        finally:
            os.close(process)


def _shim_of(pid: int, containerd_socket: str, namespace: str) -> str | None:
    """The container that a process is the shim of."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return None
    if "containerd-shim" not in command[0]:
        return None
    options = dict(pairwise(command[1:]))
    ours = options.get("-address") == containerd_socket and options.get("-namespace") == namespace
    # What containerd has run to clean up after a shim that died is none, and must come to its end.
    return options.get("-id") if ours and "delete" not in command else None
