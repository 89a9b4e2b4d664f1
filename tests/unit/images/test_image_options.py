"""Options of images: what is asked for is in the definition, the layer's key and the record."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from images.builder import build, definition, keys, options, settings
from images.builder.errors import DefinitionError

TOML = """
language = "x"
entry = "main.x"
notes = "As it is."
version_command = ["/bin/x"]
[image]
packages = ["xx"]
[options.data]
packages = ["numbers", "xx"]
environment = { BACKEND = "none" }
notes = "With numbers."
[options.sound]
packages = ["bells"]
[environment]
BACKEND = "screen"
[run]
command = ["/bin/x"]
"""
OVER = """
language = "y"
entry = "main.y"
version_command = ["/bin/y"]
[image]
over = "x"
[run]
command = ["/bin/y"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("x", TOML), ("y", OVER)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "runtime.toml").write_text(text)
    return tmp_path


def found(folder: Path, *words: str) -> definition.Definition:
    return build.sources(folder, ["x"], options.parse(words))[0].definition


def key(of: definition.Definition, folder: Path) -> str:
    return keys.runtime(of.image, folder / "x", "sha256:0")


def test_option_adds_packages_environment_and_notes(folder: Path) -> None:
    chosen = found(folder, "x=data")
    assert chosen.image.packages == ("xx", "numbers")
    assert chosen.environment == {"BACKEND": "none"}
    assert chosen.notes == "As it is. With numbers."


def test_nothing_of_an_option_without_asking_for_it(folder: Path) -> None:
    plain = found(folder)
    assert plain.image.packages == ("xx",)
    assert plain.environment == {"BACKEND": "screen"}
    assert plain.notes == "As it is."


def test_record_tells_which_options_were_asked_for(folder: Path) -> None:
    assert set(found(folder).options) == set()
    assert set(found(folder, "x=data").options) == {"data"}
    both = found(folder, "x=sound", "x=data")
    assert definition.Definition.model_validate_json(both.model_dump_json()).options.keys() == {
        "data",
        "sound",
    }


def test_option_makes_a_new_layer_and_offering_it_does_not(folder: Path) -> None:
    offered = key(found(folder), folder)
    assert key(found(folder, "x=data"), folder) != offered
    path = folder / "x" / "runtime.toml"
    path.write_text(path.read_text().replace('"bells"', '"whistles"'))
    assert key(found(folder), folder) == offered


def test_order_of_asking_makes_no_difference(folder: Path) -> None:
    assert found(folder, "x=data", "x=sound") == found(folder, "x=sound", "x=data", "x=data")


def test_image_over_another_lies_over_what_that_one_has(folder: Path) -> None:
    (source,) = build.sources(folder, ["y"], options.parse(["x=data"]))
    assert source.over is not None
    assert "numbers" in source.over.definition.image.packages


@pytest.mark.parametrize("word", ["", "python", "=data", "python=", "="])
def test_word_that_is_no_option_is_refused(word: str) -> None:
    with pytest.raises(DefinitionError, match="IMAGE=OPTION"):
        options.parse([word])


def test_unknown_options_and_images_are_refused_with_what_there_is(folder: Path) -> None:
    with pytest.raises(DefinitionError, match="x has no option nothing; there is data, sound"):
        found(folder, "x=nothing")
    with pytest.raises(DefinitionError, match="no such image: z"):
        found(folder, "z=data")


def test_environment_variable_and_command_line_are_taken_together(folder: Path) -> None:
    words = ("--definitions", folder, "--out", folder / "out", "--with", "x=second")
    refused = subprocess.run(
        (sys.executable, "-m", "images.builder", *words),
        env={**os.environ, "HEARTH_IMAGE_OPTIONS": " x=data  x=first "},
        text=True,
        stderr=subprocess.PIPE,
        check=False,
    )
    assert refused.returncode == 1
    assert "x has no option first, second" in refused.stderr
    assert not (folder / "out").exists()


def test_python_offers_data() -> None:
    offered = definition.load(settings.DEFINITIONS / "python" / "runtime.toml")
    chosen = options.chosen(offered, ["data"])
    assert {"python3-numpy", "python3-pandas", "python3-matplotlib"} <= set(chosen.image.packages)
    assert chosen.environment["MPLBACKEND"] == "Agg"
    assert offered.image.packages == options.chosen(offered, []).image.packages
