"""What the segments of a journal amount to, read in their order."""

from pathlib import Path

from control.usage.counts import Counts, Key, Outcome, Sums, add
from control.usage.records import Begun, Ended, Summed, Voided, record_of


class Replay:
    def __init__(self) -> None:
        self.sums: Sums = {}
        # Lines that are none: torn when the disk was full or the machine failed.
        self.torn = 0
        self._open: dict[int, Begun] = {}

    def read(self, segment: Path) -> None:
        """Raises OSError."""
        with segment.open("rb") as lines:
            for line in lines:
                if line != b"\n":
                    self._take(line)

    def lose_open(self) -> int:
        """Counts what has no end as lost, as nobody is left to end it. Returns how many."""
        lost = len(self._open)
        for begun in self._open.values():
            key = Key(begun.tenant, begun.day, begun.language, Outcome.LOST)
            add(self.sums, key, Counts(1, 0, 0, 0, begun.bytes_in, 0))
        self._open = {}
        return lost

    def _take(self, line: bytes) -> None:
        try:
            record = record_of(line)
        except ValueError:
            self.torn += 1
            return
        match record:
            case Begun():
                # Again, if it was open when a segment was sealed.
                self._open[record.id] = record
            case Ended():
                self._open.pop(record.id, None)
                add(self.sums, record.key, record.counts)
            case Voided():
                self._open.pop(record.id, None)
            case Summed():
                add(self.sums, record.key, record.counts)
