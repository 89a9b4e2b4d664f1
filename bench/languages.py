"""Every language beside its plain commands: Hearth's HTTP call, and the same program without Hearth.

    python -m bench.languages [--rounds N] [--only LANGUAGE ...]

Needs a Hearth that is up (`make up`). Two programs a language, `hello` and `work` (`bench/programs`; what
they print is the same in every language). Of each, all ways take turns, round after round, after one round
that does not count; before each, plain ones too, there is a pause in which the pool parks again.

A compiled program is sent twice a round: *new*, with a comment that no program had before, and *seen
before*, with the text of all rounds. The plain commands compile the new one.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Annotated

import typer
from rich.console import Console

from bench.contest import Client, Contest
from bench.expected import RATIO, Measured, verdicts
from bench.hosted import in_image, on_host
from bench.report import Panel, chart, save, show
from bench.rootfs import mounted
from executor.runtime import Runtime, load_runtimes
from host.layout import Layout
from host.stack import Stack

PROGRAMS = ("hello", "work")
COLUMNS = ("language", "program", "name", "n", "p50", "p95", "ratio", "compile", "run", "rest", "detail")


def main(
    rounds: Annotated[int, typer.Option(min=1, max=1000)] = 20,
    only: Annotated[list[str] | None, typer.Option(help="A language; may be repeated.")] = None,
) -> None:
    """Measures, prints two tables, and writes bench/results/languages.{json,svg}."""
    # What was mounted and started is taken down on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    layout = Layout.of_this_machine()
    url, key = Stack(layout).credentials()
    with Client(url, key) as client:
        there = sorted(set(client.warm()) & set(only or client.warm()), key=_order)
    if missing := set(only or ()) - set(there):
        raise typer.BadParameter(f"the running Hearth has no {', '.join(sorted(missing))}")
    runtimes = {one.definition.language: one for one in load_runtimes(layout.images).values()}
    console, measured, failed = Console(stderr=True), list[Measured](), dict[str, str]()
    for language in there:
        console.print(f"{language}, {rounds} rounds of {len(PROGRAMS)} programs")
        try:
            measured += _measure(layout, runtimes[language], rounds, url, key)
        except RuntimeError as error:
            failed[language] = str(error)
    _report(measured, failed)
    if failed:
        raise typer.Exit(1)


def _order(language: str) -> int:
    """As in the table of expectations; what is not in it comes last."""
    return [*RATIO, language].index(language)


def _measure(layout: Layout, runtime: Runtime, rounds: int, url: str, key: str) -> list[Measured]:
    definition, found = runtime.definition, list[Measured]()
    with ExitStack() as stack:
        rootfs = stack.enter_context(mounted(layout, _name_of(runtime)))
        plain = stack.enter_context(in_image(rootfs, runtime))
        host = stack.enter_context(on_host(definition.language, definition.entry))
        for program in PROGRAMS:
            # One for each: a service closes what is silent for long.
            with Client(url, key) as client:
                contest = Contest(client, runtime, program, plain, host)
                for number in range(-1, rounds):
                    contest.round(number)
            found.append(contest.measured)
    return found


def _name_of(runtime: Runtime) -> str:
    """The name of the image's folder, by which the builder's record goes."""
    return runtime.id.removesuffix(f"-{runtime.version}")


def _report(measured: Sequence[Measured], failed: dict[str, str]) -> None:
    rows = [one.row(way) for one in measured for way in one.ways]
    notes: dict[str, object] = {"ratio": "of p50, to plain; of seen before, to plain's run; parts are p50"}
    notes |= {f"failed, {language}": reason for language, reason in failed.items()}
    for one in measured:
        if one.recompiled:
            notes[f"{one.language} {one.program}"] = f"seen before, but compiled {one.recompiled} times"
    title = "Hearth beside the plain commands, ms"
    show(title, COLUMNS, ([row[column] for column in COLUMNS] for row in rows), notes)
    judged = list(verdicts(measured))
    heads = ("language", "program", "expected", "found", "reached")
    show(
        "Expected and reached",
        heads,
        ((one.language, one.program, one.expectation, one.found, _yes(one.reached)) for one in judged),
        {"reached": f"{sum(one.reached for one in judged)} of {len(judged)}"},
    )
    expected = [
        {key: getattr(one, key) for key in ("language", "program", "expectation", "found", "reached")}
        for one in judged
    ]
    save("languages", {"milliseconds": rows, "expected": expected, "notes": notes})
    if measured:
        chart("languages", [_panel(measured)])


def _panel(measured: Sequence[Measured]) -> Panel:
    labels = [f"{one.language} {one.program}" for one in measured]
    return Panel(
        "p50 of Hearth's call as a ratio to the plain commands (black: at most this was expected)",
        "ratio",
        labels,
        {
            "new program / plain compile and run": [one.ratio(one.new) for one in measured],
            "seen before / plain run": [one.ratio(one.seen) if one.seen else None for one in measured],
        },
        logarithmic=True,
        line=1.0,
        expected={
            label: RATIO[one.language]
            for label, one in zip(labels, measured, strict=True)
            if one.language in RATIO
        },
    )


def _yes(reached: bool) -> str:
    return "yes" if reached else "NO"


if __name__ == "__main__":
    typer.run(main)
