"""What clients do with the files of a session: on what is kept, without a sandbox or the host's paths."""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO, BinaryIO

from executor.api import executor_pb2 as api
from executor.frames import Kind
from executor.sessions import head_pb2 as pb
from executor.sessions.disk import on_disk
from executor.sessions.draft import Draft
from executor.sessions.head import BrokenSessionError, Head
from executor.sessions.limits import LimitError, Policy, of_disk
from executor.sessions.names import BadPathError, check_name
from executor.sessions.pack import CHUNK, open_pack, read_content
from executor.sessions.sessions import Sessions
from executor.sessions.store import Place

_DEFAULT_MODE = 0o644
_FOLDER_MODE = 0o755
# How often a file is looked up again that was replaced while it was opened.
_TRIES = 5


class UnknownFileError(Exception):
    """There is no such file."""

    def __init__(self) -> None:
        super().__init__("there is no such file")


class BadRangeError(ValueError):
    """A range that begins beyond the end of its file, of so many bytes."""

    def __init__(self, size: int) -> None:
        super().__init__(f"the file has {size} bytes")


class Files:
    """The workspaces of sessions that nobody has to wake up for."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def listed(
        self, session: str, tenant: str, folder: bytes, after: bytes, limit: int
    ) -> tuple[list[api.Entry], bool]:
        """What lies below a folder, at most `limit` of it, and whether there is more.

        Raises:
            UnknownSessionError, BrokenSessionError, BadPathError, UnknownFileError
        """
        head, _ = await self._look(session, tenant)
        if folder:
            there = _resolved(head, folder)
            if there.kind != Kind.FOLDER:
                raise BadPathError("this is no folder")
            folder = there.name
        below = head.below(folder) if head is not None else ()
        found = sorted((entry for entry in below if entry.name > after), key=lambda entry: entry.name)
        return [_told(entry) for entry in found[:limit]], len(found) > limit

    @asynccontextmanager
    async def reading(
        self, session: str, tenant: str, name: bytes, offset: int, length: int
    ) -> AsyncIterator[tuple[api.Entry, AsyncIterator[bytes]]]:
        """A file, and a part of what it holds.

        Args:
            offset: bytes from the beginning; negative: from the end.
            length: bytes; 0: up to the end.

        Raises:
            UnknownSessionError, BrokenSessionError, BadPathError, UnknownFileError
            BadRangeError: the part begins beyond the end.
        """
        for _ in range(_TRIES):
            head, place = await self._look(session, tenant)
            entry = _resolved(head, name)
            packs = head.packs if head is not None else {}
            if entry.kind != Kind.FILE:
                raise BadPathError("this is a folder")
            begin = max(entry.size + offset, 0) if offset < 0 else offset
            if begin > entry.size or (offset and begin == entry.size):
                raise BadRangeError(entry.size)
            end = min(begin + length, entry.size) if length else entry.size
            try:
                file = await on_disk(_opened, place, packs, entry)
            except FileNotFoundError:
                # Replaced in this moment, and the pack with it.
                continue
            with file:
                yield _told(entry), _cut(_content(file, entry), begin, end)
            return
        raise BrokenSessionError("the session changes too often to be read")

    async def write(
        self,
        session: str,
        tenant: str,
        name: bytes,
        mode: int,
        pieces: AsyncIterator[bytes],
        asked: api.SessionPolicy,
    ) -> api.Entry:
        """Makes a file, or replaces one, when all of it has come.

        Raises:
            UnknownSessionError, BusySessionError, BrokenSessionError, BadPathError, LimitError
        """
        check_name(name)
        policy = Policy.of(asked, self._sessions.settings)
        self._sessions.check(session, tenant)
        # What the client sends comes before the turn: a slow one holds up nobody.
        with await _received(pieces, policy.session_bytes, self._sessions.store.root) as content:
            return await self._put(session, tenant, name, mode, content, policy)

    async def _put(
        self, session: str, tenant: str, name: bytes, mode: int, content: IO[bytes], policy: Policy
    ) -> api.Entry:
        async with self._sessions.changing(session, tenant) as (id, stored):
            place = self._sessions.store.place(tenant, id.token)
            old = stored.head if stored and stored.head else self._sessions.blank(tenant, policy)
            draft = Draft(place, old, policy.session_bytes, blank=False)
            try:
                target = _target(old, name)
                _make_folders(draft, target)
                draft.begin_file(target, mode & 0o777 or _DEFAULT_MODE, time.time_ns())
                while piece := await on_disk(content.read, CHUNK):
                    draft.add_content(piece)
                    if draft.full:
                        await draft.flush()
                new = await draft.finish(dict(old.facts.env))
                await self._sessions.commit(place, new, stored, policy)
            finally:
                draft.abandon()
            return _told(new.entries[target])

    async def delete(self, session: str, tenant: str, name: bytes) -> None:
        """Takes a file, a link, or a folder with all that is in it away.

        Raises:
            UnknownSessionError, BusySessionError, BrokenSessionError
            BadPathError, UnknownFileError, LimitError
        """
        check_name(name)
        policy = Policy.of(api.SessionPolicy(), self._sessions.settings)
        async with self._sessions.changing(session, tenant) as (id, stored):
            old = stored.head if stored and stored.head else None
            name = _placed(old, name) if old is not None else name
            if old is None or name not in old.entries:
                raise UnknownFileError
            place = self._sessions.store.place(tenant, id.token)
            draft = Draft(place, old, policy.session_bytes, blank=False)
            for entry in list(old.below(name)):
                draft.remove(entry.name)
            draft.remove(name)
            new = await draft.finish(dict(old.facts.env))
            await self._sessions.commit(place, new, stored, policy)

    async def _look(self, session: str, tenant: str) -> tuple[Head | None, Place]:
        """A session's state for somebody who reads it, which counts as use."""
        id = self._sessions.check(session, tenant)
        place = self._sessions.store.place(tenant, id.token)
        stored = await self._sessions.load(id, tenant)
        if stored is None:
            return None, place
        self._sessions.touch(place, stored)
        return stored.head, place


def _resolved(head: Head | None, name: bytes) -> pb.Entry:
    check_name(name)
    entry = head.resolve(name) if head is not None else None
    if entry is None:
        raise UnknownFileError
    return entry


def _placed(head: Head, name: bytes) -> bytes:
    """A name without links on the way to it. Raises BadPathError when something else is in the way."""
    folder, slash, last = name.rpartition(b"/")
    if not folder:
        return name
    there = head.resolve(folder)
    if there is not None:
        if there.kind != Kind.FOLDER:
            raise BadPathError(f"{there.name.decode(errors='replace')} is no folder")
        return there.name + slash + last
    if folder in head.entries:
        raise BadPathError(f"{folder.decode(errors='replace')} is a link that leads nowhere in the workspace")
    return _placed(head, folder) + slash + last


def _target(head: Head, name: bytes) -> bytes:
    """Where a file of this name is written: through links, as programs write."""
    placed = _placed(head, name)
    there = head.entries.get(placed)
    if there is None or there.kind == Kind.FILE:
        return placed
    led = head.resolve(placed)
    if led is None:
        raise BadPathError("this is a link that leads nowhere in the workspace")
    if led.kind == Kind.FOLDER:
        raise BadPathError("this is a folder")
    return led.name


def _make_folders(draft: Draft, name: bytes) -> None:
    """The folders of a file that are not there yet, inner ones first."""
    folder = name.rpartition(b"/")[0]
    while folder and folder not in draft.entries:
        draft.add(Kind.FOLDER, folder, _FOLDER_MODE, time.time_ns())
        folder = folder.rpartition(b"/")[0]


async def _received(pieces: AsyncIterator[bytes], limit: int, folder: Path) -> IO[bytes]:
    """All that a client sends, in memory or by its size on the disk of a folder. Raises LimitError."""
    # The disk that an operator gives to sessions, and not the host's /tmp, is what clients may fill.
    spool = tempfile.SpooledTemporaryFile(max_size=CHUNK, dir=str(folder))  # noqa: SIM115
    size = 0

    def keep(piece: bytes) -> None:
        try:
            spool.write(piece)
        except OSError as error:
            raise of_disk(error) from error

    try:
        async for piece in pieces:
            size += len(piece)
            if size > limit:
                raise LimitError(
                    api.SESSION_BYTES, f"the file is over the workspace's limit of {limit} bytes"
                )
            await on_disk(keep, piece)
        spool.seek(0)
    except BaseException:
        spool.close()
        raise
    return spool


def _opened(place: Place, packs: Mapping[int, pb.Pack], entry: pb.Entry) -> BinaryIO:
    """Where the content of a file is. It stays readable when the file is replaced."""
    if not entry.pack:
        return io.BytesIO(entry.content)
    return open_pack(place.pack(entry.pack), packs[entry.pack].disk_bytes)


def _content(file: BinaryIO, entry: pb.Entry) -> Iterator[bytes]:
    if not entry.pack:
        yield entry.content
        return
    gathered = bytearray()
    for piece in read_content(file, entry.name):
        gathered += piece
        if len(gathered) >= CHUNK:
            yield bytes(gathered)
            gathered.clear()
    yield bytes(gathered)


async def _cut(pieces: Iterator[bytes], begin: int, end: int) -> AsyncIterator[bytes]:
    at = 0
    while at < end and (piece := await on_disk(next, pieces, None)) is not None:
        part = piece[max(begin - at, 0) : end - at]
        at += len(piece)
        if part:
            yield part


def _told(entry: pb.Entry) -> api.Entry:
    link = entry.kind == Kind.LINK
    return api.Entry(
        name=entry.name,
        kind=api.EntryKind.ValueType(entry.kind),
        size=entry.size,
        mode=entry.mode,
        mtime_ns=entry.mtime_ns,
        target=entry.content if link else b"",
    )
