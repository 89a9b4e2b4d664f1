"""The command line of the builder."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from images.builder import build, options, preflight, settings
from images.builder.errors import BuilderError
from images.builder.progress import Reporter
from images.builder.store import Store

_INTERRUPTED = 130  # what a shell reports for SIGINT


def build_images(
    out: Annotated[Path | None, typer.Option(help="Where images go; HEARTH_IMAGES_DIR.")] = None,
    only: Annotated[list[str] | None, typer.Option(help="Only this image; may be repeated.")] = None,
    agent: Annotated[Path, typer.Option(help="The agent's binary.")] = settings.DEFAULT_AGENT,
    definitions: Annotated[
        Path, typer.Option(help="The folder with one folder a runtime.")
    ] = settings.DEFINITIONS,
    with_: Annotated[
        list[str] | None,
        typer.Option("--with", help="An option of an image, like python=data; may be repeated."),
    ] = None,
    refresh: Annotated[bool, typer.Option(help="Install again, with the archive's newest packages.")] = False,
) -> None:
    """Builds the images of all runtimes that have changed since they were last built."""
    start = time.monotonic()
    reporter = Reporter(Console(stderr=True))
    try:
        asked_for = options.parse([*settings.image_options(), *(with_ or ())])
        wanted = build.sources(definitions, only or (), asked_for)
        preflight.check(agent)
        store = Store((out or settings.images_dir()).resolve())
        built = build.build(wanted, store, agent, reporter, refresh=refresh, complete=not only)
    except BuilderError as error:
        reporter.line("error", str(error))
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        reporter.line("builder", "interrupted; nothing half-finished is left")
        raise typer.Exit(_INTERRUPTED) from None
    unchanged = len(wanted) - built
    took = f"{time.monotonic() - start:.1f} s"
    reporter.line("done", f"{built} built, {unchanged} unchanged, in {store.folder}", took)


def main() -> None:
    """`python -m images.builder`."""
    signal.signal(signal.SIGTERM, _interrupt)
    typer.run(build_images)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
