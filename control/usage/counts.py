"""What is counted, and under what."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from control.tenancy.clock import DAY_MS

_EPOCH = date(1970, 1, 1).toordinal()


class Outcome(StrEnum):
    """How an execution ended: as its last stage did, or otherwise."""

    OK = "OK"
    NONZERO_EXIT = "RE"
    SIGNALED = "SG"
    TIMED_OUT = "TO"
    MEMORY_EXCEEDED = "ML"
    STDOUT_EXCEEDED = "OL"
    STDERR_EXCEEDED = "EL"
    INTERNAL = "XX"
    # The compilation did not succeed, for whatever reason.
    COMPILATION_FAILED = "CE"
    # The client left.
    CANCELLED = "cancelled"
    # The control plane was killed while it ran.
    LOST = "lost"


class Key(NamedTuple):
    tenant: str
    # On which it began: days since 1970-01-01 in UTC.
    day: int
    language: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Counts:
    executions: int
    wall_us: int
    cpu_us: int
    # Memory that was set aside, times wall time: MiB·ms.
    mib_ms: int
    bytes_in: int
    bytes_out: int

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.executions + other.executions,
            self.wall_us + other.wall_us,
            self.cpu_us + other.cpu_us,
            self.mib_ms + other.mib_ms,
            self.bytes_in + other.bytes_in,
            self.bytes_out + other.bytes_out,
        )


Sums = dict[Key, Counts]


def add(sums: Sums, key: Key, counts: Counts) -> None:
    there = sums.get(key)
    sums[key] = counts if there is None else there + counts


def day_of(unix_ms: int) -> int:
    return unix_ms // DAY_MS


def date_of(day: int) -> date:
    return date.fromordinal(_EPOCH + day)
