"""A root file system in which the distribution's own programs can run while an image is built."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from images.builder import mounts, process, settings

_DEVICES = {"null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9)}
_LINKS = {"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"}
# Answers "do not start it" (101, invoke-rc.d's protocol) for every service of every package.
_POLICY = "#!/bin/sh\nexit 101\n"
# The smallest environment that programs expect.
ENVIRONMENT = {"PATH": settings.ENVIRONMENT["PATH"], "HOME": "/tmp", "LANG": "C.UTF-8"}  # noqa: S108


@contextlib.contextmanager
def prepared(root: Path) -> Iterator[Path]:
    """Gives `root` a /proc, a /dev, and a /tmp and /run of which nothing stays; no service starts."""
    policy = root / "usr/sbin/policy-rc.d"
    with contextlib.ExitStack() as stack:
        for name, options in (("dev", "mode=0755"), ("tmp", "mode=1777"), ("run", "mode=0755")):
            (root / name).mkdir(exist_ok=True)
            stack.enter_context(mounts.mounted("tmpfs", "tmpfs", root / name, f"{options},nosuid"))
        (root / "proc").mkdir(exist_ok=True)
        stack.enter_context(mounts.mounted("proc", "proc", root / "proc", "nosuid,nodev,noexec"))
        _make_devices(root / "dev")
        policy.write_text(_POLICY)
        policy.chmod(0o755)
        stack.callback(policy.unlink, missing_ok=True)
        yield root


def run(
    root: Path, command: Sequence[str], *, env: Mapping[str, str] | None = None, folder: str = "/"
) -> str:
    """Runs a command with `root` as its file system, as root. Raises CommandError when it fails.

    In a PID namespace of its own, so that what it leaves running ends with it.
    """
    inside = ("chroot", str(root), "/usr/bin/env", "-C", folder, *command)
    words = ("unshare", "--pid", "--fork", "--kill-child", *inside)
    return process.run(words, env={**ENVIRONMENT, **(env or {})})


def _make_devices(folder: Path) -> None:
    for name, (major, minor) in _DEVICES.items():
        os.mknod(folder / name, stat.S_IFCHR | 0o666, os.makedev(major, minor))
        (folder / name).chmod(0o666)  # mknod's mode went through the umask
    for name, target in _LINKS.items():
        (folder / name).symlink_to(target)
    (folder / "shm").mkdir(mode=0o1777)
