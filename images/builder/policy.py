"""What may be in a layer: applied to every file on its way into one, so that nothing gets past it.

No set-user-id or set-group-id bits and no file capabilities (layers carry no extended attributes): a
cell has no_new_privs, so a program that needs them would not work, and one that does not cannot be
abused. No folder that everybody may write to unless each cell mounts its own over it: what one
execution leaves there, the next would find.
"""

from __future__ import annotations

import stat
from fnmatch import fnmatchcase

from images.builder import settings

# The folders that stay open to everybody. The agent mounts fresh ones over them.
OPEN_FOLDERS = frozenset({"tmp", "var/tmp", "dev/shm"})

# Left out, with everything below. `*` matches "/" too.
_STRIPPED = (
    "dev/[!s]*",  # the runtime makes its own; dev/shm is a mount point
    "dev/s[!h]*",
    "proc/*",
    "sys/*",
    "tmp/*",
    "run/[!l]*",  # run/lock belongs to base-files
    "var/tmp/*",
    "boot/*",
    "etc/apt",  # sources, keys and what mmdebstrap noted of this machine
    "etc/apt/*",
    "etc/dpkg/dpkg.cfg.d/99mmdebstrap",
    "etc/machine-id",
    "etc/.pwd.lock",
    "etc/ssl/certs/java/*.old",
    "usr/sbin/policy-rc.d",
    "var/cache/apt",
    "var/cache/apt/*",
    "var/lib/apt",
    "var/lib/apt/*",
    "var/lib/dbus/machine-id",
    "var/lib/dpkg/*-old",
    "var/lib/dpkg/lock*",
    "var/lib/dpkg/triggers/Lock",
)
# Backups that passwd's tools leave.
_BACKUPS = tuple(f"etc/{name}-" for name in ("passwd", "group", "shadow", "gshadow", "subuid", "subgid"))
# Only the files below these are left out: programs expect the folders.
_EMPTIED = ("var/cache/*", "var/log/*", "root/*")


def is_kept(path: str, mode: int) -> bool:
    """Whether a file belongs into a layer. `path` is relative to the root, `mode` is st_mode."""
    if path in _BACKUPS or any(fnmatchcase(path, pattern) for pattern in _STRIPPED):
        return False
    if stat.S_ISDIR(mode):
        return True
    if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):
        return False
    return not any(fnmatchcase(path, pattern) for pattern in _EMPTIED)


def permissions(path: str, mode: int) -> int:
    """The permission bits that a file gets in a layer."""
    bits = stat.S_IMODE(mode)
    if stat.S_ISLNK(mode):
        return 0o777
    if stat.S_ISDIR(mode):
        if path in OPEN_FOLDERS:
            return 0o1777
        return 0o755 if bits & stat.S_IWOTH else bits & ~(stat.S_ISUID | stat.S_ISGID | stat.S_ISVTX)
    return bits & ~(stat.S_ISUID | stat.S_ISGID | stat.S_ISVTX | stat.S_IWOTH)


def modification_time(time: float, build_start: float) -> int:
    """Seconds. What was there before the build keeps its time, what the build made gets a fixed one."""
    return settings.SOURCE_DATE_EPOCH if time >= build_start else int(time)
