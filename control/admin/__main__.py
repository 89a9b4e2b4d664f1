"""`hearth-admin`, or `python -m control.admin`: tenants, keys and usage.

Goes over the admin API, with HEARTH_URL and HEARTH_API_KEY or the credentials file; the key needs the scope
`admin`. Control planes take every change within a second.
"""

from typing import Annotated

import typer

from control.admin import keys, tenants, usage
from control.admin.terminal import Choices

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)
app.add_typer(tenants.app, name="tenants")
app.add_typer(keys.app, name="keys")
app.command("usage")(usage.show)


@app.callback()
def _before(
    context: typer.Context,
    database: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Go to this database instead of the API: to begin with, or when no admin key is left. "
            "As sqlite:////var/lib/hearth/control.db.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Show what was found as JSON.")] = False,
) -> None:
    context.obj = Choices(database, as_json)


def main() -> None:
    app(prog_name="hearth-admin")


if __name__ == "__main__":
    main()
