"""The OCI runtime spec of a sandbox: what the host gives it, and nothing else.

Capabilities here are inside gVisor's own kernel, for the agent: it makes cells with them and drops
them for every program. None of them reaches the host.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

AGENT = "/.hearth/agent"

_AGENT_CAPABILITIES = [
    "CAP_CHOWN",  # files of the workspace belong to the program's user
    "CAP_DAC_OVERRIDE",  # and the agent still writes them, wherever the program put its modes
    "CAP_FOWNER",
    "CAP_KILL",  # ends what another uid started
    "CAP_SETGID",
    "CAP_SETPCAP",  # empties the bounding set
    "CAP_SETUID",
    "CAP_SYS_ADMIN",  # namespaces and mounts of a cell
    "CAP_SYS_CHROOT",  # joining a mount namespace asks for it
    "CAP_SYS_RESOURCE",  # rlimits of a runner that is already parked
]

CPU_PERIOD = 100_000  # µs, the kernel's default


@dataclass(frozen=True, slots=True)
class Resources:
    """What a sandbox's cgroup enforces. Bytes, CPUs, host threads."""

    memory: int
    cpus: int
    pids: int

    @property
    def cpu_quota(self) -> int:
        """µs of CPU time in each period."""
        return self.cpus * CPU_PERIOD


def sandbox_spec(*, hostname: str, cgroup: str, resources: Resources) -> bytes:
    """The spec as JSON, for containerd."""
    spec = {
        "ociVersion": "1.0.2",
        "hostname": hostname,
        "process": {
            "terminal": False,
            "user": {"uid": 0, "gid": 0},
            "args": [AGENT],
            "env": ["PATH=/usr/bin:/bin"],
            "cwd": "/",
            "noNewPrivileges": True,
            "capabilities": dict.fromkeys(("bounding", "effective", "permitted"), _AGENT_CAPABILITIES),
            # A program that has no limit of its own is still far from the host's.
            "rlimits": [{"type": "RLIMIT_CORE", "hard": 0, "soft": 0}],
        },
        "root": {"path": "rootfs", "readonly": True},
        "mounts": [
            {"destination": "/proc", "type": "proc", "source": "proc"},
            {
                "destination": "/dev",
                "type": "tmpfs",
                "source": "tmpfs",
                "options": ["nosuid", "noexec", "mode=755", "size=64k"],
            },
        ],
        "linux": {
            "cgroupsPath": cgroup,
            "namespaces": [{"type": kind} for kind in ("pid", "network", "ipc", "uts", "mount")],
            "resources": {
                "memory": {"limit": resources.memory, "swap": resources.memory},
                "cpu": {"quota": resources.cpu_quota, "period": CPU_PERIOD},
                "pids": {"limit": resources.pids},
            },
        },
    }
    return json.dumps(spec).encode()
