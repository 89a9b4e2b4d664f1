"""Where a shim listens: outside of containerd's own folders, and there it stays when a shim is killed."""

from __future__ import annotations

import hashlib
from pathlib import Path

# Compiled into containerd and its shims; their configuration does not move it.
_SOCKETS = Path("/run/containerd/s")


def shim_socket(containerd_socket: str, namespace: str, container_id: str) -> Path:
    """The socket of the shim of one container."""
    name = f"{containerd_socket}/{namespace}/{container_id}"
    return _SOCKETS / hashlib.sha256(name.encode()).hexdigest()
