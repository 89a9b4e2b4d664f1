"""What a program installs in its session's workspace, and what later programs find of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.cases import Case, load
from tests.integration.session import Session
from tests.stack import Hearth, hearth

# Uses the package `greeter` of the conformance case that installs it, and its command.
USES = {
    "python": "import greeter, subprocess; greeter.main(); subprocess.run(['greet'])",
    "javascript": "console.log(require('greeter')());"
    "console.log(require('child_process').execSync('greet', { encoding: 'utf8' }).trim())",
    "typescript": "import greeter = require('greeter');\nconst said: string = greeter(); console.log(said);"
    "import { execSync } from 'child_process'; console.log(execSync('greet', { encoding: 'utf8' }).trim())",
    "ruby": "require 'greeter'; Greeter.hello; $stdout.flush; system('greet')",
}
SAID = {
    "python": "hello from greeter\n" * 2,
    "javascript": "hello by require\nhello by a command\n",
    "typescript": "hello by require\nhello by a command\n",
    "ruby": "hello from Greeter\n" * 2,
}


@pytest.fixture(scope="module")
def stack() -> Iterator[Hearth]:
    with hearth(["java", "javascript", "python", "ruby", "typescript"]) as running:
        yield running


@pytest.fixture
def session(stack: Hearth) -> Iterator[Session]:
    begun = Session.begin(stack.client)
    yield begun
    begun.end()


def case(language: str, name: str) -> Case:
    return next(one for one in load(language) if one.name == name)


@pytest.mark.parametrize(
    ("installing", "using"),
    [("python", "python"), ("javascript", "javascript"), ("javascript", "typescript"), ("ruby", "ruby")],
)
def test_package_is_found_by_later_programs(session: Session, installing: str, using: str) -> None:
    installer = case(installing, "packages_installed")
    stage = session.run(installing, installer.files[installer.entry].decode())
    assert stage["status"] is None, stage

    assert session.output(using, USES[using]) == SAID[using]
    session.until_cold()
    assert session.output(using, USES[using]) == SAID[using]


def test_archive_in_lib_is_found_by_compiler_and_program(session: Session) -> None:
    session.put("lib/greet.jar", case("java", "packages_in_lib").files["lib/greet.jar"])
    code = "class P { public static void main(String[] a) { System.out.println(greet.Greeter.hello()); } }"

    assert session.output("java", code) == "hello from greet\n"
    assert session.output("java", code + "// Another.") == "hello from greet\n"
