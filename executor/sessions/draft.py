"""The next state of a session, while it is put together."""

from __future__ import annotations

from collections import Counter

from executor import frames
from executor.api import executor_pb2 as api
from executor.frames import Kind, Place
from executor.sessions import head_pb2 as pb
from executor.sessions.disk import on_disk
from executor.sessions.head import ENTRY_COST, Head
from executor.sessions.limits import LimitError, of_disk
from executor.sessions.pack import PackWriter, open_pack, read_parts
from executor.sessions.store import Place as Shelf

# A file of at most so many bytes is kept in the head, as long as all of these together are no more than the
# other: most sessions are a few small files, and so one file of the host.
_SMALL = 1024
_SMALL_IN_ALL = 64 * 1024

# Bytes of all names, and of where links lead: all of them are in the head, and in memory.
_MOST_NAMES = 64 << 20

# When more packs than this are there, or more that was replaced than is still of use, all is written anew.
_MOST_PACKS = 16
_LITTLE = 1 << 20


class Draft:
    """Takes entries, one after the other; `finish` makes the head of them.

    Errors of the disk show in `finish`: what comes before is never lost half-way, only in vain.
    """

    def __init__(self, shelf: Shelf, old: Head, limit: int, *, blank: bool) -> None:
        """
        Args:
            limit: bytes, as `Head.size` counts.
            blank: begins without the entries of the `old` state; `same` takes them over.
        """
        self.entries: dict[bytes, pb.Entry] = {} if blank else dict(old.entries)
        self._shelf = shelf
        self._old = old
        self._limit = limit
        self._size = 0 if blank else old.size
        self._names = sum(len(entry.name) + _target_size(entry) for entry in self.entries.values())
        # What the old state has in its head counts until it is replaced: `same` may take it over.
        self._old_small = {entry.name: entry.size for entry in old.entries.values() if _is_small(entry)}
        self._small = sum(self._old_small.values())
        if not blank:
            self._old_small = {}
        self._number = max(old.facts.next_pack, 1)
        self._pack: PackWriter | None = None
        self._file: pb.Entry | None = None
        self._held = b""
        self._error: LimitError | None = None

    def begin_file(self, name: bytes, mode: int, mtime_ns: int) -> None:
        """A file, whose content `add_content` brings."""
        if self._make_way(name, ENTRY_COST):
            self._file = pb.Entry(name=name, kind=Kind.FILE, mode=mode, mtime_ns=mtime_ns)

    def _make_way(self, name: bytes, size: int, target: bytes = b"") -> bool:
        """Whether there is room for an entry, which replaces the one that has its name."""
        self._end_file()
        before = self.entries.get(name)
        if before is not None and before.pack == self._number:
            # A pack has each name once.
            self.fail(LimitError(api.UNSAVED, "a file came twice: the workspace changed while it was read"))
        self.remove(name)
        self._small -= self._old_small.pop(name, 0)
        self._count(size, len(name) + len(target))
        return self._error is None

    def add_content(self, data: bytes) -> None:
        entry = self._file
        if entry is None or self._error is not None:
            return
        self._count(len(data))
        entry.size += len(data)
        if entry.pack:
            self._add_to_pack(data)
        elif entry.size <= _SMALL and self._small + entry.size <= _SMALL_IN_ALL:
            self._held += data
        else:
            entry.pack = self._number
            if self._pack is None:
                self._pack = PackWriter(self._shelf.pack(self._number))
            self._pack.add(frames.entry(Place.WORKSPACE, Kind.FILE, entry.mode, entry.mtime_ns, entry.name))
            self._add_to_pack(self._held + data)
            self._held = b""

    def _add_to_pack(self, data: bytes) -> None:
        assert self._pack is not None
        for at in range(0, len(data), frames.MAX_PAYLOAD):
            self._pack.add(frames.more(data[at : at + frames.MAX_PAYLOAD]))

    def _end_file(self) -> None:
        entry, self._file = self._file, None
        if entry is None:
            return
        if not entry.pack:
            entry.content, self._held = self._held, b""
            self._small += entry.size
        self.entries[entry.name] = entry

    def add_file(self, name: bytes, content: bytes, mode: int, mtime_ns: int) -> None:
        """A whole file."""
        self.begin_file(name, mode, mtime_ns)
        self.add_content(content)
        self._end_file()

    def add(self, kind: Kind, name: bytes, mode: int, mtime_ns: int, target: bytes = b"") -> None:
        """A folder, or a link and where it leads."""
        if self._make_way(name, ENTRY_COST + len(target), target):
            self.entries[name] = pb.Entry(
                name=name, kind=kind, mode=mode, mtime_ns=mtime_ns, size=len(target), content=target
            )

    def same(self, name: bytes, mode: int, mtime_ns: int) -> bool:
        """Takes a file over from the state before; false when that has none of this name."""
        before = self._old.entries.get(name)
        if before is None or before.kind != Kind.FILE:
            return False
        if self._make_way(name, ENTRY_COST + before.size):
            entry = pb.Entry()
            entry.CopyFrom(before)
            entry.mode, entry.mtime_ns = mode, mtime_ns
            self.entries[name] = entry
            self._small += 0 if entry.pack else entry.size
        return True

    def remove(self, name: bytes) -> None:
        entry = self.entries.pop(name, None)
        if entry is not None:
            self._size -= ENTRY_COST + entry.size
            self._names -= len(name) + _target_size(entry)
            self._small -= entry.size if _is_small(entry) else 0

    def _count(self, size: int, names: int = 0) -> None:
        self._size += size
        self._names += names
        if self._names > _MOST_NAMES:
            self.fail(
                LimitError(api.SESSION_BYTES, f"the names in the workspace are over {_MOST_NAMES} bytes")
            )
        if self._size > self._limit:
            self.fail_too_large()

    def fail(self, error: LimitError) -> None:
        """It will come to nothing, for this reason."""
        self._error = self._error or error

    def fail_too_large(self) -> None:
        """The workspace is over its limit."""
        self.fail(LimitError(api.SESSION_BYTES, f"the workspace is over its limit of {self._limit} bytes"))

    @property
    def failed(self) -> LimitError | None:
        """Why it will come to nothing, once that is known."""
        return self._error

    @property
    def full(self) -> bool:
        """Whether `flush` should be called before more is added."""
        return self._pack is not None and self._pack.full

    async def flush(self) -> None:
        """Writes what has been gathered."""
        if self._pack is not None and self._error is None:
            try:
                await on_disk(self._pack.write)
            except OSError as error:
                self.fail(of_disk(error))

    async def finish(self, env: dict[str, str]) -> Head:
        """The new state, with all of its packs on disk.

        Raises:
            LimitError: it is over a limit, or the disk is full.
        """
        self._end_file()
        try:
            if self._error is not None:
                raise self._error
            new = await self._finished(env)
        except OSError as error:
            raise of_disk(error) from error
        else:
            self._pack = None
            return new
        finally:
            self.abandon()

    async def _finished(self, env: dict[str, str]) -> Head:
        facts = pb.Head()
        facts.CopyFrom(self._old.facts)
        facts.env.clear()
        facts.env.update(env)
        facts.next_pack = self._number
        packs = self._old.packs
        if self._pack is not None:
            packs[self._number] = await self._close(self._pack, self.entries, self._number)
            facts.next_pack = self._number + 1
        packs = await self._worth_keeping(packs, facts)
        if self._number not in packs:
            # All was written anew, what had just come too.
            self.abandon()
        facts.packs.clear()
        facts.packs.extend(packs.values())
        return Head(facts, self.entries)

    async def _close(self, pack: PackWriter, entries: dict[bytes, pb.Entry], number: int) -> pb.Pack:
        size = await on_disk(pack.close)
        inside = [entry.size for entry in entries.values() if entry.pack == number]
        return pb.Pack(number=number, disk_bytes=size, files=len(inside), content_bytes=sum(inside))

    async def _worth_keeping(self, packs: dict[int, pb.Pack], facts: pb.Head) -> dict[int, pb.Pack]:
        """The packs that are still needed; one instead of all, when too much of them is not."""
        live: Counter[int] = Counter()
        for entry in self.entries.values():
            if entry.pack:
                live[entry.pack] += entry.size
        packs = {number: pack for number, pack in packs.items() if number in live}
        dead = sum(pack.content_bytes for pack in packs.values()) - live.total()
        if len(packs) <= _MOST_PACKS and dead <= max(live.total(), _LITTLE):
            return packs
        number = facts.next_pack
        writer = PackWriter(self._shelf.pack(number))
        try:
            self.entries = await on_disk(self._write_anew, writer, number, list(packs.values()))
            anew = await self._close(writer, self.entries, number)
        except BaseException:
            writer.abandon()
            raise
        facts.next_pack = number + 1
        return {number: anew}

    def _write_anew(self, writer: PackWriter, number: int, packs: list[pb.Pack]) -> dict[bytes, pb.Entry]:
        moved = dict(self.entries)
        for old in packs:
            with open_pack(self._shelf.pack(old.number), old.disk_bytes) as file:
                wanted = False
                for part in read_parts(file):
                    if part.name is not None:
                        entry = self.entries.get(part.name)
                        wanted = entry is not None and entry.pack == old.number
                        if entry is not None and wanted:
                            copy = pb.Entry()
                            copy.CopyFrom(entry)
                            copy.pack = number
                            moved[part.name] = copy
                    if wanted:
                        writer.add(part.frame)
                    if writer.full:
                        writer.write()
        return moved

    def abandon(self) -> None:
        """Leaves nothing of it behind. Idempotent; does nothing once it is finished."""
        if self._pack is not None:
            self._pack.abandon()
            self._pack = None


def _is_small(entry: pb.Entry) -> bool:
    return entry.kind == Kind.FILE and not entry.pack


def _target_size(entry: pb.Entry) -> int:
    return entry.size if entry.kind == Kind.LINK else 0
