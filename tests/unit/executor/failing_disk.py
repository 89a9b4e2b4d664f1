"""A disk that fails at a moment that a test chooses, or under an executor that is killed there."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

import pytest

from executor.sessions import pack

# What a full disk refuses. Removing works, and so does renaming.
TAKES_ROOM = {"open", "mkdir", "link", "write", "close"}


class Killed(BaseException):
    """Nothing happens any more."""


class _File:
    """A file whose writes may fail half-way."""

    def __init__(self, file: BinaryIO, step: Callable[[str], None]) -> None:
        self._file = file
        self._step = step

    def write(self, data: bytes) -> int:
        try:
            self._step("write")
        except BaseException:
            self._file.write(data[: len(data) // 2])
            raise
        return self._file.write(data)

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        if not self._file.closed:
            self._file.close()
            self._step("close")

    def __enter__(self) -> "_File":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextmanager
def failing(at: int, error: BaseException) -> Iterator[list[str]]:
    """From step number `at` on, counted from 1, what changes the disk raises; yields the steps so far.

    An `OSError` is one of a full disk: only what takes room fails.
    """
    steps: list[str] = []

    def step(name: str) -> None:
        steps.append(name)
        if len(steps) >= at and (not isinstance(error, OSError) or name in TAKES_ROOM):
            raise error

    def watched(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            step(name)
            return real(*args, **kwargs)

        return call

    def fdopen(descriptor: int, mode: str) -> Any:
        return _File(cast(BinaryIO, open(descriptor, mode)), step)

    def pack_open(*args: Any, **kwargs: Any) -> Any:
        return _File(open(*args, **kwargs), step)

    with pytest.MonkeyPatch.context() as patch:
        for name in ("open", "mkdir", "rename", "unlink", "link", "utime"):
            patch.setattr(os, name, watched(name, getattr(os, name)))
        patch.setattr(os, "fdopen", fdopen)
        patch.setattr(pack, "open", pack_open, raising=False)
        yield steps


def full() -> OSError:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
