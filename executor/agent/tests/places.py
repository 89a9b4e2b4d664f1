"""Where an agent under test runs: a root folder that borrows the host's /usr, natively or in gVisor."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
AGENT = HERE.parent
CAPABILITIES = [
    "CAP_SYS_ADMIN",
    "CAP_SYS_CHROOT",
    "CAP_SETPCAP",
    "CAP_SETUID",
    "CAP_SETGID",
    "CAP_KILL",
    "CAP_SYS_RESOURCE",
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_FOWNER",
]
FOLDERS = ["dev", "proc", "usr", "etc", "var/tmp", "tmp", "workspace", "build"]
NATIVE = """
mount --bind {root} {root} && mount --rbind /usr {root}/usr && mount --rbind /dev {root}/dev &&
mount -t proc proc {root}/proc &&
exec chroot {root} /usr/bin/env ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1 /agent
"""


def make_root(at: Path, binary: str) -> Path:
    """A root with the agent and the fixtures' programs in it."""
    for folder in FOLDERS:
        (at / folder).mkdir(parents=True)
    for link in ("bin", "lib", "lib64"):
        (at / link).symlink_to(f"usr/{link}")
    shutil.copy(AGENT / "build" / binary, at / "agent")
    for program in (AGENT / "build" / "programs").iterdir():
        shutil.copy(program, at / program.name)
    return at


def native(root: Path) -> list[str]:
    """The command of an agent in namespaces of its own, on the host's kernel."""
    script = NATIVE.format(root=root)
    namespaces = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script]
    return [sys.executable, str(HERE / "rooted.py"), *namespaces]


def gvisor(bundle: Path, root: Path, name: str) -> list[str]:
    """The command of a sandbox whose PID 1 is the agent."""
    sets = dict.fromkeys(("bounding", "effective", "permitted"), CAPABILITIES)
    mounts = [
        {"destination": "/proc", "type": "proc", "source": "proc"},
        {"destination": "/dev", "type": "tmpfs", "source": "tmpfs"},
        {"destination": "/usr", "type": "bind", "source": "/usr", "options": ["ro", "rbind"]},
    ]
    spec = {
        "ociVersion": "1.0.0",
        "process": {
            "user": {"uid": 0, "gid": 0},
            "args": ["/agent"],
            "env": ["PATH=/usr/bin"],
            "cwd": "/",
            "capabilities": sets,
            "noNewPrivileges": True,
        },
        "root": {"path": str(root), "readonly": True},
        "hostname": "sandbox",
        "mounts": mounts,
        "linux": {"namespaces": [{"type": kind} for kind in ("pid", "network", "ipc", "uts", "mount")]},
    }
    bundle.mkdir()
    (bundle / "config.json").write_text(json.dumps(spec))
    state = bundle / "state"
    flags = ["--network=none", "--platform=systrap", "--ignore-cgroups"]
    return ["runsc", "--root", str(state), *flags, "run", "--bundle", str(bundle), f"{name}-{os.getpid()}"]


def build() -> None:
    subprocess.run(["make", "-s", "-C", str(AGENT), "all", "programs", "build/agent-sanitized"], check=True)
