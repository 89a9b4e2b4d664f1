"""Folders of journals: one for each process, locked for as long as the process lives.

The lock is on the folder itself, and the kernel takes it back however the process ends. So a folder that can
be locked is one that nobody writes to any more.
"""

import fcntl
import os
import re
import secrets
from pathlib import Path

SEGMENT = re.compile(r"([0-9]{12})\.jsonl")


class Folder:
    """Locked until `release`. Every method may raise OSError."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.name = path.name
        self._path = path
        self._descriptor = descriptor

    def segments(self) -> list[int]:
        found = (SEGMENT.fullmatch(name) for name in os.listdir(self._path))
        return sorted(int(match[1]) for match in found if match)

    def path_of(self, segment: int) -> Path:
        return self._path / f"{segment:012}.jsonl"

    def draft_of(self, segment: int) -> Path:
        """Where it is written before it takes the place of the one that is there."""
        return self._path / f"{segment:012}.draft"

    def empty(self) -> None:
        for name in os.listdir(self._path):
            os.unlink(self._path / name)

    def remove(self) -> None:
        """Once it is empty."""
        os.rmdir(self._path)

    def release(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def make(root: Path) -> Folder:
    """A new one, for this process. Raises OSError."""
    # Of parents that are missing, only the last gets the mode.
    for there in (root.parent, root):
        there.mkdir(mode=0o700, parents=True, exist_ok=True)
    while True:
        path = root / secrets.token_hex(8)
        path.mkdir(mode=0o700)
        # Before it was locked somebody may have taken it for an abandoned one.
        if (folder := claim(path)) is not None:
            return folder


def claim(path: Path) -> Folder | None:
    """None: another has it, or had it and has removed it. Raises OSError."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(descriptor), os.stat(path)):
            return Folder(path, descriptor)
    except (BlockingIOError, FileNotFoundError):
        pass
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None
