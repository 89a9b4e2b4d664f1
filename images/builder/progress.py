"""Shows what the builder does and how far it is."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)


class Reporter:
    """A line for each step that is done; on a terminal, also what goes on and how much is to come."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task("", total=None)

    @contextlib.contextmanager
    def running(self, steps: int) -> Iterator[None]:
        """Shows progress until left. `steps`: how many there will be at most."""
        self._progress.update(self._task, total=steps)
        with self._progress:
            yield

    @contextlib.contextmanager
    def step(self, subject: str, doing: str) -> Iterator[None]:
        """One step; its line is written when it has worked."""
        self._progress.update(self._task, description=f"{subject}: {doing}")
        start = time.monotonic()
        yield
        self.line(subject, doing, f"{time.monotonic() - start:.1f} s")
        self._progress.advance(self._task)

    def skip(self, steps: int) -> None:
        """Steps that turned out not to be needed."""
        self._progress.advance(self._task, steps)

    def line(self, subject: str, text: str, note: str = "") -> None:
        """One line that stays."""
        self._console.print(
            f"{subject:<12} {text}  {note}".rstrip(), markup=False, highlight=False, soft_wrap=True
        )
