"""What a warm pool costs, and what it sustains.

    python -m bench.pool [--languages LANGUAGE ...] [--sandboxes N] [--reparks N] [--seconds N]

Brings up stacks of its own, one a language, so that nothing else boots in between; no other Hearth is
needed, and one that is up takes CPU from these. Of each language: memory of an idle warm sandbox, the time
from an empty pool to a full one, CPU of a boot and of parking again. Then a stack for Python only, from
which clients take as many one-shot executions as they get, for one tenant and for eight; and nsjail and
`runsc exec` in the same way.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Annotated

import typer
from rich.console import Console

from bench.cost import Cost, cost_of
from bench.load import Loop, Once, callers, drive
from bench.peers import Run, nsjail, runsc_exec
from bench.private import Private, private
from bench.report import Panel, chart, save, show
from bench.rootfs import mounted
from executor.runtime import load_runtimes
from host.layout import Layout

CODE = 'print("hello")'
PYTHON = ["/usr/bin/python3", "-c", CODE]
CLIENTS = 4
TENANTS = 8
# A peer has nothing that bounds what it starts at once; two for two CPUs is what serves it best.
PEERS_AT_ONCE = 2


def main(
    languages: Annotated[list[str] | None, typer.Option(help="May be repeated. Default: all images.")] = None,
    sandboxes: Annotated[int, typer.Option(min=1, max=8, help="Warm sandboxes of each language.")] = 3,
    reparks: Annotated[int, typer.Option(min=1, max=100, help="Executions to measure reparking by.")] = 5,
    seconds: Annotated[float, typer.Option(min=1, max=60, help="Of each closed loop.")] = 20,
) -> None:
    """Measures, prints two tables, and writes bench/results/pool.{json,svg}."""
    # What was mounted and started is taken down on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    images = Layout.of_this_machine().images
    there = [one.definition.language for one in load_runtimes(images).values()]
    console = Console(stderr=True)
    costs = []
    for language in languages or there:
        console.print(f"{language}: {sandboxes} warm sandboxes")
        costs.append(cost_of(language, sandboxes, reparks))
    console.print(f"throughput: four loops of {seconds:g} s")
    loops = list(_throughput(seconds))
    _report(costs, loops)


def _throughput(seconds: float) -> Iterator[Loop]:
    # No room for pools beyond what the tenants need, and what is kept warm is Python alone.
    settings = {"HEARTH_EXECUTOR_WARM": json.dumps({"python": 2})}
    with private(["python"], settings) as hearth, ExitStack() as stack:
        for _ in hearth.stack.until_warm():
            pass
        url, key = hearth.stack.credentials()
        keys = [hearth.new_key(f"tenant-{number}") for number in range(TENANTS)]
        for name, detail, tenants in (
            ("one tenant", "POST /v1/execute; its sandboxes are reused", [key]),
            (f"{TENANTS} tenants", "the same, tenants in turn", keys),
        ):
            clients = callers(stack, url, tenants, CODE, CLIENTS)
            _warm_up(clients)
            yield drive(Loop(name, detail, CLIENTS), clients, seconds)
        yield from _peers(hearth, stack, seconds)


def _warm_up(clients: list[Once]) -> None:
    """Until every tenant has had an answer: keys are accepted within a second, and a tenant's first
    execution finds no sandbox of its own."""
    deadline = time.monotonic() + 60
    for _ in range(TENANTS):
        while not clients[0]():
            if time.monotonic() > deadline:
                raise RuntimeError("no answer in 60 s")
            time.sleep(0.2)


def _peers(hearth: Private, stack: ExitStack, seconds: float) -> Iterator[Loop]:
    """After Hearth's own loops: its pool has nothing to do, and its sandboxes are frozen."""
    rootfs = stack.enter_context(mounted(hearth.layout, _record(hearth)))
    for name, detail, run in (
        ("nsjail", "new namespaces, no gVisor", stack.enter_context(nsjail(rootfs, PYTHON))),
        ("runsc exec", "into a running sandbox", stack.enter_context(runsc_exec(rootfs, PYTHON))),
    ):
        run()
        yield drive(Loop(name, detail, PEERS_AT_ONCE), [_once(run)] * PEERS_AT_ONCE, seconds)


def _record(hearth: Private) -> str:
    """The name of the one image of a stack."""
    return next(hearth.layout.images.glob("*.json")).stem


def _once(run: Run) -> Callable[[], bool]:
    return lambda: run() == "hello\n"


def _report(costs: list[Cost], loops: list[Loop]) -> None:
    rows = [one.row() for one in costs]
    if rows:
        show("A warm pool's cost", list(rows[0]), (list(row.values()) for row in rows), {})
    columns = ("name", "detail", "clients", "seconds", "n", "failed", "per_second", "p50", "p95")
    summaries = [loop.summary() for loop in loops]
    show(
        "Python hello, closed loop",
        columns,
        ([summary.get(column) for column in columns] for summary in summaries),
        {},
    )
    save("pool", {"cost": rows, "throughput": summaries})
    rates = Panel(
        "Python hello, closed loop",
        "executions a second",
        [f"{loop.name}, {loop.clients} at once" for loop in loops],
        {"executions a second": [loop.rate for loop in loops]},
    )
    names = [one.language for one in costs]
    panels = [
        Panel(title, unit, names, {unit: [float(str(row[key])) for row in rows]})
        for title, unit, key in (
            ("Memory of an idle warm sandbox", "MiB charged", "charged MiB"),
            ("CPU of a boot, to a parked runner", "CPU seconds", "boot CPU s"),
            ("CPU of parking again after an execution", "CPU ms", "repark CPU ms"),
        )
    ]
    chart("pool", [*panels, rates] if costs else [rates])


if __name__ == "__main__":
    typer.run(main)
