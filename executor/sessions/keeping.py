"""A session's way into a sandbox, and what a program left of it back out."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO

from executor import frames
from executor.api import executor_pb2 as api
from executor.channel import Channel
from executor.frames import Kind, Place, Saving, UnexpectedFrameError
from executor.sessions import head_pb2 as pb
from executor.sessions.disk import on_disk
from executor.sessions.draft import Draft
from executor.sessions.head import BrokenSessionError, Head
from executor.sessions.limits import MOST_ENVIRONMENT, LimitError, check_environment
from executor.sessions.names import BadPathError, can_be_target, check_name
from executor.sessions.pack import CHUNK, open_pack, read_parts
from executor.sessions.store import Place as Shelf

# As agents name the environment that a program left.
_ENVIRONMENT = b"environment"
# What a shell sets for itself.
_TRANSIENT = {"_", "OLDPWD", "PWD", "SHLVL"}


class Keeping:
    """What one program finds and leaves. Takes the agent's answers to `request` until `complete`."""

    def __init__(
        self, shelf: Shelf, head: Head, start: api.Start, limit: int, *, there: bool, timeout: float
    ) -> None:
        """
        Args:
            head: the session before the program.
            limit: bytes that its workspace may hold afterwards.
            there: the sandbox holds that already.
            timeout: seconds to bring it into one that does not.
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
        self._timeout = timeout
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
        """Sends the workspace to an agent that does not have it; ends the channel when that takes too long.

        Raises:
            BrokenSessionError: what is on disk cannot be read.
        """
        if self._there:
            return
        loop = asyncio.get_running_loop()
        timer = loop.call_later(self._timeout, channel.end, "the workspace was not taken in time")
        try:
            for number, pack in self._head.packs.items():
                with open_pack(self._shelf.pack(number), pack.disk_bytes) as file:
                    await _send(channel, _files_again(file, self._head, number))
            await _send(channel, _others_again(self._head))
        except OSError as error:
            raise BrokenSessionError(f"a pack cannot be read: {error}") from error
        finally:
            timer.cancel()

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
                    known = frame.name == _ENVIRONMENT and frame.kind == Kind.FILE
                    if not known or self._environment is not None:
                        raise UnexpectedFrameError
                    self._environment = bytearray(frame.content)
                else:
                    self._take_entry(frame)
            case frames.SavedMore() if self._of_environment:
                assert self._environment is not None
                self._environment += frame.content[: 2 * MOST_ENVIRONMENT - len(self._environment)]
            case frames.SavedMore():
                self._draft.add_content(frame.content)
            case frames.Saved():
                self.complete = True
                if frame.errno == errno.E2BIG:
                    self._draft.fail_too_large()
                elif frame.errno:
                    text = errno.errorcode.get(frame.errno, str(frame.errno))
                    self._draft.fail(LimitError(api.UNSAVED, f"the workspace cannot be read: {text}"))

    def _take_entry(self, entry: frames.SavedEntry) -> None:
        name, mode = entry.name, entry.mode & 0o777
        try:
            check_name(name)
        except BadPathError:
            raise UnexpectedFrameError from None
        match entry.kind:
            case Kind.FILE:
                self._draft.begin_file(name, mode, entry.mtime_ns)
                self._draft.add_content(entry.content)
            case Kind.SAME:
                self._take_same(name, mode, entry.mtime_ns)
            case Kind.FOLDER:
                self._draft.add(Kind.FOLDER, name, mode, entry.mtime_ns)
            case Kind.LINK:
                if not can_be_target(entry.content):
                    raise UnexpectedFrameError
                self._draft.add(Kind.LINK, name, mode, entry.mtime_ns, entry.content)

    def _take_same(self, name: bytes, mode: int, mtime_ns: int) -> None:
        if name == self._program and name not in self._head.entries:
            self.passing = name
        elif (content := self._sent.get(name)) is not None:
            self._draft.add_file(name, content, mode, mtime_ns)
        elif not self._draft.same(name, mode, mtime_ns):
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
        try:
            check_environment(env)
        except LimitError as error:
            self._draft.fail(error)
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
    wanted = False
    for part in read_parts(file):
        frame = part.frame
        if part.name is not None:
            entry = head.entries.get(part.name)
            wanted = entry is not None and entry.pack == number
            if entry is not None and wanted:
                # Its mode and its time may have changed since.
                frame = _again(entry, part.content)
        if wanted:
            yield frame


def _others_again(head: Head) -> Iterator[bytes]:
    """The frames that make all the rest again: folders last, inner ones first, so that their times stay."""
    others = [entry for entry in head.entries.values() if not entry.pack]
    for kind in (Kind.FILE, Kind.LINK):
        yield from (_again(entry, entry.content) for entry in others if entry.kind == kind)
    folders = (entry for entry in others if entry.kind == Kind.FOLDER)
    for entry in sorted(folders, key=lambda folder: folder.name.count(b"/"), reverse=True):
        yield _again(entry)


def _again(entry: pb.Entry, content: bytes = b"") -> bytes:
    # To an agent a time of 0 is now.
    mtime_ns = entry.mtime_ns or 1
    return frames.entry(Place.WORKSPACE, Kind(entry.kind), entry.mode, mtime_ns, entry.name, content)


async def _send(channel: Channel, again: Iterator[bytes]) -> None:
    """Sends frames, never much more than what the agent has taken by then."""
    pieces = _joined(again)
    while channel.ended is None and (piece := await on_disk(next, pieces, None)):
        channel.send(piece)
        await channel.sent()


def _joined(parts: Iterable[bytes]) -> Iterator[bytes]:
    gathered: list[bytes] = []
    size = 0
    for part in parts:
        gathered.append(part)
        size += len(part)
        if size >= CHUNK:
            yield b"".join(gathered)
            gathered, size = [], 0
    if gathered:
        yield b"".join(gathered)
