"""The lowest layer of every image: the smallest Debian that runs, and the user that programs run as."""

from __future__ import annotations

import os
from pathlib import Path

from images.builder import process, settings
from images.builder.apt import Apt

# No shadow files: nothing in the base makes them, and "x" without one lets nobody in by password.
_USER_LINES = {
    "etc/passwd": f"{settings.USER}:x:{settings.USER_ID}:{settings.USER_ID}::{settings.HOME}:/bin/bash\n",
    "etc/group": f"{settings.USER}:x:{settings.USER_ID}:\n",
}
# mmdebstrap copies the first two from the host, of which an image must know nothing.
_FILES = {
    "etc/hostname": "hearth\n",
    "etc/resolv.conf": "",
    "etc/hosts": "127.0.0.1 localhost hearth\n::1 localhost\n",
}
# Made so that a read-only root has something to mount over: mode, owner.
_MOUNT_POINTS = {
    settings.HOME.lstrip("/"): (0o755, settings.USER_ID),
    "build": (0o755, settings.USER_ID),
    "tmp": (0o1777, 0),
    "var/tmp": (0o1777, 0),
    "dev": (0o755, 0),
    "dev/shm": (0o1777, 0),
    "proc": (0o755, 0),
    "sys": (0o755, 0),
    # Maintainer scripts of Java fail without it.
    "usr/share/man/man1": (0o755, 0),
}


def make(root: Path, apt: Apt, scratch: Path) -> None:
    """Makes the base in `root`, a folder that is not there yet. Takes some 20 s. Raises CommandError."""
    options = scratch / "mmdebstrap.conf"
    options.write_text(apt.transport_options())
    excluded = [f"--dpkgopt=path-exclude={pattern}" for pattern in settings.EXCLUDED_PATHS]
    included = [f"--dpkgopt=path-include={pattern}" for pattern in settings.INCLUDED_PATHS]
    command: tuple[str | Path, ...] = (
        "mmdebstrap",
        "--mode=root",
        "--format=directory",
        f"--variant={settings.VARIANT}",
        f"--include={','.join(settings.BASE_PACKAGES)}",
        f"--aptopt={options}",
        "--dpkgopt=force-unsafe-io",
        *excluded,
        *included,
        settings.SUITE,
        root,
        apt.sources,
    )
    env = {**os.environ, "SOURCE_DATE_EPOCH": str(settings.SOURCE_DATE_EPOCH), "LC_ALL": "C.UTF-8"}
    process.run(command, env=env)
    _add_user(root)


def _add_user(root: Path) -> None:
    for name, line in _USER_LINES.items():
        path = root / name
        path.write_text(path.read_text() + line)
    for name, content in _FILES.items():
        (root / name).unlink(missing_ok=True)
        (root / name).write_text(content)
    for name, (mode, owner) in _MOUNT_POINTS.items():
        (root / name).mkdir(parents=True, exist_ok=True)
        os.chown(root / name, owner, owner)
        (root / name).chmod(mode)
