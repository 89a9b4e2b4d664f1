"""A file of a journal, to which lines are appended."""

import errno
import os
from pathlib import Path


class Segment:
    """A line is the kernel's once `append` has returned: the process may be killed, not the machine fail."""

    def __init__(self, path: Path) -> None:
        """Raises OSError."""
        self.size = 0
        self._torn = False
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)

    def append(self, lines: bytes) -> None:
        """Raises OSError: of the lines, some may not be there."""
        if self._torn:
            # What is there of a line must not spoil this one.
            lines = b"\n" + lines
        written = os.write(self._descriptor, lines)
        self.size += written
        self._torn = written < len(lines)
        if self._torn:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def close(self) -> None:
        """What is appended later is an OSError."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
