"""How long until a Python hello has been answered: Hearth's HTTP call, and what one would use instead.

    python -m bench.latency [--rounds N]

Needs a Hearth that is up (`make up`). The ways take turns, round after round, so that a noisy moment
of the machine falls on all of them alike. Before each measured call comes one of the same way that is
not measured, so that none pays for what the others pushed out of the caches, and a pause, in which
Hearth's pool gets warm again. `back to back` is Hearth's call without any pause.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import Annotated

import typer

from bench.peers import ctr_run, hearth, host_process, image_process, nsjail, runsc_exec
from bench.report import report
from bench.rootfs import mounted
from bench.sample import Series
from host.layout import Layout
from host.stack import Stack

CODE = 'print("hello")'
# Seconds. Parking a Python takes 0.05 to 0.1.
PAUSE = 0.3
PYTHON = ["/usr/bin/python3", "-c", CODE]


def main(rounds: Annotated[int, typer.Option(min=5, max=1000)] = 60) -> None:
    """Measures, prints a table, and writes bench/results/latency.{json,svg}."""
    layout = Layout.of_this_machine()
    url, key = Stack(layout).credentials()
    with ExitStack() as stack:
        rootfs = stack.enter_context(mounted(layout, "python"))
        call = stack.enter_context(hearth(url, key, "python", CODE))
        inside = Series("agent's part", "as the Stage's wall_time says")
        around = Series("Hearth's part", "the call less the agent's part")

        latest = [0.0, 0.0]

        def once() -> str:
            began = time.perf_counter()
            answer = call()
            took = (time.perf_counter() - began) * 1000
            run = answer["run"]
            assert isinstance(run, dict)
            latest[:] = [run["wall_time"], took - run["wall_time"]]
            return str(run["stdout"])

        host = stack.enter_context(host_process(PYTHON))
        ways = [
            (Series("hearth", "POST /v1/execute, warm pool"), once),
            (Series("host process", "the host's python3 -c"), host),
            (
                Series("image process", "the image's python3 -c"),
                stack.enter_context(image_process(rootfs, CODE)),
            ),
            (Series("nsjail", "new namespaces, no gVisor"), stack.enter_context(nsjail(rootfs, PYTHON))),
            (Series("runsc exec", "into a running sandbox"), stack.enter_context(runsc_exec(rootfs, PYTHON))),
            (
                Series("ctr run", "a new gVisor container"),
                stack.enter_context(ctr_run(layout, "python", PYTHON)),
            ),
        ]
        for _ in range(rounds):
            for way, run in ways:
                run()
                time.sleep(PAUSE)
                began = time.perf_counter()
                printed = run()
                took = (time.perf_counter() - began) * 1000
                if printed != "hello\n":
                    raise RuntimeError(f"{way.name} printed {printed!r}")
                way.times.append(took)
                if run is once:
                    inside.times.append(latest[0])
                    around.times.append(latest[1])
        closed = Series("hearth back to back", "the same, no pause between calls")
        for _ in range(rounds):
            began = time.perf_counter()
            call()
            closed.times.append((time.perf_counter() - began) * 1000)
    series = [one for one, _ in ways]
    series[1:1] = [inside, around, closed]
    notes = {
        "hearth / host process": round(series[0].percentile(0.5) / ways[1][0].percentile(0.5), 3),
        "hearth / image process": round(series[0].percentile(0.5) / ways[2][0].percentile(0.5), 3),
        "hearth / runsc exec": round(series[0].percentile(0.5) / ways[4][0].percentile(0.5), 3),
    }
    report("latency", "Python hello, request to answer", series, ways[1][0], notes)


if __name__ == "__main__":
    typer.run(main)
