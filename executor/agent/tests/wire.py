"""Frames as PROTOCOL.md has them, for tests: builders, a reader with deadlines, and a client."""

import os
import select
import struct
import subprocess
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

CONFIGURE, PARK, FILE, FILE_MORE, START, STDIN, STDIN_EOF, SIGNAL, KILL, SAVE, REMOVE = range(1, 12)
HELLO, PARKED, STDOUT, STDERR, EXIT, CREDIT, ERROR, SAVED_ENTRY, SAVED_MORE, SAVED = range(0x81, 0x8B)
WORKSPACE, BUILD = range(2)
PLAIN, FOLDER, LINK, SAME = range(4)
CHANGED, ENVIRONMENT = 1, 2
DEADLINE = 20.0
UID = 64321
WINDOW = 65536
MIB = 1024 * 1024
ENV = ["PATH=/usr/bin:/bin", "HOME=/workspace", "LANG=C.UTF-8"]


def frame(kind: int, payload: bytes = b"") -> bytes:
    return struct.pack("<IB", len(payload), kind) + payload


def strs(items: list[str]) -> bytes:
    return struct.pack("<I", len(items)) + b"".join(os.fsencode(item) + b"\0" for item in items)


def configure(
    argv: list[str] | None = None,
    uid: int = UID,
    gid: int = UID,
    tmp: int = 16 * MIB,
    workspace: int = 16 * MIB,
    window: int = WINDOW,
) -> bytes:
    head = struct.pack("<IIQQI", uid, gid, tmp, workspace, window)
    return frame(CONFIGURE, head + strs(argv or []) + strs(["PARKING=1"] if argv else []))


def park(keep: bool = False) -> bytes:
    return frame(PARK, bytes([keep]))


def file(
    name: str | bytes,
    content: bytes = b"",
    mode: int = 0o644,
    place: int = WORKSPACE,
    kind: int = PLAIN,
    mtime_ns: int = 0,
) -> bytes:
    raw = os.fsencode(name)
    return frame(FILE, struct.pack("<BBIQI", place, kind, mode, mtime_ns, len(raw)) + raw + content)


def remove(name: str | bytes, place: int = WORKSPACE) -> bytes:
    raw = os.fsencode(name)
    return frame(REMOVE, struct.pack("<BI", place, len(raw)) + raw)


def save(place: int = WORKSPACE, what: int = 0, max_bytes: int = 1 << 40) -> bytes:
    return frame(SAVE, struct.pack("<BBQ", place, what, max_bytes))


def start(
    *argv: str,
    parked: bool = False,
    further: bool = False,
    processes: int = 64,
    open_files: int = 256,
    file_bytes: int = 64 * MIB,
    stack: int = 8 * MIB,
    cpu_ms: int = 0,
    env: list[str] = ENV,
) -> bytes:
    flags = parked | further << 1
    head = struct.pack("<BIIQQQ", flags, processes, open_files, file_bytes, stack, cpu_ms)
    return frame(START, head + strs(list(argv)) + strs(env))


@dataclass
class Result:
    """What one stage has given."""

    how: int
    value: int
    reason: int
    wall_ns: int
    cpu_ns: int
    max_rss: int
    stdout: bytes
    stderr: bytes
    credit: int

    @property
    def code(self) -> int:
        """The exit status, or minus the signal, as subprocess has it."""
        return -self.value if self.how else self.value


@dataclass
class Refused(Exception):  # noqa: N818 - an answer, which some tests expect
    """ERROR."""

    number: int
    text: str


@dataclass
class Entry:
    """One of what SAVE gave."""

    place: int
    kind: int
    mode: int
    mtime_ns: int
    name: str
    content: bytes


def entries(made: list[bytes]) -> list[Entry]:
    """What frames of FILE and FILE_MORE say."""
    found: list[Entry] = []
    for one in made:
        if one[4] == FILE_MORE:
            found[-1].content += one[5:]
            continue
        place, kind, mode, mtime_ns, size = struct.unpack_from("<BBIQI", one, 5)
        found.append(Entry(place, kind, mode, mtime_ns, os.fsdecode(one[23 : 23 + size]), one[23 + size :]))
    return found


class Agent:
    """One running agent. `with` it: it ends with its block, and with a status that is checked."""

    def __init__(self, command: list[str]) -> None:
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
        )
        assert self.process.stdin
        assert self.process.stdout
        self.input, self.output = self.process.stdin.fileno(), self.process.stdout.fileno()
        self.buffer = bytearray()
        self.eof = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: object, at: TracebackType | None) -> None:
        if kind:
            self.process.kill()
            self.process.communicate()
        elif self.process.returncode is None:
            code, log = self.end()
            assert (code, log) == (0, b"")

    def end(self) -> tuple[int, bytes]:
        """Closes its input; its exit status and what it logged."""
        _, log = self.process.communicate(timeout=DEADLINE)
        return self.process.returncode, log

    def send(self, *frames: bytes) -> None:
        os.write(self.input, b"".join(frames)) if sum(map(len, frames)) <= 65536 else self.send_all(frames)

    def send_all(self, frames: tuple[bytes, ...]) -> None:
        data = memoryview(b"".join(frames))
        while data:
            data = data[os.write(self.input, data) :]

    def readable(self, seconds: float) -> bool:
        return bool(select.select([self.output], [], [], max(seconds, 0))[0])

    def next(self, deadline: float = DEADLINE) -> tuple[int, bytes]:
        """The next frame; TimeoutError, or EOFError when the agent is gone."""
        until = time.monotonic() + deadline
        while True:
            if len(self.buffer) >= 5:
                size, kind = struct.unpack_from("<IB", self.buffer)
                assert size <= 65536, "a frame is too long"
                if len(self.buffer) >= 5 + size:
                    payload = bytes(self.buffer[5 : 5 + size])
                    del self.buffer[: 5 + size]
                    return kind, payload
            if not self.readable(until - time.monotonic()):
                raise TimeoutError("no frame")
            got = os.read(self.output, 262144)
            if not got:
                raise EOFError
            self.buffer += got

    def expect(self, kind: int, deadline: float = DEADLINE) -> bytes:
        got, payload = self.next(deadline)
        assert got == kind, (hex(got), payload)
        return payload

    def result(self, deadline: float = DEADLINE) -> Result:
        """Gathers a stage up to its EXIT."""
        stdout, stderr, credit = bytearray(), bytearray(), 0
        until = time.monotonic() + deadline
        while True:
            kind, payload = self.next(until - time.monotonic())
            if kind == STDOUT:
                stdout += payload
            elif kind == STDERR:
                stderr += payload
            elif kind == CREDIT:
                credit += struct.unpack("<I", payload)[0]
            elif kind == EXIT:
                how, value, reason, wall, cpu, rss = struct.unpack("<BBBQQQ", payload)
                return Result(how, value, reason, wall, cpu, rss, bytes(stdout), bytes(stderr), credit)
            else:
                assert kind == ERROR, hex(kind)
                raise Refused(struct.unpack_from("<H", payload)[0], payload[2:].decode())

    def until(self, what: bytes) -> bytes:
        """Standard output up to and with `what`."""
        got = b""
        while what not in got:
            got += self.expect(STDOUT)
        return got

    def park(self, keep: bool = False) -> int:
        self.send(park(keep))
        kind, payload = self.next()
        if kind == ERROR:
            raise Refused(struct.unpack_from("<H", payload)[0], payload[2:].decode())
        assert kind == PARKED
        took: int = struct.unpack("<Q", payload)[0]
        return took

    def save(
        self, place: int = WORKSPACE, max_bytes: int = 1 << 40, what: int = 0
    ) -> tuple[int, list[bytes]]:
        """The errno of SAVED, and before it the frames that would make the place again."""
        self.send(save(place, what, max_bytes))
        return self.saved()

    def saved(self) -> tuple[int, list[bytes]]:
        """The answer to a SAVE that was sent before."""
        made: list[bytes] = []
        while True:
            kind, payload = self.next()
            if kind == SAVED:
                return struct.unpack("<H", payload)[0], made
            made.append(frame({SAVED_ENTRY: FILE, SAVED_MORE: FILE_MORE}[kind], payload))

    def changed(self) -> dict[str, Entry]:
        """What of the workspace has changed, and what is the same."""
        number, made = self.save(what=CHANGED)
        assert number == 0
        return {entry.name: entry for entry in entries(made)}

    def run(self, *argv: str, parked: bool = False, **limits: Any) -> Result:
        """A stage without input."""
        self.send(start(*argv, parked=parked, **limits), frame(STDIN_EOF))
        return self.result()

    def bash(self, script: str, **limits: Any) -> str:
        """What a script prints that ends well."""
        result = self.run("/usr/bin/bash", "-c", script, **limits)
        assert (result.code, result.stderr) == (0, b"")
        return result.stdout.decode()

    def python(self, program: str, *args: str, **limits: Any) -> Result:
        return self.run("/usr/bin/python3", "-I", "-S", "-c", program, *args, **limits)
