"""The files of a request: their names and encodings, and which of them is the program."""

import posixpath
from collections.abc import Sequence
from typing import Any

from control.api.piston.javascript import is_falsy, valid_base64, valid_hex
from control.api.problems import ProblemError, shortened
from executor.api import executor_pb2 as pb

UTF8 = "utf8"
# Their compilers tell a source by its name's end, and Piston's own packages give it one.
NAMED_BY_SUFFIX = {"c", "c++", "csharp", "go", "java", "typescript"}
UNNAMED_SUFFIX = ".code"


def check_contents(files: Sequence[Any]) -> None:
    for index, file in enumerate(files):
        if not isinstance(file, dict) or not isinstance(file.get("content"), str):
            raise ProblemError(400, f"files[{index}].content is required as a string")


def has_code(files: Sequence[dict[str, Any]]) -> bool:
    """Whether one of them is said to be text. An encoding that nobody knows is not, though it is read so."""
    return any(is_falsy(file.get("encoding")) or file["encoding"] == UTF8 for file in files)


def files_of(files: Sequence[dict[str, Any]], runtime: pb.Runtime) -> tuple[list[dict[str, Any]], int]:
    """The files as `/v1` takes them, and the place of the program: the first that is text."""
    made: dict[object, dict[str, Any]] = {}
    entry: object = None
    for index, file in enumerate(files):
        encoding, content = _content(file)
        given = file.get("name")
        name = f"file{index}{UNNAMED_SUFFIX}" if is_falsy(given) else _inside(given)
        if encoding == UTF8 and (entry is None or is_falsy(given)):
            name = _with_suffix(name, runtime)
            entry = name if entry is None else entry
        # One of the same name was written over.
        made[_key(name)] = {"name": name, "content": content, "encoding": encoding}
    return list(made.values()), list(made).index(_key(entry))


def _content(file: dict[str, Any]) -> tuple[str, str]:
    match file.get("encoding"):
        case "base64":
            return "base64", valid_base64(file["content"])
        case "hex":
            return "hex", valid_hex(file["content"])
        case _:
            return UTF8, file["content"]


def _inside(name: object) -> object:
    """A name without detours. What is no string is left for `/v1` to refuse."""
    if not isinstance(name, str):
        return name
    relative = posixpath.normpath(name.lstrip("/") or ".")
    if relative.startswith(".."):
        raise ProblemError(
            400,
            f'File path "{shortened(name)}" tries to escape parent directory: {shortened(relative)}',
        )
    return relative


def _with_suffix(name: object, runtime: pb.Runtime) -> object:
    if runtime.language not in NAMED_BY_SUFFIX or not isinstance(name, str):
        return name
    there = posixpath.splitext(name)[1]
    return name + posixpath.splitext(runtime.entry)[1] if there in ("", UNNAMED_SUFFIX) else name


def _key(name: object) -> object:
    return name if isinstance(name, str) else id(name)
