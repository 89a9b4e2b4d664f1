"""`hearth-admin keys`."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from control.admin.terminal import all_of, carry_out, duration_ms, show, show_issued, show_list
from control.admin.ways import Json
from control.auth.keys import Scope

app = typer.Typer(help="Keys: what a tenant's clients authenticate with.", no_args_is_help=True)

COLUMNS = ("id", "name", "scopes", "created_at", "expires_at", "revoked_at", "old_key_until")

Id = Annotated[str, typer.Argument(metavar="ID", help="The key's id, as `list` shows it.")]
Tenant = Annotated[str, typer.Argument(metavar="TENANT", help="The tenant's id.")]


@app.command()
def create(
    context: typer.Context,
    tenant: Tenant,
    name: Annotated[str, typer.Option(help="What the key is for, for the list.")] = "",
    scope: Annotated[
        list[Scope] | None, typer.Option(help="What it may do; may be repeated. Default: execute.")
    ] = None,
    expires_in: Annotated[str | None, typer.Option(metavar="TIME", help="As 90d or 12h.")] = None,
) -> None:
    """Makes a key and prints it, this once."""
    body: Json = {"name": name, "scopes": [str(one) for one in scope or [Scope.EXECUTE]]}
    if expires_in is not None:
        expires = datetime.now(UTC) + timedelta(milliseconds=duration_ms(expires_in))
        body["expires_at"] = expires.isoformat()
    show_issued(context, carry_out(context, lambda way: way.create_key(tenant, body)))


@app.command("list")
def list_(context: typer.Context, tenant: Tenant) -> None:
    """Lists a tenant's keys, without the keys themselves."""
    rows = carry_out(context, lambda way: all_of(lambda a, n: way.list_keys(tenant, a, n), "keys"))
    show_list(context, rows, COLUMNS)


@app.command("show")
def show_(context: typer.Context, id_: Id) -> None:
    """Shows what is known of a key."""
    show(context, carry_out(context, lambda way: way.get_key(id_)))


@app.command()
def rotate(
    context: typer.Context,
    id_: Id,
    grace: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="How long the old key still works, as 1d. Default: not at all."),
    ] = None,
) -> None:
    """Replaces a key by a new one with the same id and scopes, and prints it, this once."""
    body: Json = {} if grace is None else {"grace_period": duration_ms(grace)}
    show_issued(context, carry_out(context, lambda way: way.rotate_key(id_, body)))


@app.command()
def revoke(context: typer.Context, id_: Id) -> None:
    """Refuses a key from now on."""
    carry_out(context, lambda way: way.revoke_key(id_))
