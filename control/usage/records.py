"""The lines of a journal: one JSON array each, whose first item says what happened."""

from dataclasses import dataclass

import orjson

from control.usage.counts import Counts, Key


@dataclass(frozen=True, slots=True)
class Begun:
    """A program is about to be handed to an executor."""

    # Of this execution, in this journal.
    id: int
    tenant: str
    day: int
    language: str
    bytes_in: int


@dataclass(frozen=True, slots=True)
class Ended:
    """With all that is counted, so that it counts even if its begin could not be written."""

    id: int
    key: Key
    counts: Counts


@dataclass(frozen=True, slots=True)
class Voided:
    """It was not run at all."""

    id: int


@dataclass(frozen=True, slots=True)
class Summed:
    """What many ended ones amount to."""

    key: Key
    counts: Counts


Record = Begun | Ended | Voided | Summed


def line_of(record: Record) -> bytes:
    match record:
        case Begun(id_, tenant, day, language, bytes_in):
            items: tuple[object, ...] = ("b", id_, tenant, day, language, bytes_in)
        case Ended(id_, key, counts):
            items = ("e", id_, *key, *_numbers(counts))
        case Voided(id_):
            items = ("v", id_)
        case Summed(key, counts):
            items = ("s", *key, *_numbers(counts))
    return orjson.dumps(items, option=orjson.OPT_APPEND_NEWLINE)


def record_of(line: bytes) -> Record:
    """Raises ValueError for what is no whole line of a journal."""
    match orjson.loads(line):
        case ["b", int(id_), str(tenant), int(day), str(language), int(bytes_in)]:
            return Begun(id_, tenant, day, language, bytes_in)
        case ["e", int(id_), str(tenant), int(day), str(language), str(outcome), *numbers]:
            return Ended(id_, Key(tenant, day, language, outcome), _counts(numbers))
        case ["v", int(id_)]:
            return Voided(id_)
        case ["s", str(tenant), int(day), str(language), str(outcome), *numbers]:
            return Summed(Key(tenant, day, language, outcome), _counts(numbers))
    raise ValueError("no record")


def _numbers(counts: Counts) -> tuple[int, ...]:
    return (
        counts.executions,
        counts.wall_us,
        counts.cpu_us,
        counts.mib_ms,
        counts.bytes_in,
        counts.bytes_out,
    )


def _counts(numbers: list[object]) -> Counts:
    match numbers:
        case [int(executions), int(wall_us), int(cpu_us), int(mib_ms), int(bytes_in), int(bytes_out)]:
            return Counts(executions, wall_us, cpu_us, mib_ms, bytes_in, bytes_out)
    raise ValueError("no counts")
