"""What compilers made of programs that came before, so that no tenant waits twice for the same compile.

An entry is /build as it was when a compile stage had ended well and before anything of it had run: the
frames that make it again. It is found only by the tenant whose sandbox made it, under everything that
the compile could see: the image, the command, the environment and all files. In memory, because it is
worth less than the restart of an executor, and bounded for each tenant and in all; the entry that was not
used for longest goes first.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from executor import frames
from executor.api import executor_pb2 as pb

_REUSED = "not compiled again: the same files were compiled before"


@dataclass(frozen=True, slots=True)
class Compiled:
    """The outcome of a compile stage: what it left in /build, and what it said."""

    build: bytes
    events: Sequence[pb.Event]

    @property
    def size(self) -> int:
        """Bytes that keeping it takes."""
        return len(self.build) + sum(event.ByteSize() for event in self.events)


class CompileCache:
    """Compile results by tenant and content."""

    def __init__(self, *, total: int, per_tenant: int) -> None:
        """Limits in bytes."""
        self._total = total
        self._per_tenant = per_tenant
        self._entries: OrderedDict[tuple[str, bytes], Compiled] = OrderedDict()
        self._by_tenant: defaultdict[str, OrderedDict[bytes, int]] = defaultdict(OrderedDict)
        self._held: defaultdict[str, int] = defaultdict(int)

    @property
    def held(self) -> int:
        """Bytes of all entries."""
        return sum(self._held.values())

    def find(self, tenant: str, key: bytes) -> Compiled | None:
        found = self._entries.get((tenant, key))
        if found is not None:
            self._entries.move_to_end((tenant, key))
            self._by_tenant[tenant].move_to_end(key)
        return found

    def keep(self, tenant: str, key: bytes, compiled: Compiled) -> None:
        """Keeps a result, unless it alone is over a limit."""
        size = compiled.size
        if size > min(self._total, self._per_tenant):
            return
        if (tenant, key) in self._entries:
            self._drop(tenant, key)
        self._entries[tenant, key] = compiled
        self._by_tenant[tenant][key] = size
        self._held[tenant] += size
        while self._held[tenant] > self._per_tenant:
            self._drop(tenant, next(iter(self._by_tenant[tenant])))
        while self.held > self._total:
            self._drop(*next(iter(self._entries)))

    def _drop(self, tenant: str, key: bytes) -> None:
        del self._entries[tenant, key]
        self._held[tenant] -= self._by_tenant[tenant].pop(key)
        if not self._by_tenant[tenant]:
            del self._by_tenant[tenant], self._held[tenant]


def key(image: str, argv: Sequence[str], env: Mapping[str, str], files: Iterable[pb.File]) -> bytes:
    """Names a compile by all that it can see. Lengths go in too, so that no two things read the same."""
    digest = hashlib.blake2b(digest_size=32)
    variables = chain.from_iterable(sorted(env.items()))
    sources: list[str | bytes] = [part for file in files for part in (file.name, file.content)]
    groups: list[Iterable[str | bytes]] = [[image], argv, variables, sources]
    for group in groups:
        for part in group:
            data = part.encode() if isinstance(part, str) else part
            digest.update(len(data).to_bytes(8, "little") + data)
        digest.update(b"\xff" * 8)
    return digest.digest()


def reused(events: Iterable[pb.Event]) -> list[pb.Event]:
    """The events of a compile stage as they are told when it did not have to be done again."""
    told = []
    for event in events:
        copy = pb.Event()
        copy.CopyFrom(event)
        if copy.HasField("stage_end"):
            copy.stage_end.message = _REUSED
            copy.stage_end.wall_us = copy.stage_end.cpu_us = copy.stage_end.memory_bytes = 0
        told.append(copy)
    return told


class Saving:
    """Gathers what an agent sends of a place, and passes it on when that is complete.

    More than was asked for is no error, it is only not kept: by then it may be a program's doing.
    """

    def __init__(self, limit: int, keep: Callable[[bytes], None]) -> None:
        """`keep` gets the frames that make the place again, of at most `limit` bytes, names and all."""
        self._left = limit
        self._keep = keep
        self._parts: list[bytes] = []

    def take(self, frame: frames.SavedEntry | frames.SavedMore | frames.Saved) -> None:
        """Raises UnexpectedFrameError for what belongs to another place."""
        if isinstance(frame, frames.SavedEntry) and frame.place != frames.Place.BUILD:
            raise frames.UnexpectedFrameError
        if isinstance(frame, frames.Saved):
            if frame.errno == 0 and self._left >= 0:
                self._keep(b"".join(self._parts))
            return
        again = frame.again()
        self._left -= len(again)
        if self._left >= 0:
            self._parts.append(again)
        else:
            self._parts.clear()
