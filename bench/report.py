"""The same results three times: a table for the eye, JSON for machines, an SVG for the docs."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from matplotlib import pyplot
from matplotlib.axes import Axes
from rich.console import Console
from rich.table import Table

from bench.sample import Series

RESULTS = Path(__file__).parent / "results"

_COLOURS = ("#c4501b", "#2f6f8f", "#6b8e23", "#8a6d9e")


@dataclass(frozen=True, slots=True)
class Panel:
    """One chart of bars: each of `bars` has a value for each label, None where there is none."""

    title: str
    unit: str
    labels: Sequence[str]
    bars: Mapping[str, Sequence[float | None]]
    logarithmic: bool = False
    # A line to compare with.
    line: float | None = None
    # For some labels, the value that was expected; drawn as a tick.
    expected: Mapping[str, float] = field(default_factory=dict)


def report(
    name: str, title: str, series: list[Series], baseline: Series, notes: Mapping[str, object]
) -> None:
    """Writes `NAME.json` and `NAME.svg` and prints a table; ratios are of p50, to the baseline's."""
    rows = [one.summary() | {"ratio": round(_ratio(one, baseline), 3)} for one in series]
    keys = ("name", "detail", "n", "p50", "p95", "p99", "ratio")
    columns = ("what", "how", "n", "p50 ms", "p95 ms", "p99 ms", "p50 ratio")
    show(title, columns, ([row[key] for key in keys] for row in rows), notes)
    save(name, {"baseline": baseline.name, "milliseconds": rows, "notes": notes})
    _draw(RESULTS / f"{name}.svg", title, series)


def show(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], notes: Mapping[str, object]
) -> None:
    """Prints a table, and notes below it. What is None stays empty."""
    console = Console()
    table = Table(*columns, title=title)
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    console.print(table)
    for key, value in notes.items():
        console.print(f"{key}: {value}")


def save(name: str, content: Mapping[str, object]) -> None:
    """Writes `NAME.json`: the content, and when and where it was measured."""
    RESULTS.mkdir(exist_ok=True)
    result = {
        "benchmark": name,
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"kernel": platform.release(), "processor": _processor()},
        **content,
    }
    (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n")


def chart(name: str, panels: Sequence[Panel]) -> None:
    """Writes `NAME.svg`: the panels, one below the other."""
    heights = [0.42 * len(panel.labels) * len(panel.bars) ** 0.5 + 1.2 for panel in panels]
    figure, grid = pyplot.subplots(
        len(panels), figsize=(9, sum(heights)), squeeze=False, height_ratios=heights
    )
    for axes, panel in zip(grid[:, 0], panels, strict=True):
        _draw_panel(axes, panel)
    figure.tight_layout()
    figure.savefig(RESULTS / f"{name}.svg")
    pyplot.close(figure)


def _draw_panel(axes: Axes, panel: Panel) -> None:
    thickness = 0.8 / len(panel.bars)
    for index, (name, values) in enumerate(panel.bars.items()):
        places = [row + (index + 0.5) * thickness - 0.4 for row in range(len(values))]
        there = [(place, value) for place, value in zip(places, values, strict=True) if value is not None]
        bars = axes.barh(
            [place for place, _ in there],
            [value for _, value in there],
            height=thickness,
            color=_COLOURS[index % len(_COLOURS)],
            label=name,
        )
        axes.bar_label(bars, fmt="%.3g", padding=3, fontsize=8)
    axes.set_yticks(range(len(panel.labels)), panel.labels)
    for row, label in enumerate(panel.labels):
        if label in panel.expected:
            axes.vlines(panel.expected[label], row - 0.45, row + 0.45, color="black", linewidth=2)
    if panel.line is not None:
        axes.axvline(panel.line, color="#888888", linestyle="--", linewidth=1)
    axes.invert_yaxis()
    axes.margins(x=0.12)
    if panel.logarithmic:
        axes.set_xscale("log")
    axes.set_xlabel(f"{panel.unit}, logarithmic" if panel.logarithmic else panel.unit)
    axes.set_title(panel.title)
    if len(panel.bars) > 1:
        axes.legend()


def _ratio(one: Series, baseline: Series) -> float:
    return one.percentile(0.5) / baseline.percentile(0.5)


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
