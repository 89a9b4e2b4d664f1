"""`python -m host up|down|status`: one machine's Hearth, for a person at a terminal."""

from __future__ import annotations

import fcntl
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from host.layout import Layout
from host.runner import StackError
from host.stack import Stack
from host.sweep import leftovers

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)
console = Console(highlight=False)

_LOCK = Path("/run/lock/hearth.lock")


@contextmanager
def _alone() -> Iterator[None]:
    """One `up` or `down` at a time."""
    _LOCK.parent.mkdir(parents=True, exist_ok=True)
    with _LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _told() -> Iterator[None]:
    """Errors of the stack as text and exit status 1."""
    try:
        yield
    except StackError as error:
        console.print(f"[red]{error}[/red]", soft_wrap=True)
        raise typer.Exit(1) from error


@app.command()
def up() -> None:
    """Start everything, wait until programs can run, and show how to run one."""
    began = time.monotonic()
    stack = Stack(Layout.of_this_machine())
    with _told(), _alone():
        changed = stack.start()
        console.print(f"==> services: {'started' if changed else 'running already'}")
        with console.status("warming sandboxes") as status:
            for warm, expected in stack.until_warm():
                status.update(f"warming sandboxes: {warm} of {expected} runtimes ready")
        console.print(f"==> ready after {time.monotonic() - began:.1f} s")
        url, key = stack.credentials()
    console.print(f"\n    key   {key}\n          (also in {stack.layout.credentials})\n")
    console.print(
        f"    curl -s {url}/v1/execute -H 'Authorization: Bearer {key}' \\\n"
        "         -H 'Content-Type: application/json' \\\n"
        """         -d '{"language": "python", "code": "print(\\"hello\\")"}'\n""",
        soft_wrap=True,
        markup=False,
    )


@app.command()
def down() -> None:
    """Stop everything; leave no process, mount, cgroup or container behind."""
    stack = Stack(Layout.of_this_machine())
    with _told(), _alone():
        stack.stop()
    console.print("==> down; images and keys stay in " + str(stack.layout.state))


@app.command()
def status() -> None:
    """Show what runs, and how many sandboxes are warm."""
    stack = Stack(Layout.of_this_machine())
    states = stack.states()
    if states is None:
        console.print("Hearth is down.")
        for one in leftovers(stack.layout):
            console.print(f"  left behind: {one}")
        raise typer.Exit(3)
    table = Table("service", "state", "pid")
    for name, state in states.items():
        table.add_row(name, state.text, str(state.pid) if state.running else "")
    console.print(table)
    table = Table("language", "version", "warm", "executors")
    with _told():
        for runtime in stack.runtimes():
            table.add_row(*(str(runtime[key]) for key in ("language", "version", "warm", "executors")))
    console.print(table)
    if not all(state.running for state in states.values()):
        sys.exit(1)


if __name__ == "__main__":
    app()
