"""What is expected of each language beside its plain commands, and whether it is reached.

A ratio is of p50: Hearth's whole call to the plain commands of the same image on the same machine, compile
and run together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bench.sample import Series

# Most that the call may take of what the plain commands take: parked runners ought to make up for gVisor.
# JVM and Mono start slowly, so that parking gains most. A shell starts in 2 ms, of which there is nothing
# to gain; gcc's and rustc's work itself cannot be done before the program is there.
RATIO = {
    "python": 1.0,
    "javascript": 1.0,
    "typescript": 1.0,
    "ruby": 1.0,
    "java": 0.5,
    "csharp": 0.5,
    "bash": 4.0,
    "c": 2.5,
    "c++": 2.5,
    "go": 2.5,
    "rust": 2.5,
}
# A program seen before: ms beyond the plain run of what had been compiled.
SEEN_EXTRA = 10.0
_NATIVE = ("c", "c++", "go", "rust")


@dataclass(slots=True)
class Stages:
    """Timings of one way: as a whole, and split. Of a plain run, nothing is left over."""

    name: str
    detail: str
    whole: Series = field(init=False)
    compile: Series = field(init=False)
    run: Series = field(init=False)
    rest: Series = field(init=False)

    def __post_init__(self) -> None:
        for part in ("whole", "compile", "run", "rest"):
            setattr(self, part, Series(part, ""))

    def add(self, whole: float, compile: float, run: float) -> None:
        """One run, ms."""
        for series, took in (
            (self.whole, whole),
            (self.compile, compile),
            (self.run, run),
            (self.rest, whole - compile - run),
        ):
            series.times.append(took)

    @property
    def p50(self) -> float:
        return self.whole.percentile(0.5)


@dataclass(slots=True)
class Measured:
    """All ways of one program in one language."""

    language: str
    program: str
    new: Stages
    plain: Stages
    # Only of compiled languages.
    seen: Stages | None = None
    # Only where the host has the language itself.
    host: Stages | None = None
    # How often a program seen before was compiled nevertheless.
    recompiled: int = 0

    @property
    def ways(self) -> list[Stages]:
        return [way for way in (self.new, self.seen, self.plain, self.host) if way is not None]

    def ratio(self, way: Stages) -> float:
        """To the plain commands; of a program seen before, to the plain run of what is compiled."""
        base = self.plain.run if way is self.seen else self.plain.whole
        return way.p50 / base.percentile(0.5)

    def row(self, way: Stages) -> dict[str, object]:
        """The way's figures; p50 of the parts, ms."""
        parts = {part.name: round(part.percentile(0.5), 3) for part in (way.compile, way.run, way.rest)}
        summary = way.whole.summary() | {"name": way.name, "detail": way.detail}
        who = {"language": self.language, "program": self.program}
        return who | summary | {"ratio": round(self.ratio(way), 3)} | parts


@dataclass(frozen=True, slots=True)
class Verdict:
    """An expectation of one program beside what was found."""

    language: str
    program: str
    expectation: str
    found: str
    reached: bool


def verdicts(all_: Sequence[Measured]) -> Iterator[Verdict]:
    """Every expectation that there is of what was measured."""
    for one in all_:
        limit = RATIO.get(one.language)
        if limit is not None:
            found = one.ratio(one.new)
            yield Verdict(
                one.language,
                one.program,
                f"at most {limit:g} x the plain commands",
                f"{found:.2f}",
                found <= limit,
            )
        if one.seen is not None and one.language in _NATIVE:
            extra = one.seen.p50 - one.plain.run.percentile(0.5)
            yield Verdict(
                one.language,
                one.program,
                f"seen before: at most {SEEN_EXTRA:g} ms over the plain run",
                f"{extra:+.1f} ms",
                extra <= SEEN_EXTRA,
            )
