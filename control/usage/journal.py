"""This process's journal: numbered segments, of which the last is written to.

A segment is sealed to be added to the database. The executions that are still open then begin the next one,
so that a segment that was added is needed for nothing and is removed.

Beside the file, what it holds is kept in memory, added up: that is what goes to the database. When the disk
fails, memory goes on; what it holds is then lost if the process is killed, and only then.
"""

import os
import time
from dataclasses import dataclass, field

import structlog

from control.usage.counts import Counts, Key, Sums, add
from control.usage.folder import Folder
from control.usage.records import Begun, Ended, Record, Summed, Voided, line_of
from control.usage.segment import Segment

log = structlog.get_logger()

# A segment grows beyond this only while the database is away, or when nothing that is begun is ever run.
COMPACT_BYTES = 64 << 20


@dataclass(slots=True)
class Sealed:
    """A segment that is to be added to the database."""

    number: int
    sums: Sums = field(default_factory=dict)
    # On the monotonic clock: when the first of them ended.
    since: float | None = None


class Journal:
    def __init__(self, folder: Folder) -> None:
        """Raises OSError."""
        self.failing = False
        self._folder = folder
        self._open: dict[int, Begun] = {}
        self._next_id = 1
        self._now = Sealed(1)
        self._compact_at = COMPACT_BYTES
        self._segment: Segment | None = Segment(folder.path_of(1))

    @property
    def since(self) -> float | None:
        """When the first of those ended that have ended since the last sealing; None: none has."""
        return self._now.since

    def begin(self, tenant: str, day: int, language: str, bytes_in: int) -> Begun:
        begun = Begun(self._next_id, tenant, day, language, bytes_in)
        self._next_id += 1
        self._open[begun.id] = begun
        self._write(begun)
        return begun

    def end(self, begun: Begun, key: Key, counts: Counts) -> None:
        self._open.pop(begun.id, None)
        add(self._now.sums, key, counts)
        if self._now.since is None:
            self._now.since = time.monotonic()
        self._write(Ended(begun.id, key, counts))

    def void(self, begun: Begun) -> None:
        self._open.pop(begun.id, None)
        self._write(Voided(begun.id))

    def seal(self) -> Sealed:
        sealed, self._now = self._now, Sealed(self._now.number + 1)
        if self._segment is not None:
            self._segment.close()
            self._segment = None
        try:
            self._segment = Segment(self._folder.path_of(self._now.number))
            self._segment.append(self._open_lines())
        except OSError as error:
            self._failed(error)
        else:
            self._works()
        self._compact_at = COMPACT_BYTES
        return sealed

    def discard(self, sealed: Sealed) -> None:
        """Once it was added. One that cannot be removed is known by its number not to be added again."""
        try:
            self._folder.path_of(sealed.number).unlink(missing_ok=True)
        except OSError as error:
            self._failed(error)

    def compact(self) -> None:
        """Puts what the segment amounts to in its place, when it has grown large."""
        if self._segment is None or self._segment.size < self._compact_at:
            return
        draft = self._folder.draft_of(self._now.number)
        try:
            segment = Segment(draft)
            try:
                sums = (line_of(Summed(key, counts)) for key, counts in self._now.sums.items())
                segment.append(b"".join(sums) + self._open_lines())
                os.replace(draft, self._folder.path_of(self._now.number))
            except OSError:
                segment.close()
                raise
        except OSError as error:
            self._failed(error)
            return
        self._segment.close()
        self._segment = segment
        self._compact_at = max(COMPACT_BYTES, 2 * segment.size)

    def close(self) -> None:
        if self._segment is not None:
            self._segment.close()

    def _open_lines(self) -> bytes:
        return b"".join(map(line_of, self._open.values()))

    def _write(self, record: Record) -> None:
        if self._segment is None:
            return
        try:
            self._segment.append(line_of(record))
        except OSError as error:
            self._failed(error)

    def _failed(self, error: OSError) -> None:
        if not self.failing:
            log.error("usage: the journal fails; counting in memory", cause=str(error))
        self.failing = True

    def _works(self) -> None:
        if self.failing:
            log.info("usage: the journal works again")
        self.failing = False
