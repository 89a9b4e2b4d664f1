"""Whether this host can build, asked before anything is changed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from images.builder import settings
from images.builder.errors import MissingToolsError

# Command and the Debian package that has it.
_TOOLS = {
    "apt-get": "apt",
    "chroot": "coreutils",
    "mmdebstrap": "mmdebstrap",
    "mount": "mount",
    "tar": "tar",
    "unshare": "util-linux",
    "zstd": "zstd",
}
_FILE_SYSTEMS = Path("/proc/filesystems")


def check(agent: Path) -> None:
    """Raises MissingToolsError, which says everything that is missing and what to do about it."""
    problems: list[str] = []
    packages = {package for tool, package in _TOOLS.items() if not shutil.which(tool)}
    if not settings.KEYRING.exists():
        packages.add("debian-archive-keyring")
    if packages:
        problems.append(f"missing on this host; run: apt-get install {' '.join(sorted(packages))}")
    if os.geteuid():
        problems.append("building mounts file systems, so it must run as root")
    if not _has_overlayfs():
        problems.append("this kernel has no overlayfs; run: modprobe overlay")
    if not agent.is_file():
        problems.append(
            f"the agent is not built: there is no {agent}; run: make agent, or name one with --agent"
        )
    if problems:
        raise MissingToolsError("\n".join(problems))


def _has_overlayfs() -> bool:
    return any(line.split()[-1] == "overlay" for line in _FILE_SYSTEMS.read_text().splitlines())
