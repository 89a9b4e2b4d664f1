"""The same results three times: a table for the eye, JSON for machines, an SVG for the docs."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from matplotlib import pyplot
from rich.console import Console
from rich.table import Table

from bench.sample import Series

RESULTS = Path(__file__).parent / "results"


def report(
    name: str, title: str, series: list[Series], baseline: Series, notes: Mapping[str, object]
) -> None:
    """Writes `NAME.json` and `NAME.svg` and prints a table; ratios are of p50, to the baseline's."""
    RESULTS.mkdir(exist_ok=True)
    rows = [one.summary() | {"ratio": round(_ratio(one, baseline), 3)} for one in series]
    _print(title, rows, notes)
    result = {
        "benchmark": name,
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"kernel": platform.release(), "processor": _processor()},
        "baseline": baseline.name,
        "milliseconds": rows,
        "notes": notes,
    }
    (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n")
    _draw(RESULTS / f"{name}.svg", title, series)


def _ratio(one: Series, baseline: Series) -> float:
    return one.percentile(0.5) / baseline.percentile(0.5)


def _print(title: str, rows: list[dict[str, object]], notes: Mapping[str, object]) -> None:
    console = Console()
    table = Table("what", "how", "n", "p50 ms", "p95 ms", "p99 ms", "p50 ratio", title=title)
    for row in rows:
        table.add_row(*(str(row[key]) for key in ("name", "detail", "n", "p50", "p95", "p99", "ratio")))
    console.print(table)
    for key, value in notes.items():
        console.print(f"{key}: {value}")


def _draw(path: Path, title: str, series: list[Series]) -> None:
    figure, axes = pyplot.subplots(figsize=(9, 0.6 * len(series) + 1.6))
    names = [one.name for one in series]
    axes.barh(names, [one.percentile(0.95) for one in series], color="#d9d9d9", label="p95")
    bars = axes.barh(names, [one.percentile(0.5) for one in series], color="#c4501b", label="p50")
    axes.bar_label(bars, fmt="%.1f", padding=3)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlabel("ms, logarithmic")
    axes.set_title(title)
    axes.legend()
    figure.tight_layout()
    figure.savefig(path)
    pyplot.close(figure)


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(": ", 1)[1] for line in lines if line.startswith("model name")), "unknown")
