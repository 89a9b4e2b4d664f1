"""The control plane alone: its rate and what it adds, beside a bare aiohttp handler; fairness under overload.

    python -m bench.control [--rounds N] [--seconds N]

Needs Debian's wrk (`make dev`) and no Hearth: it starts a control plane that limits nobody, an executor that
answers at once over gRPC on a unix socket, and the bare handler, all of one process. These take turns, round
after round, so that a noisy moment of the machine falls on all of them alike; ratios are of the same round.
`10,000 keys` is a control plane of its own with as many tenants, whose keys are used in turn.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Annotated

import orjson
import typer
from rich.console import Console

from bench.alone import Alone, Service, alone, bare
from bench.overload import CAPACITY, FLOOD, SERVICE_MS, Overload, overload
from bench.report import Panel, chart, save, show
from bench.way import COLUMNS, Way
from bench.wrk import Target

CONNECTIONS = (1, 32, 256)
TENANTS = 10_000
CODE = 'print("hello")'
V1 = orjson.dumps({"language": "python", "code": CODE})
PISTON = orjson.dumps({"language": "python", "version": "*", "files": [{"content": CODE}]})
# Expected: so much of the bare handler's rate, and at most so many ms added to its p50.
SHARE, ADDED_MS = 1 / 3, 1.0


def main(
    rounds: Annotated[int, typer.Option(min=1, max=100)] = 5,
    seconds: Annotated[float, typer.Option(min=1, max=60, help="Of each load.")] = 4,
) -> None:
    """Measures, prints two tables, and writes bench/results/control.{json,svg}."""
    # What was started is ended on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    console = Console(stderr=True)
    with ExitStack() as stack:
        handler = stack.enter_context(bare())
        one, many = (stack.enter_context(alone(tenants)) for tenants in (1, TENANTS))
        contests = [_ways(connections, handler, one, many) for connections in CONNECTIONS]
        for number in range(rounds):
            console.print(f"round {number + 1} of {rounds}")
            for ways in contests:
                for way in ways:
                    way.round(seconds)
        resident = many.control.resident_mib - one.control.resident_mib
    console.print("overload")
    _report(contests, resident, overload(V1, 3 * seconds))


def _ways(connections: int, handler: Service, one: Alone, many: Alone) -> list[Way]:
    def hearth(name: str, alone: Alone, path: str, body: bytes) -> Way:
        target = Target(alone.control.url + path, body, alone.keys)
        return Way(name, connections, target, alone.control, alone.executor)

    return [
        Way("bare handler", connections, Target(f"{handler.url}/v1/execute", V1, one.keys), handler, None),
        hearth("/v1/execute", one, "/v1/execute", V1),
        hearth("/api/v2/execute", one, "/api/v2/execute", PISTON),
        hearth(f"/v1/execute, {TENANTS:,} keys", many, "/v1/execute", V1),
    ]


def _report(contests: Sequence[Sequence[Way]], resident_mib: float, fairness: Overload) -> None:
    rows = [way.row(ways[0]) for ways in contests for way in ways]
    # Of `/v1/execute` with one connection, and where there are several.
    reached = {
        f"added p50 at most {ADDED_MS:g} ms": [round(contests[0][1].p50 - contests[0][0].p50, 3)],
        "at least a third of the bare handler's rate": [
            round(ways[1].share(ways[0]), 3) for ways in contests
        ],
        f"memory of {TENANTS:,} tenants, MiB": [round(resident_mib, 1)],
    }
    notes = {name: ", ".join(map(str, values)) for name, values in reached.items()}
    show(
        "The control plane alone; p50, p99 in ms, CPU a request",
        COLUMNS,
        [list(row.values()) for row in rows],
        notes,
    )
    told = {
        "the small tenant, quiet": fairness.quiet,
        "the small tenant, beside the flood": fairness.beside,
        f"the flood, {FLOOD} at once": fairness.flood,
    }
    columns = ("who", "per second", "p50", "p99", "refused")
    answered = [
        dict(
            zip(
                columns, (who, round(it.rate, 1), round(it.p50, 1), round(it.p99, 1), it.refused), strict=True
            )
        )
        for who, it in told.items()
    ]
    beside_fifo = {"in one line for all, the small tenant's p50 would be, ms": fairness.fifo_ms}
    title = f"Overload: an executor that runs {CAPACITY} at once, {SERVICE_MS} ms each"
    show(title, columns, [list(row.values()) for row in answered], beside_fifo)
    save("control", {"rates": rows, "notes": notes | beside_fifo, "overload": answered})
    _draw(contests, fairness)


def _draw(contests: Sequence[Sequence[Way]], fairness: Overload) -> None:
    labels = [f"{ways[0].connections} connections" for ways in contests]
    labels[0] = "1 connection"
    names = [way.name for way in contests[0]]
    rates = Panel(
        "Requests a second; the line is a third of the bare handler's",
        "requests a second",
        labels,
        {name: [ways[index].rate for ways in contests] for index, name in enumerate(names)},
        expected={label: ways[0].rate * SHARE for label, ways in zip(labels, contests, strict=True)},
    )
    waits = Panel(
        "p99 of a small tenant; the line is what one queue for all would give",
        "ms",
        ["quiet", "beside a flood"],
        {"p99": [fairness.quiet.p99, fairness.beside.p99]},
        line=fairness.fifo_ms,
    )
    chart("control", [rates, waits])


if __name__ == "__main__":
    typer.run(main)
