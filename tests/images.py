"""Folders of images for test stacks: some of those that the machine has, and plain variants of them.

A plain variant is the same image without a compile stage and without a parked runner: a runtime named
`plain-LANGUAGE` whose programs are Perl scripts, since Perl is in every image. A test has one start what
anybody would start by hand.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from executor.runtime import Runtime, load_runtimes


def runtimes_of(images: Path) -> dict[str, str]:
    """Versions by language, as the builder read them from the binaries."""
    return {one.definition.language: one.version for one in load_runtimes(images).values()}


def runtime_of(images: Path, language: str) -> Runtime:
    """The runtime of a language. Raises LookupError when there is no image of it."""
    for runtime in load_runtimes(images).values():
        if runtime.definition.language == language:
            return runtime
    raise LookupError(f"no image of {language} in {images}: make images")


def plain_name(language: str) -> str:
    return f"plain-{language}"


def select(images: Path, folder: Path, languages: Collection[str], *, plain: bool) -> None:
    """Fills a folder with some languages' images; with `plain`, with their plain variants too."""
    folder.mkdir()
    for language in languages:
        runtime = runtime_of(images, language)
        (folder / runtime.archive).symlink_to(images / runtime.archive)
        record = runtime.model_dump(mode="json")
        _write(folder, record)
        if plain:
            _write(folder, record | {"id": f"plain-{runtime.id}", "definition": _plain(runtime)})


def _write(folder: Path, record: dict[str, Any]) -> None:
    (folder / f"{record['id']}.json").write_text(json.dumps(record))


def _plain(runtime: Runtime) -> dict[str, Any]:
    definition = runtime.definition
    changed: dict[str, Any] = {
        "language": plain_name(definition.language),
        "aliases": [],
        "entry": "main.pl",
        "compile": None,
        "park": None,
        "run": {"command": ["/usr/bin/perl", "{entry}", "{args}"]},
    }
    limits = definition.limits
    # One stage does what are two otherwise.
    if definition.compile is not None:
        memory = max(limits.run_memory, limits.compile_memory)
        changed["limits"] = limits.model_dump() | {"run_memory": memory}
    return definition.model_dump(mode="json") | changed
