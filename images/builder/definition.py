"""What a `runtime.toml` may say, checked strictly: an unknown key is an error, not a wish.

Imports only pydantic, because executors read the `definition` in `NAME.json` with these models:
`Definition.model_validate_json`.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path, PurePosixPath
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from images.builder.errors import DefinitionError
from images.builder.words import Words, command, words


def _file_name(name: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or str(path) != name or name == ".":
        raise ValueError(f"{name!r} is not a plain file name below the workspace")
    return name


Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9+#._-]*$")]
FileName = Annotated[str, Field(min_length=1), AfterValidator(_file_name)]
# "gcc", "gcc:amd64", "golang-go/trixie-backports": what apt-get install takes.
Package = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9+.-]+(:[a-z0-9]+)?(/[a-z-]+)?$")]
Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Milliseconds = Annotated[int, Field(gt=0, le=24 * 3600 * 1000)]
Bytes = Annotated[int, Field(gt=0, lt=2**63)]
Count = Annotated[int, Field(gt=0, lt=2**31)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class NpmPackage(_Strict):
    """One version of an npm package, and the hash of its archive as registries and lock files write it."""

    name: Annotated[str, Field(pattern=r"^(@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-z0-9._-]*$")]
    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$")]
    integrity: Annotated[str, Field(pattern=r"^sha512-[A-Za-z0-9+/]{86}==$")]


class Image(_Strict):
    """What is in the image beside the base. `over`: and beside what this other image has."""

    over: Name | None = None
    packages: tuple[Package, ...] = ()
    build_packages: tuple[Package, ...] = ()
    npm: tuple[NpmPackage, ...] = ()
    build: Words = ()

    @model_validator(mode="after")
    def _build_packages_are_for_build(self) -> Self:
        if self.build_packages and not self.build:
            raise ValueError("build_packages without build: nothing would use them")
        if self.npm and not self.build:
            raise ValueError("npm without build: nothing would take anything from them")
        if len({package.name for package in self.npm}) < len(self.npm):
            raise ValueError("npm: a package is there twice")
        return self


class Compile(_Strict):
    """The stage before the run, for compiled languages."""

    command: Annotated[Words, Field(min_length=1), command("entry", "build", "sources")]


class Run(_Strict):
    """How a program is started."""

    command: Annotated[Words, Field(min_length=1), command("entry", "build", "sources", "args")]


class Park(_Strict):
    """The process that waits for a program; see PROTOCOL.md, "Parked runners"."""

    command: Annotated[Words, Field(min_length=1), command()]
    compile: Annotated[Words, Field(min_length=1), words("entry", "build", "sources")] | None = None
    run: Annotated[Words, Field(min_length=1), words("entry", "build", "args")] | None = None
    entry: FileName | None = None
    unless_env: tuple[Annotated[str, Field(min_length=1)], ...] = ()

    @model_validator(mode="after")
    def _waits_for_something(self) -> Self:
        if self.compile is None and self.run is None:
            raise ValueError("neither compile nor run: the process would wait for nothing")
        return self


class Option(_Strict):
    """What an image has beside the rest when its builder is asked for it. `notes` go to the others."""

    packages: Annotated[tuple[Package, ...], Field(min_length=1)]
    environment: dict[Variable, str] = {}
    notes: str = ""


class Limits(_Strict):
    """What a program gets when the request asks for nothing else. Times are ms, sizes bytes."""

    run_timeout: Milliseconds = 300_000
    compile_timeout: Milliseconds = 60_000
    run_memory: Bytes = 256 << 20
    compile_memory: Bytes = 512 << 20
    processes: Count = 128
    open_files: Count = 1024
    file_size: Bytes = 256 << 20
    stack: Bytes = 8 << 20
    workspace: Bytes = 256 << 20


class Definition(_Strict):
    """One `runtime.toml`, every default filled in."""

    language: Name
    aliases: tuple[Name, ...] = ()
    runtime: str = ""
    entry: FileName
    notes: str = ""
    version_command: Annotated[Words, Field(min_length=1), command()]
    image: Image = Image()
    options: dict[Name, Option] = {}
    environment: dict[Variable, str] = {}
    compile: Compile | None = None
    run: Run
    park: Park | None = None
    limits: Limits = Limits()

    @model_validator(mode="after")
    def _names_are_distinct(self) -> Self:
        names = (self.language, *self.aliases)
        if len(set(names)) < len(names):
            raise ValueError("aliases: a name is there twice, or is the language's own")
        return self

    @model_validator(mode="after")
    def _compiles_what_it_parks_for(self) -> Self:
        if self.park is not None and self.park.compile is not None and self.compile is None:
            raise ValueError("park.compile without [compile]: nothing could be done when it cannot be parked")
        return self


def load(path: Path) -> Definition:
    """Reads a `runtime.toml`. Raises DefinitionError, which names the file and every wrong field."""
    try:
        # By way of JSON, in which pydantic's strict mode takes an array for a tuple.
        content = json.dumps(tomllib.loads(path.read_text(encoding="utf-8")))
        return Definition.model_validate_json(content)
    except ValidationError as error:
        problems = (
            f"  {_place(e['loc'])}: {e['msg'].removeprefix('Value error, ')}"
            for e in error.errors(include_url=False)
        )
        raise DefinitionError("\n".join((f"{path}:", *problems))) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, TypeError) as error:
        raise DefinitionError(f"{path}: {error}") from error


def _place(location: tuple[int | str, ...]) -> str:
    """`image.packages[0]`, and for the file as a whole, `runtime.toml`."""
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return place.lstrip(".") or "runtime.toml"
