"""`python -m control.keys`: makes, lists and revokes the API keys in the keys file.

A running control plane takes every change within a second.
"""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from control.auth.file_store import add_key, editing, load
from control.auth.keys import Scope
from control.settings import Settings

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)


@app.command()
def create(
    tenant: Annotated[str, typer.Option(help="The tenant that the key acts for.")] = "default",
    name: Annotated[str, typer.Option(help="What the key is for, for the list.")] = "",
    scope: Annotated[
        list[Scope] | None, typer.Option(help="What the key may do; may be repeated. Default: execute.")
    ] = None,
) -> None:
    """Makes a key and prints it, this once."""
    if not tenant:
        raise typer.BadParameter("must not be empty", param_hint="--tenant")
    with editing(Settings().keys_file) as content:
        record, key = add_key(content, tenant, name, scope or [Scope.EXECUTE])
    typer.echo(f"key {record.id} for tenant {tenant}; it is not shown again:", err=True)
    typer.echo(key)


@app.command("list")
def list_() -> None:
    """Lists the keys, without the keys themselves."""
    table = Table("id", "tenant", "name", "scopes", "created", "revoked")
    for record in load(Settings().keys_file).keys:
        revoked = record.revoked.isoformat() if record.revoked else ""
        table.add_row(
            record.id,
            record.tenant,
            record.name,
            " ".join(record.scopes),
            record.created.isoformat(),
            revoked,
        )
    Console().print(table)


@app.command()
def revoke(
    id_: Annotated[str, typer.Argument(metavar="ID", help="The key's id, as `list` shows it.")],
) -> None:
    """Revokes a key."""
    with editing(Settings().keys_file) as content:
        for record in content.keys:
            if record.id == id_:
                record.revoked = record.revoked or datetime.now(UTC).replace(microsecond=0)
                return
        raise typer.BadParameter(f"no key {id_!r}", param_hint="ID")


if __name__ == "__main__":
    app()
