"""One plain run by given command lines, and how long each of its stages takes.

What is measured is `vfork`, `exec` and the command itself; files are written, and those of the run before
removed, untimed.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from executor.runtime import BUILD, Program, Runtime

WORKSPACE = "/workspace"
# Seconds; a stage that takes longer is stuck.
_STAGE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Recipe:
    """Command lines for one program, and where it and what is made of it lie."""

    entry: str
    compile: list[str] | None
    run: list[str]
    environment: Mapping[str, str]
    workspace: str = WORKSPACE
    build: str = BUILD

    @classmethod
    def of_runtime(cls, runtime: Runtime) -> Recipe:
        """The plain commands of `runtime.toml`, which Hearth's parked runners stand for."""
        definition = runtime.definition
        program = Program([definition.entry], [])
        compile = program.expand(definition.compile.command) if definition.compile else None
        return cls(definition.entry, compile, program.expand(definition.run.command), runtime.environment)


@dataclass(frozen=True, slots=True)
class Timed:
    """One plain run: ms of each stage, and what the program printed."""

    compile: float
    run: float
    stdout: str


# Takes the program's text and its standard input.
Plain = Callable[[str, str], Timed]


def carry_out(recipe: Recipe, text: str, stdin: str) -> Timed:
    """Runs a text as the recipe says. Raises RuntimeError when a stage fails."""
    for folder in (recipe.workspace, recipe.build):
        for entry in list(Path(folder).iterdir()):
            if entry.is_dir():
                shutil.rmtree(entry)
            else:
                entry.unlink()
    Path(recipe.workspace, recipe.entry).write_text(text)
    compiling = _stage(recipe.compile, recipe, "")[0] if recipe.compile else 0.0
    running, stdout = _stage(recipe.run, recipe, stdin)
    return Timed(compiling, running, stdout)


def _stage(command: list[str], recipe: Recipe, stdin: str) -> tuple[float, str]:
    """ms that a command takes, and what it prints. Raises RuntimeError when it fails."""
    began = time.perf_counter()
    done = subprocess.run(
        command,
        input=stdin,
        capture_output=True,
        text=True,
        cwd=recipe.workspace,
        env=recipe.environment,
        timeout=_STAGE_SECONDS,
    )
    took = (time.perf_counter() - began) * 1000
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stderr[-400:]}")
    return took, done.stdout
