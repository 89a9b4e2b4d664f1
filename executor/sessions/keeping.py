"""A session's way into a sandbox, and what a program left of it back out."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from executor import frames
from executor.api import executor_pb2 as api
from executor.channel import Channel
from executor.frames import Kind, Place, Saving, UnexpectedFrameError
from executor.sessions.draft import Draft
from executor.sessions.head import BrokenSessionError, Head
from executor.sessions.limits import LimitError
from executor.sessions.pack import CHUNK, read_parts
from executor.sessions.store import Place as Shelf

# As agents name the environment that a program left.
_ENVIRONMENT = b"environment"
# With the runtime's own variables it has to fit into a frame.
_MOST_ENVIRONMENT = 56 * 1024
# What a shell sets for itself.
_TRANSIENT = {"_", "OLDPWD", "PWD", "SHLVL"}


class Keeping:
    """What one program finds and leaves. Takes the agent's answers to `request` until `complete`."""

    def __init__(self, shelf: Shelf, head: Head, start: api.Start, limit: int, *, there: bool) -> None:
        """
        Args:
            head: the session before the program.
            limit: bytes that its workspace may hold afterwards.
            there: the sandbox holds that already.
        """
        self.complete = False
        # The program's own file, when it is to be taken away again.
        self.passing: bytes | None = None
        self._shelf = shelf
        self._head = head
        self._sent = {file.name.encode(): file.content for file in start.files}
        self._program = start.files[0].name.encode() if start.passing_entry else None
        self._env = {**head.facts.env, **start.env}
        self._there = there
        self._limit = limit
        self._draft = Draft(shelf, head, limit, blank=True)
        self._environment: bytearray | None = None
        self._of_environment = False

    @property
    def env(self) -> dict[str, str]:
        """The session's variables for this program, its own included."""
        return self._env

    @property
    def leaves_alone(self) -> bool:
        """Whether the program finds nothing but what came with it."""
        return not self._head.entries

    async def restore(self, channel: Channel) -> None:
        """Sends the workspace to an agent that does not have it.

        Raises:
            BrokenSessionError: what is on disk cannot be read.
        """
        if self._there:
            return
        for number in self._head.packs:
            try:
                with self._shelf.pack(number).open("rb") as file:
                    pieces = _files_again(file, self._head, number)
                    while piece := await asyncio.to_thread(next, pieces, None):
                        channel.send(piece)
                        await channel.sent()
            except OSError as error:
                raise BrokenSessionError(f"a pack cannot be read: {error}") from error
        channel.send(*_others_again(self._head))

    @property
    def request(self) -> bytes:
        """Asks the agent for what the program leaves."""
        return frames.save(Place.WORKSPACE, Saving.CHANGED | Saving.ENVIRONMENT, self._limit)

    def take(self, frame: frames.SavedEntry | frames.SavedMore | frames.Saved) -> None:
        """Raises UnexpectedFrameError."""
        match frame:
            case frames.SavedEntry():
                self._of_environment = frame.place == Place.BUILD
                if self._of_environment:
                    if frame.name != _ENVIRONMENT or self._environment is not None:
                        raise UnexpectedFrameError
                    self._environment = bytearray(frame.content)
                else:
                    self._take_entry(frame)
            case frames.SavedMore() if self._of_environment:
                assert self._environment is not None
                self._environment += frame.content[: 2 * _MOST_ENVIRONMENT - len(self._environment)]
            case frames.SavedMore():
                self._draft.add_content(frame.content)
            case frames.Saved():
                self.complete = True
                if frame.errno == errno.E2BIG:
                    self._draft.fail(
                        LimitError(
                            api.SESSION_BYTES, f"the workspace is over its limit of {self._limit} bytes"
                        )
                    )
                elif frame.errno:
                    text = errno.errorcode.get(frame.errno, str(frame.errno))
                    self._draft.fail(LimitError(api.UNSAVED, f"the workspace cannot be read: {text}"))

    def _take_entry(self, entry: frames.SavedEntry) -> None:
        match entry.kind:
            case Kind.FILE:
                self._draft.begin_file(entry.name, entry.mode, entry.mtime_ns)
                self._draft.add_content(entry.content)
            case Kind.SAME:
                self._take_same(entry)
            case _:
                self._draft.add(entry.kind, entry.name, entry.mode, entry.mtime_ns, entry.content)

    def _take_same(self, entry: frames.SavedEntry) -> None:
        if entry.name == self._program and entry.name not in self._head.entries:
            self.passing = entry.name
        elif (content := self._sent.get(entry.name)) is not None:
            self._draft.add_file(entry.name, content, entry.mode, entry.mtime_ns)
        elif not self._draft.same(entry.name, entry.mode, entry.mtime_ns):
            raise UnexpectedFrameError

    @property
    def full(self) -> bool:
        """Whether `flush` should be called before more is taken."""
        return self._draft.full

    async def flush(self) -> None:
        """Writes what has been gathered."""
        await self._draft.flush()

    def fail(self, reason: str) -> None:
        """What the program left is lost."""
        self._draft.fail(LimitError(api.UNSAVED, reason))

    async def finish(self, defaults: Mapping[str, str]) -> Head:
        """The session after the program. `defaults` are its runtime's own variables.

        Raises:
            LimitError: it cannot be kept.
        """
        if not self.complete:
            self.fail("the sandbox was lost")
        env = self._env
        if self._environment is not None:
            env = _variables(bytes(self._environment), defaults)
        size = sum(len(name.encode()) + len(value.encode()) + 2 for name, value in env.items())
        if size > _MOST_ENVIRONMENT:
            self._draft.fail(
                LimitError(
                    api.ENVIRONMENT,
                    f"the environment of {size} bytes is over its limit of {_MOST_ENVIRONMENT}",
                )
            )
        return await self._draft.finish(env)

    def abandon(self) -> None:
        """Leaves nothing half done behind. Idempotent."""
        self._draft.abandon()


def _variables(environment: bytes, defaults: Mapping[str, str]) -> dict[str, str]:
    """What a program's last environment has beside the runtime's own. What is not UTF-8 is left out."""
    found = {}
    for item in environment.split(b"\0"):
        name, equals, value = item.partition(b"=")
        try:
            pair = name.decode(), value.decode()
        except UnicodeDecodeError:
            continue
        if name and equals and pair[0] not in _TRANSIENT and defaults.get(pair[0]) != pair[1]:
            found[pair[0]] = pair[1]
    return found


def _files_again(file: BinaryIO, head: Head, number: int) -> Iterator[bytes]:
    """The frames that make a pack's files again, as far as they are still the session's."""
    gathered: list[bytes] = []
    size = 0
    wanted = False
    for part in read_parts(file):
        frame = part.frame
        if part.name is not None:
            entry = head.entries.get(part.name)
            wanted = entry is not None and entry.pack == number
            if entry is not None and wanted:
                # Its mode and its time may have changed since.
                frame = frames.entry(
                    Place.WORKSPACE, Kind.FILE, entry.mode, entry.mtime_ns, entry.name, part.content
                )
        if wanted:
            gathered.append(frame)
            size += len(frame)
        if size >= CHUNK:
            yield b"".join(gathered)
            gathered, size = [], 0
    if gathered:
        yield b"".join(gathered)


def _others_again(head: Head) -> Iterator[bytes]:
    """The frames that make all the rest again: folders last, as their times are theirs then."""
    for kind in (Kind.FILE, Kind.LINK, Kind.FOLDER):
        for entry in head.entries.values():
            if entry.kind == kind and not entry.pack:
                yield frames.entry(
                    Place.WORKSPACE, kind, entry.mode, entry.mtime_ns, entry.name, entry.content
                )
