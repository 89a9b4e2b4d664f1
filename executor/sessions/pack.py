"""Packs: the frames that make files again, one file after the other, compressed.

A pack is written once and never changed. It is read from its beginning: everything of it when a session comes
back, and up to the file that is asked for when a client downloads one. What is written at once is compressed
by itself, with a checksum of its own, and nothing of it is passed on before that has been verified.
"""

from __future__ import annotations

import contextlib
import os
import struct
from collections.abc import Iterator
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
            # The first of a tenant may be a pack: its head comes after it.
            self._path.parent.mkdir(mode=0o700, exist_ok=True)
            self._file = open(self._temporary, "wb", opener=_private)  # noqa: SIM115
        waiting, self._waiting, self._waiting_bytes = self._waiting, [], 0
        compress = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compress
        self._file.write(compress(b"".join(waiting)))

    def close(self) -> int:
        """Makes the pack exist; its size. Raises OSError."""
        self.write()
        assert self._file is not None
        size = self._file.tell()
        self._file.close()
        self._temporary.rename(self._path)
        return size

    def abandon(self) -> None:
        """Leaves nothing behind, also when it was whole. Idempotent."""
        if self._file is not None:
            # What a full disk did not take it does not take now.
            with contextlib.suppress(OSError):
                self._file.close()
            self._file = None
            for path in (self._temporary, self._path):
                path.unlink(missing_ok=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CLOEXEC, 0o600)


@dataclass(frozen=True, slots=True)
class Part:
    """A frame of a pack: the first of a file, which has its name, or a further one."""

    name: bytes | None
    content: bytes
    frame: bytes


def open_pack(path: Path, size: int) -> BinaryIO:
    """A pack of so many bytes. Raises OSError, and BrokenSessionError when it has not as many."""
    file = path.open("rb")
    if os.fstat(file.fileno()).st_size != size:
        file.close()
        raise BrokenSessionError("a pack is not as long as it was")
    return file


def _read_raw(file: BinaryIO) -> Iterator[bytes]:
    """What was put into a pack, as much at once as was written at once."""
    data = file.read(CHUNK)
    while data:
        one = zstandard.ZstdDecompressor().decompressobj()
        plain = []
        while not one.eof:
            if not data:
                raise BrokenSessionError("a pack ends early")
            plain.append(one.decompress(data))
            data = one.unused_data or file.read(CHUNK)
        yield b"".join(plain)


def read_parts(file: BinaryIO) -> Iterator[Part]:
    """The frames of a pack. Raises BrokenSessionError."""
    try:
        for data in _read_raw(file):
            at = 0
            while at < len(data):
                end = at + _HEADER + int.from_bytes(data[at : at + 4], "little")
                if end > len(data):
                    raise ValueError("it ends within a frame")
                yield _part(data[at:end])
                at = end
    except (zstandard.ZstdError, struct.error, ValueError, frames.FrameError) as error:
        raise BrokenSessionError(f"a pack cannot be read: {error}") from error


def _part(frame: bytes) -> Part:
    payload = frame[_HEADER:]
    if frame[4] == frames.Command.FILE_MORE:
        return Part(None, payload, frame)
    entry = frames.entry_of(payload)
    return Part(entry.name, entry.content, frame)


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
