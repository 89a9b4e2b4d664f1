"""Runtimes as the image builder wrote them down, and the command lines that they make of a program."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from images.builder.definition import Definition, Park

log = structlog.get_logger()

# The folder that both stages of a program see and that is not its workspace; the agent mounts it.
BUILD = "/build"

_PLACEHOLDER = re.compile(r"\{(entry|build)\}")
_SOURCES = re.compile(r"\{sources:([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Step:
    """How one stage of a program is started."""

    argv: list[str]
    # By the parked runner, which `further` gives the next stage too.
    parked: bool = False
    further: bool = False


@dataclass(frozen=True, slots=True)
class Steps:
    """The stages of a program."""

    compile: Step | None
    run: Step


class Runtime(BaseModel):
    """One `NAME.json` of the images' folder."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    version: str
    image: str
    archive: str
    chain_id: str
    environment: dict[str, str]
    definition: Definition

    def steps(self, program: Program, env: Iterable[str]) -> Steps:
        """How a program with these variables is carried out, by the parked runner where that may do it."""
        definition, park = self.definition, self._runner_for(program.entry, env)
        compile = Step(program.expand(definition.compile.command)) if definition.compile else None
        run = Step(program.expand(definition.run.command))
        if park is not None and park.compile is not None:
            compile = Step(program.expand(park.compile), parked=True, further=park.run is not None)
        if park is not None and park.run is not None:
            run = Step(program.expand(park.run), parked=True)
        return Steps(compile, run)

    def _runner_for(self, entry: str, env: Iterable[str]) -> Park | None:
        """The parked runner, if it may become a program with this entry point and these variables."""
        park = self.definition.park
        if park is None or park.entry not in (None, entry):
            return None
        barred = any(fnmatch.fnmatchcase(name, glob) for glob in park.unless_env for name in env)
        return None if barred else park


def load_runtimes(folder: Path) -> dict[str, Runtime]:
    """The runtimes by id. A file that is not what the builder writes costs its own runtime only."""
    found: dict[str, Runtime] = {}
    for path in sorted(folder.glob("*.json")):
        try:
            runtime = Runtime.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            log.error("runtime.unusable", reason=f"{path}: {error}; make images")
        else:
            found[runtime.id] = runtime
    if not found:
        log.error("runtimes.none", reason=f"{folder} describes none: make images")
    return found


@dataclass(frozen=True, slots=True)
class Program:
    """What the words in braces of a command line stand for."""

    files: Sequence[str]
    args: Sequence[str]

    @property
    def entry(self) -> str:
        return self.files[0]

    def expand(self, command: Sequence[str]) -> list[str]:
        """A command line of `runtime.toml` for this program."""
        words: list[str] = []
        for word in command:
            if word == "{args}":
                words += self.args
            elif sources := _SOURCES.fullmatch(word):
                words += self._matching(sources[1])
            else:
                words.append(_PLACEHOLDER.sub(lambda found: self._of(found[0]), word))
        return words

    def _of(self, placeholder: str) -> str:
        return _no_option(self.entry) if placeholder == "{entry}" else BUILD

    def _matching(self, glob: str) -> list[str]:
        return [
            _no_option(name) for name in self.files if fnmatch.fnmatchcase(posixpath.basename(name), glob)
        ]


def _no_option(name: str) -> str:
    """A file's name that no command takes for one of its options."""
    return f"./{name}" if name.startswith("-") else name
