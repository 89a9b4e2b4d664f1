"""`runtime.toml`: what is accepted, and that what is not is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from images.builder import definition, settings
from images.builder.build import sources
from images.builder.definition import Definition
from images.builder.errors import DefinitionError

MINIMAL = """
language = "x"
entry = "main.x"
version_command = ["/bin/x", "--version"]
[run]
command = ["/bin/x", "{entry}", "{args}"]
"""


def load(tmp_path: Path, text: str) -> Definition:
    path = tmp_path / "runtime.toml"
    path.write_text(text)
    return definition.load(path)


def test_minimal_gets_every_default(tmp_path: Path) -> None:
    found = load(tmp_path, MINIMAL)
    assert found.limits.run_memory == 256 * 1024 * 1024
    assert found.compile is None
    assert found.park is None
    assert found.image.packages == ()


def test_json_of_a_definition_reads_back_as_itself(tmp_path: Path) -> None:
    found = load(tmp_path, MINIMAL)
    assert Definition.model_validate_json(found.model_dump_json()) == found


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("language", "langauge"), "langauge: Extra inputs"),
        (('"x"\nentry', '"X y"\nentry'), "language: String should match"),
        (('"main.x"', '"../main.x"'), "entry: '../main.x' is not a plain file name"),
        (('"main.x"', '"/main.x"'), "entry: '/main.x' is not a plain file name"),
        (('"main.x"', '"a//b"'), "entry: 'a//b' is not a plain file name"),
        (('"main.x"', "7"), "entry: Input should be a valid string"),
        (('["/bin/x", "--version"]', "[]"), "version_command: "),
        (('["/bin/x", "--version"]', '["x"]'), "version_command: 'x' must be an absolute path"),
        (('["/bin/x", "--version"]', '["/x", "{entry}"]'), "version_command: {entry} means nothing here"),
        (('"{entry}"', '"{enty}"'), "run.command: {enty} means nothing here"),
        (('"{args}"', '"-a={args}"'), "run.command: {args} becomes several words"),
        (('"{args}"', '"{sources}"'), "run.command: {sources}: only sources takes a pattern"),
        (('"{args}"', '"{args:x}"'), "run.command: {args:x}: only sources takes a pattern"),
        (("[run]", '[compile]\ncommand = ["/c", "{args}"]\n[run]'), "compile.command: {args} means nothing"),
        (("[run]", "[compiel]\n[run]"), "compiel: Extra inputs"),
        (("[run]", '[image]\npackages = ["a b"]\n[run]'), "image.packages[0]: String should match"),
        (("[run]", '[image]\npackages = ["-oDir=/"]\n[run]'), "image.packages[0]: String should match"),
        (("[run]", '[image]\nbuild_packages = ["gcc"]\n[run]'), "image: build_packages without build"),
        (("[run]", '[environment]\n"A=B" = "x"\n[run]'), "environment.A=B.[key]: String should match"),
        (("[run]", "[environment]\nA = 1\n[run]"), "environment.A: Input should be a valid string"),
        (("[run]", "[limits]\nstack = 0\n[run]"), "limits.stack: Input should be greater than 0"),
        (("[run]", "[limits]\nstack = 1.5\n[run]"), "limits.stack: Input should be a valid integer"),
        (("[run]", '[limits]\nstack = "1"\n[run]'), "limits.stack: Input should be a valid integer"),
        (("[run]", '[park]\ncommand = ["/x"]\nrun = []\n[run]'), "park.run: "),
        (("[run]", '[park]\ncommand = ["/x"]\n[run]'), "park: neither compile nor run"),
        (("[run]", '[park]\ncommand = ["/x"]\ncompile = ["x"]\n[run]'), "park.compile without [compile]"),
        (
            ("[run]", '[park]\ncommand = ["/x"]\nrun = ["{sources:*}"]\n[run]'),
            "park.run: {sources:*} means nothing",
        ),
        (("[run]", "[nur]"), "run: Field required"),
        (("entry", 'aliases = ["x"]\nentry'), "runtime.toml: aliases: a name is there twice"),
        (("entry", "notes = 2026-01-01\nentry"), "not JSON serializable"),
        (("[run]", "[run"), "Expected ']'"),
    ],
)
def test_mistake_is_named_with_file_and_field(tmp_path: Path, change: tuple[str, str], problem: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        load(tmp_path, MINIMAL.replace(*change, 1))
    assert str(tmp_path / "runtime.toml") in str(caught.value)
    assert problem in str(caught.value)


def test_every_mistake_of_a_file_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"(?s)entry.*limits\.stack"):
        load(tmp_path, MINIMAL.replace('"main.x"', '""') + "[limits]\nstack = -1\n")


def test_braces_that_are_no_placeholders_stay(tmp_path: Path) -> None:
    found = load(tmp_path, MINIMAL.replace('"{entry}"', '"{print $1}", "{}", "${X}"'))
    assert found.run.command[1:4] == ("{print $1}", "{}", "${X}")


def test_missing_file_is_a_definition_error(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="No such file"):
        definition.load(tmp_path / "runtime.toml")


def test_unknown_image_is_refused_with_the_known_ones() -> None:
    with pytest.raises(DefinitionError, match=r"no such image: pyhton; there is .*python"):
        sources(settings.DEFINITIONS, ["pyhton"])


def test_no_two_runtimes_of_this_repository_share_a_name() -> None:
    names = [n for s in sources(settings.DEFINITIONS) for n in (s.definition.language, *s.definition.aliases)]
    assert sorted(names) == sorted(set(names))
