"""The frames that agent and executor exchange, as `executor/agent/PROTOCOL.md` defines them.

Pure: bytes in, typed frames out. Whatever an agent sends is hostile input, so that decoding either
yields a well-formed frame or raises `FrameError`; it never trusts a length before checking it.
"""

from __future__ import annotations

import enum
import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

MAX_PAYLOAD = 65536
PROTOCOL_VERSION = 1

_HEADER = struct.Struct("<IB")


class FrameError(Exception):
    """An agent sent what the protocol does not allow. Its sandbox is not to be trusted further."""


class UnexpectedFrameError(FrameError):
    """An agent answered with what it was not asked for."""


class Command(enum.IntEnum):
    """Frame types from the executor to the agent."""

    CONFIGURE = 0x01
    PARK = 0x02
    FILE = 0x03
    FILE_MORE = 0x04
    START = 0x05
    STDIN = 0x06
    STDIN_EOF = 0x07
    SIGNAL = 0x08
    KILL = 0x09
    SAVE = 0x0A
    REMOVE = 0x0B


class Place(enum.IntEnum):
    """A folder that files are put into and taken from."""

    WORKSPACE = 0
    BUILD = 1


class Kind(enum.IntEnum):
    """What an entry of a place is."""

    FILE = 0
    FOLDER = 1
    LINK = 2
    # A file of which nothing has changed since it was sent, either way. Never sent to an agent.
    SAME = 3


class Saving(enum.IntFlag):
    """How much of a place is to be sent."""

    ALL = 0
    CHANGED = 1
    ENVIRONMENT = 2


@dataclass(frozen=True, slots=True)
class Hello:
    version: int


@dataclass(frozen=True, slots=True)
class Parked:
    nanoseconds: int


@dataclass(frozen=True, slots=True)
class Stdout:
    data: bytes


@dataclass(frozen=True, slots=True)
class Stderr:
    data: bytes


class ExitReason(enum.IntEnum):
    NONE = 0
    CPU_TIME = 1
    KILLED = 2


@dataclass(frozen=True, slots=True)
class Exit:
    """How a stage ended: `code` or `signal` is set, never both."""

    code: int | None
    signal: int | None
    reason: ExitReason
    wall_ns: int
    cpu_ns: int
    max_rss: int


@dataclass(frozen=True, slots=True)
class Credit:
    size: int


@dataclass(frozen=True, slots=True)
class Failed:
    """The agent could not do what FILE or START asked."""

    errno: int
    text: str


@dataclass(frozen=True, slots=True)
class SavedEntry:
    """An entry of a place that is being saved, with the first part of what it holds."""

    place: Place
    kind: Kind
    mode: int
    mtime_ns: int
    name: bytes
    content: bytes

    def again(self) -> bytes:
        """The frame that makes it again."""
        return entry(self.place, self.kind, self.mode, self.mtime_ns, self.name, self.content)


@dataclass(frozen=True, slots=True)
class SavedMore:
    """More of the last entry."""

    content: bytes

    def again(self) -> bytes:
        """The frame that makes it again."""
        return more(self.content)


@dataclass(frozen=True, slots=True)
class Saved:
    """All of a place has been sent, or an error ended it."""

    errno: int


Frame = Hello | Parked | Stdout | Stderr | Exit | Credit | Failed | SavedEntry | SavedMore | Saved

_U16 = struct.Struct("<H")
_U32 = struct.Struct("<I")
_U64 = struct.Struct("<Q")
_EXIT = struct.Struct("<BBBQQQ")
_ENTRY = struct.Struct("<BBIQI")


def _hello(payload: bytes) -> Hello:
    return Hello(*_U32.unpack(payload))


def _parked(payload: bytes) -> Parked:
    return Parked(*_U64.unpack(payload))


def _exit(payload: bytes) -> Exit:
    how, value, reason, wall_ns, cpu_ns, max_rss = _EXIT.unpack(payload)
    if how not in (0, 1):
        raise FrameError(f"EXIT of an unknown kind {how}")
    code, signal = (value, None) if how == 0 else (None, value)
    return Exit(code, signal, ExitReason(reason), wall_ns, cpu_ns, max_rss)


def _credit(payload: bytes) -> Credit:
    return Credit(*_U32.unpack(payload))


def _failed(payload: bytes) -> Failed:
    (errno,) = _U16.unpack_from(payload)
    return Failed(errno, payload[2:].decode(errors="replace"))


def entry_of(payload: bytes) -> SavedEntry:
    """The entry that a FILE or SAVED_ENTRY tells of. Raises struct.error, ValueError, FrameError."""
    place, kind, mode, mtime_ns, size = _ENTRY.unpack_from(payload)
    rest = payload[_ENTRY.size :]
    if size > len(rest):
        raise FrameError("the name of a saved entry is cut short")
    return SavedEntry(Place(place), Kind(kind), mode, mtime_ns, rest[:size], rest[size:])


def _saved(payload: bytes) -> Saved:
    return Saved(*_U16.unpack(payload))


_DECODERS: dict[int, Callable[[bytes], Frame]] = {
    0x81: _hello,
    0x82: _parked,
    0x83: Stdout,
    0x84: Stderr,
    0x85: _exit,
    0x86: _credit,
    0x87: _failed,
    0x88: entry_of,
    0x89: SavedMore,
    0x8A: _saved,
}


class Decoder:
    """Turns an agent's byte stream into frames. Holds at most one incomplete frame."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that `data` completes.

        Raises:
            FrameError: the stream breaks the protocol; nothing more can be read from it.
        """
        buffer = self._rest + data if self._rest else data
        frames: list[Frame] = []
        offset = 0
        while len(buffer) - offset >= _HEADER.size:
            length, kind = _HEADER.unpack_from(buffer, offset)
            if length > MAX_PAYLOAD:
                raise FrameError(f"a frame of {length} bytes")
            end = offset + _HEADER.size + length
            if end > len(buffer):
                break
            frames.append(_decode(kind, buffer[offset + _HEADER.size : end]))
            offset = end
        self._rest = buffer[offset:]
        return frames


def _decode(kind: int, payload: bytes) -> Frame:
    decoder = _DECODERS.get(kind)
    if decoder is None:
        raise FrameError(f"a frame of unknown type {kind:#x}")
    try:
        return decoder(payload)
    except (struct.error, ValueError) as error:
        raise FrameError(f"a malformed frame of type {kind:#x}: {error}") from error


def encode(command: Command, payload: bytes = b"") -> bytes:
    """One frame.

    Raises:
        ValueError: the payload is over `MAX_PAYLOAD`.
    """
    if len(payload) > MAX_PAYLOAD:
        raise ValueError(f"{command.name}: {len(payload)} bytes are over the limit of {MAX_PAYLOAD}")
    return _HEADER.pack(len(payload), command) + payload


def _strings(items: Sequence[str]) -> bytes:
    return _U32.pack(len(items)) + b"".join(item.encode() + b"\0" for item in items)


def _environment(env: dict[str, str]) -> bytes:
    return _strings([f"{name}={value}" for name, value in env.items()])


@dataclass(frozen=True, slots=True)
class CellShape:
    """What every cell of a sandbox is made with."""

    uid: int
    gid: int
    tmp_bytes: int
    workspace_bytes: int
    stdin_window: int


@dataclass(frozen=True, slots=True)
class ProcessLimits:
    """rlimits of a stage's processes, and the CPU time of them all together (0: not limited)."""

    processes: int
    open_files: int
    file_bytes: int
    stack_bytes: int
    cpu_ms: int


def configure(shape: CellShape, park_command: Sequence[str], env: dict[str, str]) -> bytes:
    head = struct.pack(
        "<IIQQI", shape.uid, shape.gid, shape.tmp_bytes, shape.workspace_bytes, shape.stdin_window
    )
    return encode(Command.CONFIGURE, head + _strings(park_command) + _environment(env))


def park(*, keep_workspace: bool) -> bytes:
    return encode(Command.PARK, bytes([keep_workspace]))


def entry(place: Place, kind: Kind, mode: int, mtime_ns: int, name: bytes, content: bytes = b"") -> bytes:
    """An entry of a place; of a file with the first part of what it holds."""
    return encode(Command.FILE, _ENTRY.pack(place, kind, mode, mtime_ns, len(name)) + name + content)


def file(name: bytes, content: bytes, mode: int = 0o644, mtime_ns: int = 0) -> Iterable[bytes]:
    """A file of the workspace, in as many frames as its size takes. A time of 0 is now."""
    first = MAX_PAYLOAD - _ENTRY.size - len(name)
    yield entry(Place.WORKSPACE, Kind.FILE, mode, mtime_ns, name, content[:first])
    for offset in range(first, len(content), MAX_PAYLOAD):
        yield more(content[offset : offset + MAX_PAYLOAD])


def more(content: bytes) -> bytes:
    """More of the file that came last."""
    return encode(Command.FILE_MORE, content)


def save(place: Place, what: Saving, max_bytes: int) -> bytes:
    """Asks for what a place holds, unless all of it is more than that."""
    return encode(Command.SAVE, struct.pack("<BBQ", place, what, max_bytes))


def remove(name: bytes) -> bytes:
    """Takes a file or a link of the workspace away."""
    return encode(Command.REMOVE, struct.pack("<BI", Place.WORKSPACE, len(name)) + name)


def start(
    limits: ProcessLimits,
    argv: Sequence[str],
    env: dict[str, str],
    *,
    parked: bool = False,
    further: bool = False,
) -> bytes:
    """A stage; `further`: the parked runner that takes it will be given another one.

    Raises:
        ValueError: arguments and environment together do not fit in a frame.
    """
    head = struct.pack(
        "<BIIQQQ",
        parked | further << 1,
        limits.processes,
        limits.open_files,
        limits.file_bytes,
        limits.stack_bytes,
        limits.cpu_ms,
    )
    return encode(Command.START, head + _strings(argv) + _environment(env))


def stdin(data: bytes) -> bytes:
    return encode(Command.STDIN, data)


STDIN_EOF = encode(Command.STDIN_EOF)
KILL = encode(Command.KILL)


def signal(number: int) -> bytes:
    return encode(Command.SIGNAL, bytes([number]))
