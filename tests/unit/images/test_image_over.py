"""Images over others, and npm packages, in definitions and keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from images.builder import build, definition, keys
from images.builder.definition import Image, NpmPackage
from images.builder.errors import DefinitionError

INTEGRITY = f"sha512-{'A' * 86}=="
TOML = """
language = "{name}"
entry = "main"
version_command = ["/bin/x"]
[image]
{image}
[run]
command = ["/bin/x"]
"""


def write(folder: Path, **images: str) -> Path:
    for name, image in images.items():
        (folder / name).mkdir()
        (folder / name / "runtime.toml").write_text(TOML.format(name=name, image=image))
    return folder


def test_image_knows_what_it_is_over_even_when_only_it_is_wanted(tmp_path: Path) -> None:
    [found] = build.sources(write(tmp_path, below="", above='over = "below"'), ["above"])
    assert found.over is not None
    assert (found.name, found.over.name) == ("above", "below")


@pytest.mark.parametrize(
    ("image", "problem"),
    [('over = "nothing"', "there is no nothing"), ('over = "above"', "is over another one itself")],
)
def test_over_what_cannot_be_is_an_error(tmp_path: Path, image: str, problem: str) -> None:
    write(tmp_path, below="", above='over = "below"', wrong=image)
    with pytest.raises(DefinitionError, match=problem):
        build.sources(tmp_path, ["wrong"])


def test_layer_counts_every_layer_below(tmp_path: Path) -> None:
    image = Image(over="below")
    found = {keys.runtime(image, tmp_path, *below) for below in (("a",), ("a", "b"), ("a", "c"), ("d", "b"))}
    assert len(found) == 4


def test_layer_counts_npm_packages(tmp_path: Path) -> None:
    def key(*packages: NpmPackage) -> str:
        return keys.runtime(Image(npm=packages, build=("true",)), tmp_path, "a")

    one = NpmPackage(name="one", version="1.0.0", integrity=INTEGRITY)
    newer = one.model_copy(update={"version": "1.0.1"})
    assert len({key(), key(one), key(newer)}) == 3


@pytest.mark.parametrize(
    "image",
    [
        f'npm = [{{ name = "x", version = "1.0.0", integrity = "{INTEGRITY}" }}]',  # no build
        'build = ["true"]\nnpm = [{ name = "../x", version = "1.0.0", integrity = "' + INTEGRITY + '" }]',
        'build = ["true"]\nnpm = [{ name = "x", version = "^1", integrity = "' + INTEGRITY + '" }]',
        'build = ["true"]\nnpm = [{ name = "x", version = "1.0.0", integrity = "sha1-x" }]',
        'build = ["true"]\nnpm = [{ name = "x", version = "1.0.0" }]',
    ],
)
def test_npm_package_that_is_not_pinned_is_an_error(tmp_path: Path, image: str) -> None:
    write(tmp_path, wrong=image)
    with pytest.raises(DefinitionError, match="npm"):
        definition.load(tmp_path / "wrong/runtime.toml")
