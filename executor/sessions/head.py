"""A session in memory, while it is in use: `head.proto`, with its entries by name."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

import zstandard

from executor.frames import Kind
from executor.sessions import head_pb2 as pb

# What an entry counts for itself, beside its content: as the agent counts.
ENTRY_COST = 512
# A path is resolved through at most this many links, as Linux does.
_LINKS = 40
# Decompressed. Of a head that is larger something is wrong.
_LARGEST = 256 << 20
# The cheapest level: a session is written after every run.
LEVEL = 1


class BrokenSessionError(Exception):
    """What is on disk of a session cannot be read."""


class Head:
    """What is kept of a session. Not changed once it is in the store: a change is a new head."""

    def __init__(self, facts: pb.Head, entries: dict[bytes, pb.Entry] | None = None) -> None:
        """`facts` without entries, unless these are still to be taken from it."""
        if entries is None:
            entries = {entry.name: entry for entry in facts.entries}
        self.facts = facts
        self.entries = entries

    @property
    def size(self) -> int:
        """Bytes of its files, and `ENTRY_COST` for each entry."""
        return sum(entry.size for entry in self.entries.values()) + ENTRY_COST * len(self.entries)

    @property
    def packs(self) -> dict[int, pb.Pack]:
        return {pack.number: pack for pack in self.facts.packs}

    @property
    def empty(self) -> bool:
        """Whether it is as good as none."""
        return not self.entries and not self.facts.env

    def same_as(self, other: Head) -> bool:
        """Whether nothing that is kept differs."""
        return self.entries == other.entries and self.facts.env == other.facts.env

    def encode(self) -> bytes:
        """As it goes to disk."""
        whole = pb.Head()
        whole.CopyFrom(self.facts)
        del whole.entries[:]
        whole.entries.extend(self.entries.values())
        return zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compress(whole.SerializeToString())

    @classmethod
    def decode(cls, data: bytes) -> Head:
        """Raises BrokenSessionError."""
        try:
            if zstandard.frame_content_size(data) > _LARGEST:
                raise ValueError("it is too large")
            plain = zstandard.ZstdDecompressor().decompress(data, allow_extra_data=False)
            return cls(pb.Head.FromString(plain))
        # protobuf's own error has no public name that is the same in all of its implementations.
        except Exception as error:
            raise BrokenSessionError(f"a head cannot be read: {error}") from error

    def below(self, folder: bytes) -> Iterator[pb.Entry]:
        """What lies below a folder, at any depth; below b"" is everything."""
        start = folder + b"/" if folder else b""
        return (entry for name, entry in self.entries.items() if name.startswith(start))

    def resolve(self, name: bytes) -> pb.Entry | None:
        """The file or folder that a name leads to, through links that stay inside of the workspace."""
        for _ in range(_LINKS):
            if (entry := self.entries.get(name)) is not None and entry.kind != Kind.LINK:
                return entry
            following = self._follow(name)
            if following is None:
                return None
            name = following
        return None

    def _follow(self, name: bytes) -> bytes | None:
        """The name with the first link in it replaced by where that leads."""
        parts = name.split(b"/")
        for count in range(1, len(parts) + 1):
            entry = self.entries.get(b"/".join(parts[:count]))
            if entry is not None and entry.kind == Kind.LINK:
                folder = b"/workspace/" + b"/".join(parts[: count - 1])
                there = posixpath.normpath(posixpath.join(folder, entry.content, *parts[count:]))
                inside = there.startswith(b"/workspace/")
                return there.removeprefix(b"/workspace/") if inside else None
        return None
