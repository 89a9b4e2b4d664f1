"""The agent's side of the wire, written from PROTOCOL.md alone: what both sides say."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

MAX_PAYLOAD = 65536

CONFIGURE, PARK, FILE, FILE_MORE, START, STDIN, STDIN_EOF, SIGNAL, KILL, SAVE, REMOVE = range(0x01, 0x0C)
HELLO, PARKED, STDOUT, STDERR, EXIT, CREDIT, ERROR, SAVED_ENTRY, SAVED_MORE, SAVED = range(0x81, 0x8B)

WORKSPACE, BUILD = range(2)


def frame(kind: int, payload: bytes = b"") -> bytes:
    return len(payload).to_bytes(4, "little") + bytes([kind]) + payload


def split(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """The frames of a whole stream, which must end where a frame does."""
    while stream:
        length, kind = int.from_bytes(stream[:4], "little"), stream[4]
        assert length <= MAX_PAYLOAD
        assert len(stream) >= 5 + length
        yield kind, stream[5 : 5 + length]
        stream = stream[5 + length :]


def hello(version: int = 1) -> bytes:
    return frame(HELLO, version.to_bytes(4, "little"))


def parked(nanoseconds: int = 1) -> bytes:
    return frame(PARKED, nanoseconds.to_bytes(8, "little"))


def stdout(data: bytes) -> bytes:
    return frame(STDOUT, data)


def stderr(data: bytes) -> bytes:
    return frame(STDERR, data)


def exited(
    code: int = 0, *, signal: int | None = None, reason: int = 0, wall: int = 0, cpu: int = 0, rss: int = 0
) -> bytes:
    how, value = (0, code) if signal is None else (1, signal)
    return frame(EXIT, struct.pack("<BBBQQQ", how, value, reason, wall, cpu, rss))


def ended(code: int = 0, **usage: int) -> bytes:
    """The end of a run that left nothing."""
    return exited(code, **usage) + saved()


def credit(size: int) -> bytes:
    return frame(CREDIT, size.to_bytes(4, "little"))


def failed(errno: int, text: bytes) -> bytes:
    return frame(ERROR, errno.to_bytes(2, "little") + text)


def entry(
    name: bytes, content: bytes, *, place: int = 0, kind: int = 0, mode: int = 0o644, mtime: int = 0
) -> bytes:
    """The payload of FILE and of SAVED_ENTRY."""
    return struct.pack("<BBIQI", place, kind, mode, mtime, len(name)) + name + content


def saved(errno: int = 0) -> bytes:
    return frame(SAVED, errno.to_bytes(2, "little"))


class Payload:
    """Takes one field after the other."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def take(self, size: int) -> bytes:
        assert len(self._data) >= size
        taken, self._data = self._data[:size], self._data[size:]
        return taken

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "little")

    def text(self) -> str:
        return self.take(self.number(4)).decode()

    def strs(self) -> list[str]:
        found = []
        for _ in range(self.number(4)):
            text, nul, self._data = self._data.partition(b"\0")
            assert nul
            found.append(text.decode())
        return found

    def rest(self) -> bytes:
        return self.take(len(self._data))

    def end(self) -> None:
        assert not self._data


@dataclass(frozen=True)
class Configured:
    uid: int
    gid: int
    tmp_bytes: int
    workspace_bytes: int
    stdin_window: int
    argv: list[str]
    env: list[str]

    @classmethod
    def read(cls, data: bytes) -> "Configured":
        payload = Payload(data)
        numbers = (payload.number(size) for size in (4, 4, 8, 8, 4))
        uid, gid, tmp, workspace, window = numbers
        found = cls(uid, gid, tmp, workspace, window, payload.strs(), payload.strs())
        payload.end()
        return found


@dataclass(frozen=True)
class Started:
    parked: bool
    further: bool
    max_processes: int
    max_open_files: int
    max_file_bytes: int
    max_stack_bytes: int
    cpu_ms: int
    argv: list[str]
    env: list[str]

    @classmethod
    def read(cls, data: bytes) -> "Started":
        payload = Payload(data)
        flags = payload.number(1)
        assert flags in (0, 1, 3)
        processes, files, size, stack, cpu = (payload.number(size) for size in (4, 4, 8, 8, 8))
        found = cls(
            bool(flags & 1),
            bool(flags & 2),
            processes,
            files,
            size,
            stack,
            cpu,
            payload.strs(),
            payload.strs(),
        )
        payload.end()
        return found


def file_of(first: bytes, *more: bytes) -> tuple[int, str, bytes]:
    """Mode, name and content out of the payloads of a FILE and its FILE_MOREs."""
    payload = Payload(first)
    assert (payload.number(1), payload.number(1)) == (0, 0)
    mode = payload.number(4)
    assert payload.number(8) == 0
    return mode, payload.text(), b"".join((payload.rest(), *more))
