"""`hearth-admin tenants`."""

import json
from typing import Annotated

import typer

from control.admin.terminal import all_of, carry_out, show, show_list
from control.admin.ways import Json

app = typer.Typer(help="Tenants: who may run programs, and within which limits.", no_args_is_help=True)

COLUMNS = ("id", "plan", "limits", "created_at", "disabled_at")

Id = Annotated[str, typer.Argument(metavar="ID", help="The tenant's id.")]
Plan = Annotated[str | None, typer.Option(help="The plan, one of those in the settings.")]
Limit = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME=VALUE",
        help="A limit of its own, as run_timeout_max_ms=10000 or languages=python,c; may be repeated. "
        "Without a value it is the plan's again.",
    ),
]


@app.command()
def create(context: typer.Context, id_: Id, plan: Plan = None, limit: Limit = None) -> None:
    """Makes a tenant. It has no keys yet."""
    body: Json = {"id": id_, "limits": _limits(limit)}
    if plan is not None:
        body["plan"] = plan
    show(context, carry_out(context, lambda way: way.create_tenant(body)))


@app.command("list")
def list_(context: typer.Context) -> None:
    """Lists all tenants."""
    rows = carry_out(context, lambda way: all_of(way.list_tenants, "tenants"))
    show_list(context, rows, COLUMNS)


@app.command("show")
def show_(context: typer.Context, id_: Id) -> None:
    """Shows a tenant, its own limits and those in force."""
    show(context, carry_out(context, lambda way: way.get_tenant(id_)))


@app.command()
def change(context: typer.Context, id_: Id, plan: Plan = None, limit: Limit = None) -> None:
    """Changes a tenant's plan or limits; what is not named stays."""
    body: Json = {"limits": _limits(limit)}
    if plan is not None:
        body["plan"] = plan
    show(context, carry_out(context, lambda way: way.update_tenant(id_, body)))


@app.command()
def disable(context: typer.Context, id_: Id) -> None:
    """Refuses all keys of a tenant until it is enabled again."""
    show(context, carry_out(context, lambda way: way.update_tenant(id_, {"disabled": True})))


@app.command()
def enable(context: typer.Context, id_: Id) -> None:
    """Accepts a tenant's keys again."""
    show(context, carry_out(context, lambda way: way.update_tenant(id_, {"disabled": False})))


@app.command()
def delete(
    context: typer.Context, id_: Id, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False
) -> None:
    """Deletes a tenant and its keys, for good; its id is not given to another."""
    if not yes:
        typer.confirm(f"Delete the tenant {id_!r} and all its keys?", abort=True, err=True)
    carry_out(context, lambda way: way.delete_tenant(id_))


def _limits(given: list[str] | None) -> Json:
    limits: Json = {}
    for text in given or ():
        name, equals, value = text.partition("=")
        if not equals:
            raise typer.BadParameter(f"{text!r} is not NAME=VALUE", param_hint="--limit")
        if name == "languages" and value:
            limits[name] = [language.strip() for language in value.split(",")]
        else:
            limits[name] = _value(value)
    return limits


def _value(text: str) -> object:
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text
