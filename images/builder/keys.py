"""Content addressing: what a layer or an image is made of, as one hash.

Only what ends in the result counts. A comment or a run command in `runtime.toml` is no part of a
layer, so changing it never installs packages again; the image's own key holds the whole definition.
"""

from __future__ import annotations

import hashlib
import json
import stat
from collections.abc import Iterable
from pathlib import Path

from images.builder import settings
from images.builder.definition import Definition, Image
from images.builder.hashing import of_file

# In a runtime's folder, but not for its build: the definition is hashed field by field.
_IGNORED = ("runtime.toml", "README.md", "__pycache__", "__init__.py", "tests")


def base(architecture: str) -> str:
    """The key of the base layer."""
    return _hash("base", settings.LAYER_FORMAT, architecture, settings.SUITE, *_base_settings())


def runtime(image: Image, folder: Path, *below: str) -> str:
    """The key of a runtime's layer. `below`: digests of the layers under it, from the bottom.

    They count by their content: a newer base makes newer layers.
    """
    files = list(_files(folder)) if image.build else []
    content = image.model_dump(mode="json", exclude={"over"})
    if not image.npm:
        del content["npm"]  # as before there were any: no other layer is built anew for them
    return _hash("runtime", settings.LAYER_FORMAT, " ".join(below), content, files)


def agent(path: Path) -> str:
    """The key of the agent's layer."""
    return _hash("agent", settings.LAYER_FORMAT, of_file(path))


def image(name: str, definition: Definition, layers: Iterable[str]) -> str:
    """The key of an image. `layers`: the keys of its layers."""
    content = definition.model_dump(mode="json")
    return _hash("image", settings.IMAGE_FORMAT, name, content, settings.ENVIRONMENT, list(layers))


def _base_settings() -> tuple[object, ...]:
    paths = (*settings.EXCLUDED_PATHS, *settings.INCLUDED_PATHS)
    return settings.VARIANT, settings.BASE_PACKAGES, settings.USER, settings.USER_ID, settings.HOME, paths


def _files(folder: Path) -> Iterable[tuple[str, bool, str]]:
    """Path, whether it is executable, and digest, of every file that `build` can see."""
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_file() and not any(part in _IGNORED for part in relative.parts):
            yield str(relative), bool(path.stat().st_mode & stat.S_IXUSR), of_file(path)


def _hash(*content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
