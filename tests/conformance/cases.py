"""The programs that every way of running a language must run alike.

A folder beside this file is a language; what lies in it are its cases. A file `NAME.EXT` is a case
of one program, which is sent as `main.EXT`. A folder `NAME/` is a case of several files; its
`case.toml`, if it has one, is not among them and says what is not the default:

    entry     = "pkg/app.py"    # what is run; `main.*` if not said
    args      = ["a", "b"]
    stdin     = "text"          # or, for what is not UTF-8,
    stdin_hex = "ff00"
    env       = { NAME = "value" }

A case says nothing of what its program prints. The plain command, run on the same files, says it.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent
DESCRIPTION = "case.toml"
KEYS = frozenset({"entry", "args", "stdin", "stdin_hex", "env"})


@dataclass(frozen=True, slots=True)
class Case:
    """One program with all that it is given."""

    language: str
    name: str
    files: Mapping[str, bytes]
    entry: str
    args: tuple[str, ...] = ()
    stdin: bytes = b""
    env: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.language}/{self.name}"


class MalformedCaseError(Exception):
    """A case's folder or description is not as this module's docstring says."""


def load(language: str | None = None) -> list[Case]:
    """All cases, or those of one language, in a stable order."""
    return [case for name in ([language] if language else languages()) for case in _of_language(FOLDER / name)]


def languages() -> list[str]:
    return sorted(path.name for path in FOLDER.iterdir() if path.is_dir() and not _is_litter(path))


def _of_language(folder: Path) -> Iterator[Case]:
    for path in sorted(folder.iterdir()):
        if _is_litter(path):
            continue
        yield _from_folder(path) if path.is_dir() else _from_file(path)


def _from_file(path: Path) -> Case:
    entry = f"main{path.suffix}"
    return Case(path.parent.name, path.stem, {entry: path.read_bytes()}, entry)


def _from_folder(folder: Path) -> Case:
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(map(_is_litter, [path, *path.parents]))
    }
    described = tomllib.loads(files.pop(DESCRIPTION, b"").decode())
    if unknown := described.keys() - KEYS:
        raise MalformedCaseError(f"{folder}: {DESCRIPTION} has unknown keys {sorted(unknown)}")
    if "stdin" in described and "stdin_hex" in described:
        raise MalformedCaseError(f"{folder}: stdin is given twice")
    return Case(
        language=folder.parent.name,
        name=folder.name,
        files=files,
        entry=described.get("entry") or _only_main(folder, files),
        args=tuple(described.get("args", ())),
        stdin=bytes.fromhex(described.get("stdin_hex", "")) or described.get("stdin", "").encode(),
        env=described.get("env", {}),
    )


def _only_main(folder: Path, files: Mapping[str, bytes]) -> str:
    mains = [name for name in files if "/" not in name and name.partition(".")[0] == "main"]
    if len(mains) != 1:
        raise MalformedCaseError(f"{folder}: needs an entry, for it has {len(mains)} files named main")
    return mains[0]


def _is_litter(path: Path) -> bool:
    """What tools leave behind, and no case is."""
    return path.name == "__pycache__"
