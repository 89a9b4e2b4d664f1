"""A workspace in a sandbox, and its agent, as PROTOCOL.md describes them; nothing of it touches a disk."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import agent_wire as wire

FILE, FOLDER, LINK, SAME = range(4)

# What a clock of a sandbox shows: later than any time that a test sets.
_now = itertools.count(10**18)


@dataclass(frozen=True)
class Item:
    kind: int
    mode: int
    mtime: int
    content: bytes = b""


class Workspace:
    """Entries by name. Like a real one it makes missing folders, and notes when one is changed."""

    def __init__(self) -> None:
        self.items: dict[bytes, Item] = {}
        # What the agent has sent or been sent: only that may come back as unchanged.
        self._known: dict[bytes, bytes] = {}

    def put(self, name: bytes, item: Item) -> None:
        """Makes an entry, or replaces one that is no folder."""
        folder = name.rpartition(b"/")[0]
        if folder and folder not in self.items:
            self.put(folder, Item(FOLDER, 0o755, next(_now)))
        if folder and name not in self.items:
            there = self.items[folder]
            assert there.kind == FOLDER
            self.items[folder] = Item(FOLDER, there.mode, next(_now))
        self.items[name] = item

    def remove(self, name: bytes) -> None:
        for one in [name, *(one for one in self.items if one.startswith(name + b"/"))]:
            self.items.pop(one, None)

    def obey(self, stream: bytes) -> None:
        """What an executor sends: FILE, FILE_MORE and REMOVE."""
        last = b""
        for kind, data in wire.split(stream):
            payload = wire.Payload(data)
            match kind:
                case wire.FILE:
                    assert payload.number(1) == wire.WORKSPACE
                    what, mode, mtime = (payload.number(size) for size in (1, 4, 8))
                    last = payload.take(payload.number(4))
                    item = Item(what, mode, mtime or next(_now), payload.rest())
                    assert what in (FILE, FOLDER, LINK)
                    assert what != FOLDER or not item.content
                    assert what != LINK or last not in self.items, "a link is never written over anything"
                    self.put(last, item)
                case wire.FILE_MORE:
                    there = self.items[last]
                    assert there.kind == FILE
                    self.items[last] = Item(FILE, there.mode, there.mtime, there.content + payload.rest())
                case wire.REMOVE:
                    assert payload.number(1) == wire.WORKSPACE
                    name = payload.take(payload.number(4))
                    assert self.items[name].kind != FOLDER
                    self.remove(name)
                    self._known.pop(name, None)
                case _:
                    raise AssertionError(f"{kind:#x} has no place here")
        sent = {name: item.content for name, item in self.items.items() if item.kind == FILE}
        self._known |= {name: sent[name] for name in _files_in(stream)}

    def saved(self, first: int = 65000) -> Iterator[bytes]:
        """What the agent answers to a SAVE of what has changed, with at most so much content in a frame."""
        for name in sorted(self.items, key=lambda name: (-name.count(b"/"), name)):
            item = self.items[name]
            if item.kind == FILE and self._known.get(name) == item.content:
                yield _told(name, Item(SAME, item.mode, item.mtime))
                continue
            yield _told(name, Item(item.kind, item.mode, item.mtime, item.content[:first]))
            for at in range(first, len(item.content), first):
                yield wire.frame(wire.SAVED_MORE, item.content[at : at + first])
        self._known = {name: item.content for name, item in self.items.items() if item.kind == FILE}
        yield wire.saved()


def _told(name: bytes, item: Item) -> bytes:
    entry = wire.entry(name, item.content, kind=item.kind, mode=item.mode, mtime=item.mtime)
    return wire.frame(wire.SAVED_ENTRY, entry)


def _files_in(stream: bytes) -> Iterator[bytes]:
    for kind, data in wire.split(stream):
        if kind == wire.FILE and data[1] == FILE:
            payload = wire.Payload(data)
            payload.take(14)
            yield payload.take(payload.number(4))
