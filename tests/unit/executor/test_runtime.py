import json
from pathlib import Path
from typing import Any

import pytest
from runtimes import COMPILED, PARKED, runtime, written

from executor.runtime import Program, Step, Steps, load_runtimes


@pytest.mark.parametrize(
    ("command", "expanded"),
    [
        (["/bin/x", "{entry}"], ["/bin/x", "src/main.c"]),
        (["/bin/x", "-f={entry}", "{entry}{entry}"], ["/bin/x", "-f=src/main.c", "src/main.csrc/main.c"]),
        (["{build}/a.out", "-o{build}"], ["/build/a.out", "-o/build"]),
        (["/bin/x", "{args}"], ["/bin/x", "one", "two words", ""]),
        (["/bin/x", "{args}", "end"], ["/bin/x", "one", "two words", "", "end"]),
        (["cc", "{sources:*.c}"], ["cc", "src/main.c", "a.c", "deep/er/b.c", "./-o.c", "dir/-v.c"]),
        (["cc", "{sources:[ab].?}"], ["cc", "a.c", "deep/er/b.c", "a.h"]),
        (["cc", "{sources:*.H}"], ["cc"]),
        (["cc", "{sources:*.rs}", "end"], ["cc", "end"]),
        (["awk", "{ print $1 }", "{}", "{unknown}"], ["awk", "{ print $1 }", "{}", "{unknown}"]),
        ([], []),
    ],
)
def test_a_command_line_becomes_that_of_the_program(command: list[str], expanded: list[str]) -> None:
    files = ["src/main.c", "a.c", "deep/er/b.c", "-o.c", "dir/-v.c", "a.h", "notes.c/readme"]
    assert Program(files, ["one", "two words", ""]).expand(command) == expanded


@pytest.mark.parametrize("arg", ["{entry}", "{build}", "{args}", "{sources:*.c}"])
def test_braces_in_an_argument_are_left_alone(arg: str) -> None:
    assert Program(["main.c"], [arg, arg]).expand(["/bin/x", "{args}"]) == ["/bin/x", arg, arg]


@pytest.mark.parametrize("name", ["{args}.c", "{entry}.c", "{sources:*.c}"])
def test_braces_in_a_file_name_are_left_alone(name: str) -> None:
    assert Program([name], ["arg"]).expand(["/bin/x", "{entry}", "{sources:*}"]) == ["/bin/x", name, name]


def test_a_file_named_like_a_placeholder_keeps_its_name() -> None:
    assert Program(["{build}.c"], []).expand(["/bin/x", "{entry}"]) == ["/bin/x", "{build}.c"]


def test_an_entry_point_that_begins_with_a_dash_is_no_option() -> None:
    assert Program(["-c.py"], []).expand(["/usr/bin/python3", "{entry}"]) == ["/usr/bin/python3", "./-c.py"]


@pytest.mark.parametrize(
    ("park", "entry", "env", "parks"),
    [
        (None, "main.py", [], False),
        ({}, "main.py", [], True),
        ({}, "any/other.py", ["HOME"], True),
        ({"entry": "main.py"}, "main.py", [], True),
        ({"entry": "main.py"}, "other.py", [], False),
        ({"entry": "main.py"}, "src/main.py", [], False),
        ({"unless_env": ["LANG", "LC_*"]}, "main.py", [], True),
        ({"unless_env": ["LANG", "LC_*"]}, "main.py", ["HOME", "LC_ALL"], False),
        ({"unless_env": ["LANG", "LC_*"]}, "main.py", ["LANG"], False),
        ({"unless_env": ["LANG", "LC_*"]}, "main.py", ["lang", "LANGUAGE", "XLC_ALL"], True),
    ],
)
def test_the_parked_runner_becomes_only_what_it_can_be(
    park: dict[str, Any] | None, entry: str, env: list[str], parks: bool
) -> None:
    definition: dict[str, Any] = {} if park is None else {"park": PARKED | park}
    steps = runtime(**definition).steps(Program([entry], []), env)
    assert steps.run.parked is parks


def test_a_runner_takes_the_stages_that_it_has_words_for() -> None:
    both = {"command": ["/usr/bin/jvm"], "compile": ["c", "{sources:*.c}"], "run": ["r", "{entry}", "{args}"]}
    program = Program(["main.c"], ["x"])
    steps = runtime(**COMPILED, park=both).steps(program, [])
    assert steps == Steps(
        Step(["c", "main.c"], parked=True, further=True), Step(["r", "main.c", "x"], parked=True)
    )
    only_compile = {name: both[name] for name in ("command", "compile")}
    steps = runtime(**COMPILED, park=only_compile).steps(program, [])
    assert steps == Steps(Step(["c", "main.c"], parked=True), Step(["/build/a.out", "x"]))
    only_run = {name: both[name] for name in ("command", "run")}
    steps = runtime(**COMPILED, park=only_run).steps(program, [])
    assert steps.compile == Step(["/usr/bin/gcc", "-o", "/build/a.out", "main.c"])
    assert steps.run == Step(["r", "main.c", "x"], parked=True)
    steps = runtime(**COMPILED, park=both | {"unless_env": ["LANG"]}).steps(program, ["LANG"])
    assert steps == runtime(**COMPILED).steps(program, [])


def test_runtimes_are_loaded_by_id_and_what_else_lies_there_is_not(tmp_path: Path) -> None:
    newer = written("c", "13.3.0") | {"written_by": "a newer builder"}
    for name, content in {"c.json": newer, "python.json": written()}.items():
        (tmp_path / name).write_text(json.dumps(content))
    (tmp_path / "python.tar").write_text("not a runtime")
    found = load_runtimes(tmp_path)
    assert {name: one.definition.language for name, one in found.items()} == {
        "c-13.3.0": "c",
        "python-3.13.5": "python",
    }
    assert found["python-3.13.5"] == runtime()


def test_a_folder_without_runtimes_gives_none(tmp_path: Path) -> None:
    assert load_runtimes(tmp_path) == {}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        json.dumps(written() | {"environment": {"PATH": 1}}),
        json.dumps(written(compile={"command": []})),
        json.dumps(written(unknown="key")),
        json.dumps(written(limits={"run_timeout": "1 s"})),
    ],
)
def test_a_file_that_the_builder_would_not_write_costs_its_own_runtime_only(
    tmp_path: Path, content: str
) -> None:
    for name, text in {
        "a": json.dumps(written("c", "13.3.0")),
        "b": content,
        "c": json.dumps(written()),
    }.items():
        (tmp_path / f"{name}.json").write_text(text)
    assert sorted(load_runtimes(tmp_path)) == ["c-13.3.0", "python-3.13.5"]
