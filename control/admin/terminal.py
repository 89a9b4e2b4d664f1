"""What the commands share: how each reaches Hearth, says what is wrong, and shows what it found."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from control.admin.ways import Json, Way, WayError, way

if TYPE_CHECKING:
    from rich.table import Table

Answer = TypeVar("Answer")

PAGE = 1_000
UNITS_MS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


@dataclass(frozen=True, slots=True)
class Choices:
    """What was said before the command."""

    database: str | None
    as_json: bool


def carry_out(context: typer.Context, what: Callable[[Way], Awaitable[Answer]]) -> Answer:
    """Ends the program with status 1 and a sentence when it cannot be done."""

    async def go() -> Answer:
        async with way(choices(context).database) as at:
            return await what(at)

    try:
        return asyncio.run(go())
    except WayError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


def choices(context: typer.Context) -> Choices:
    found = context.obj
    assert isinstance(found, Choices)
    return found


async def all_of(page: Callable[[str, int], Awaitable[Json]], field: str) -> list[Json]:
    """Everything in a list that comes in pages."""
    found: list[Json] = []
    after: str | None = ""
    while after is not None:
        answer = await page(after, PAGE)
        found += answer[field]
        after = answer["next"]
    return found


def show_list(context: typer.Context, rows: list[Json], columns: tuple[str, ...]) -> None:
    if choices(context).as_json:
        typer.echo(json.dumps(rows))
        return
    from rich.table import Table

    table = Table()
    for column in columns:
        # Ids are there to be copied; whatever else there is gives way to them.
        widest = max((len(row["id"]) for row in rows), default=0) if column == "id" else None
        table.add_column(column, min_width=widest)
    for row in rows:
        table.add_row(*(text_of(row[column]) for column in columns))
    _print(table)


def show(context: typer.Context, found: Json) -> None:
    if choices(context).as_json:
        typer.echo(json.dumps(found))
        return
    from rich.table import Table

    table = Table(show_header=False)
    for name, value in found.items():
        if isinstance(value, dict):
            for inner, setting in value.items():
                table.add_row(f"{name}.{inner}", text_of(setting))
        else:
            table.add_row(name, text_of(value))
    _print(table)


def _print(table: Table) -> None:
    from rich.console import Console

    Console().print(table)


def show_issued(context: typer.Context, issued: Json) -> None:
    """The key alone on the standard output, so that it can be piped to where it belongs."""
    if choices(context).as_json:
        typer.echo(json.dumps(issued))
        return
    typer.echo(f"key {issued['id']} of tenant {issued['tenant']}; it is not shown again:", err=True)
    typer.echo(issued["key"])


def text_of(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return " ".join(value)
    return json.dumps(value) if isinstance(value, dict | bool) else str(value)


def duration_ms(text: str) -> int:
    """Of `30s`, `15m`, `12h`, `90d`."""
    found = re.fullmatch(r"(\d{1,6})([smhd])", text)
    if found is None or not int(found[1]):
        raise typer.BadParameter("must be a number with s, m, h or d, as in 90d")
    return int(found[1]) * UNITS_MS[found[2]]
