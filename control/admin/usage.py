"""`hearth-admin usage`."""

import json
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from control.admin.terminal import PAGE, carry_out, choices, text_of
from control.admin.ways import Json, Way

COUNTS = ("executions", "wall_ms", "cpu_ms", "gb_seconds", "bytes_in", "bytes_out")


def show(
    context: typer.Context,
    tenant: Annotated[str, typer.Argument(metavar="TENANT", help="The tenant's id.")],
    from_: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="The first day (UTC), as 2030-01-31.")
    ] = None,
    to: Annotated[str | None, typer.Option(metavar="DAY", help="The last day. Default: today.")] = None,
    group_by: Annotated[
        str, typer.Option(metavar="NAMES", help="What to divide by: day,language,outcome or some of them.")
    ] = "day",
) -> None:
    """Shows what a tenant used: by default in the last 30 days, by day."""
    given = {"from": from_, "to": to, "group_by": group_by}
    said = {name: value.encode() for name, value in given.items() if value is not None}
    report = carry_out(context, lambda way: _whole(way, tenant, said))
    if choices(context).as_json:
        typer.echo(json.dumps(report))
        return
    groups = report["group_by"]
    table = Table(show_footer=True, box=SIMPLE_HEAD)
    for name in groups:
        table.add_column(name, no_wrap=True)
    for name in COUNTS:
        table.add_column(name, footer=_shown(report["total"][name]), justify="right", no_wrap=True)
    for part in report["usage"]:
        table.add_row(*(text_of(part[name]) for name in groups), *(_shown(part[name]) for name in COUNTS))
    # Numbers are read whole or not at all: a terminal that is too narrow for a line continues it.
    console = Console()
    console.width = max(
        console.width, Measurement.get(console, console.options.update(width=500), table).maximum
    )
    console.print(table, crop=False)


async def _whole(way: Way, tenant: str, given: dict[str, bytes]) -> Json:
    """All pages in one."""
    given = given | {"limit": b"%d" % PAGE}
    report = page = await way.get_usage(tenant, given)
    while page["next"] is not None:
        page = await way.get_usage(tenant, given | {"after": page["next"].encode()})
        report["usage"] += page["usage"]
    del report["next"]
    return report


def _shown(number: float) -> str:
    return f"{number:,.3f}" if isinstance(number, float) else f"{number:,}"
