"""Mounts that are gone when their context is left, however it is left.

The builder's own process mounts in a mount namespace that nobody else sees (`enter_private_namespace`),
so that even SIGKILL leaves nothing mounted on the host; the contexts keep order within it.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from images.builder import process
from images.builder.errors import CommandError

_CLONE_NEWNS = 0x00020000  # <linux/sched.h>; os.unshare is only in Python 3.12
_UNMOUNTABLE = frozenset("\\,: \t\n\"'")  # what overlayfs options or mountinfo would take apart


def enter_private_namespace() -> None:
    """From here on, this process's mounts are its own. Cannot be undone. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNS):
        error = ctypes.get_errno()
        raise OSError(error, f"cannot make a mount namespace: {os.strerror(error)}")
    process.run(("mount", "--make-rprivate", "/"))


@contextlib.contextmanager
def mounted(kind: str, source: str | Path, target: Path, options: str) -> Iterator[Path]:
    """Mounts a file system. Raises CommandError when that does not work."""
    process.run(("mount", "-t", kind, "-o", options, source, target))
    try:
        yield target
    finally:
        _unmount(target)


@contextlib.contextmanager
def bound(source: Path, target: Path, *, read_only: bool = False) -> Iterator[Path]:
    """Shows a file or folder at another place too. Raises CommandError when that does not work."""
    process.run(("mount", "--bind", source, target))
    try:
        if read_only:
            process.run(("mount", "-o", "remount,bind,ro", target))
        yield target
    finally:
        _unmount(target)


@contextlib.contextmanager
def overlay(lower: Sequence[Path], work: Path, upper: Path | None = None) -> Iterator[Path]:
    """Folders laid over each other, topmost first, and yields where the result is to be seen.

    `work` must be an empty folder, on one file system with `upper`. What is written goes to `upper`, in
    the format that `layer` reads, or below `work` when none is given.
    """
    for path in (*lower, work, *((upper,) if upper else ())):
        if _UNMOUNTABLE & set(str(path)):
            raise CommandError(f"overlayfs cannot take a path with such characters: {path}")
    top = upper or work / "upper"
    for folder in (top, work / "work", work / "merged"):
        folder.mkdir(parents=True, exist_ok=True)
    # redirect_dir and metacopy would make an upper folder that only overlayfs itself understands.
    options = (
        f"lowerdir={':'.join(map(str, lower))},upperdir={top},workdir={work / 'work'},"
        "redirect_dir=off,metacopy=off,index=off"
    )
    with mounted("overlay", "overlay", work / "merged", options) as merged:
        yield merged


def _unmount(target: Path) -> None:
    try:
        process.run(("umount", target))
    except CommandError:
        # Something still has a file open there. Out of sight now, and gone when that ends.
        process.run(("umount", "--lazy", target))
