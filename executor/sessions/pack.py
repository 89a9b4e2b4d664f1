"""Packs: the frames that make files again, one file after the other, compressed.

A pack is written once and never changed. It is read from its beginning: everything of it when a session comes
back, and up to the file that is asked for when a client downloads one.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import zstandard

from executor import frames
from executor.sessions.head import LEVEL, BrokenSessionError

# Read and compressed at once.
CHUNK = 1 << 20

_HEADER = 5


class PackWriter:
    """Writes one pack, under a temporary name until it is whole.

    `add` only gathers; what is to be done with the disk happens in `write` and `close`, which block.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._temporary = path.with_name(f"{path.name}.new")
        self._file: BinaryIO | None = None
        self._compress = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compressobj()
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0

    def add(self, frame: bytes) -> None:
        self._waiting.append(frame)
        self._waiting_bytes += len(frame)

    @property
    def full(self) -> bool:
        """Whether so much has been gathered that it should be written."""
        return self._waiting_bytes >= CHUNK

    def write(self) -> None:
        """Writes what has been gathered. Raises OSError."""
        if self._file is None:
            self._file = open(self._temporary, "wb", opener=_private)  # noqa: SIM115
        waiting, self._waiting, self._waiting_bytes = self._waiting, [], 0
        self._file.write(self._compress.compress(b"".join(waiting)))

    def close(self) -> int:
        """Makes the pack exist; its size. Raises OSError."""
        self.write()
        assert self._file is not None
        self._file.write(self._compress.flush())
        size = self._file.tell()
        self._file.close()
        self._temporary.rename(self._path)
        return size

    def abandon(self) -> None:
        """Leaves nothing behind. Idempotent."""
        if self._file is not None:
            self._file.close()
            self._file = None
            self._temporary.unlink(missing_ok=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CLOEXEC, 0o600)


@dataclass(frozen=True, slots=True)
class Part:
    """A frame of a pack: the first of a file, which has its name, or a further one."""

    name: bytes | None
    content: bytes
    frame: bytes


def read_raw(file: BinaryIO) -> Iterator[bytes]:
    """All frames of a pack, in pieces that end anywhere. Raises BrokenSessionError."""
    try:
        with zstandard.ZstdDecompressor().stream_reader(file) as reader:
            while data := reader.read(CHUNK):
                yield data
    except zstandard.ZstdError as error:
        raise BrokenSessionError(f"a pack cannot be read: {error}") from error


def read_parts(file: BinaryIO) -> Iterator[Part]:
    """The frames of a pack. Raises BrokenSessionError."""
    rest = b""
    for data in read_raw(file):
        data = rest + data
        at = 0
        while len(data) - at >= _HEADER:
            end = at + _HEADER + int.from_bytes(data[at : at + 4], "little")
            if end > len(data):
                break
            yield _part(data[at:end])
            at = end
        rest = data[at:]
    if rest:
        raise BrokenSessionError("a pack ends within a frame")


def _part(frame: bytes) -> Part:
    payload = frame[_HEADER:]
    if frame[4] == frames.Command.FILE_MORE:
        return Part(None, payload, frame)
    entry = frames.entry_of(payload)
    return Part(entry.name, entry.content, frame)


def read_only(file: BinaryIO, names: Collection[bytes]) -> Iterator[bytes]:
    """The frames of some of a pack's files. Raises BrokenSessionError."""
    wanted = False
    for part in read_parts(file):
        if part.name is not None:
            wanted = part.name in names
        if wanted:
            yield part.frame


def read_content(file: BinaryIO, name: bytes) -> Iterator[bytes]:
    """What one file of a pack holds, in pieces. Raises BrokenSessionError when it is not there."""
    found = False
    for part in read_parts(file):
        if part.name is not None:
            if found:
                return
            found = part.name == name
        if found:
            yield part.content
    if not found:
        raise BrokenSessionError("a pack lacks a file that its session has")
