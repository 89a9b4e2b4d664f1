"""What programs make of their environment, and what later programs of their session find of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.session import Session
from tests.stack import Hearth, hearth

# Set what their argument says, and delete another variable.
CHANGE = {
    "bash": "export LEFT=$1; unset GIVEN",
    "python": "import os, sys; os.environ['LEFT'] = sys.argv[1]; os.environ.pop('GIVEN', None)",
    "ruby": "ENV['LEFT'] = ARGV[0]; ENV.delete('GIVEN')",
    "javascript": "process.env.LEFT = process.argv[2]; delete process.env.GIVEN",
    "typescript": "process.env.LEFT = process.argv[2] as string; delete process.env.GIVEN",
}
# Have their runners start afresh.
AFRESH = {
    "python": {"PYTHONHASHSEED": "1"},
    "ruby": {"RUBYOPT": "-W1"},
    "javascript": {"NODE_OPTIONS": "--no-deprecation"},
    "typescript": {"LC_ALL": "C"},
}


@pytest.fixture(scope="module")
def stack() -> Iterator[Hearth]:
    with hearth([*CHANGE, "c"]) as running:
        yield running


@pytest.fixture
def session(stack: Hearth) -> Iterator[Session]:
    begun = Session.begin(stack.client, env={"GIVEN": "yes"})
    yield begun
    begun.end()


def left(session: Session) -> tuple[str | None, str | None]:
    env = session.facts()["env"]
    return env.get("LEFT"), env.get("GIVEN")


@pytest.mark.parametrize("language", CHANGE)
def test_changed_environment_is_found_by_later_programs(session: Session, language: str) -> None:
    session.run(language, CHANGE[language], args=["один\n"])
    assert session.output("bash", 'echo "$LEFT ${GIVEN-deleted}"') == "один\n deleted\n"
    session.until_cold()
    session.run(language, CHANGE[language], args=["again"])
    assert left(session) == ("again", None)


@pytest.mark.parametrize("language", AFRESH)
def test_program_that_was_started_afresh_leaves_its_environment(session: Session, language: str) -> None:
    session.run(language, CHANGE[language], args=["x"], env=AFRESH[language])

    assert left(session) == ("x", None)
    assert session.facts()["env"].keys() == {"LEFT", *AFRESH[language]}


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("bash", "(export LEFT=x); export LEFT=x | cat; f() { local -x LEFT=x; exit; }; f"),
        ("bash", "cd /tmp; LEFT=x true; LEFT=x"),
        ("bash", "export LEFT=x; kill -KILL $$"),
        ("bash", "export LEFT=x; exec true"),
        ("python", "import os; os.environ['LEFT'] = 'x'; os._exit(0)"),
        ("python", "import os; os.fork() or exit(os.environ.update(LEFT='x')); os.wait()"),
        ("ruby", "fork { ENV['LEFT'] = 'x' }; Process.wait"),
        (
            "javascript",
            "const w = require('worker_threads');"
            "if (w.isMainThread) new w.Worker(__filename); else process.env.LEFT = 'x'",
        ),
        ("c", '#include <stdlib.h>\nint main(void) { return setenv("LEFT", "x", 1); }'),
    ],
)
def test_what_is_not_the_environment_of_the_process_as_it_exits_is_not_kept(
    session: Session, language: str, code: str
) -> None:
    session.run(language, code)

    assert session.facts()["env"] == {"GIVEN": "yes"}


@pytest.mark.parametrize(
    ("language", "code", "found"),
    [
        ("bash", "export LEFT=x; exit 3", 3),
        ("bash", "trap 'export LEFT=x' EXIT; set -e; false", 1),
        ("python", "import atexit, os; atexit.register(lambda: os.environ.update(LEFT='x')); 1 / 0", 1),
        ("ruby", "at_exit { ENV['LEFT'] = 'x' }; raise 'an error'", 1),
        ("javascript", "process.on('exit', () => { process.env.LEFT = 'x' }); throw Error()", 1),
        ("javascript", "process.env.LEFT = 'x'; process.exit(3)", 3),
    ],
)
def test_program_that_fails_leaves_its_environment(
    session: Session, language: str, code: str, found: int
) -> None:
    assert session.run(language, code)["code"] == found

    assert left(session) == ("x", "yes")


def test_exported_function_is_kept(session: Session) -> None:
    session.run("bash", "greet() { echo hello $1; }; export -f greet")

    assert session.output("bash", "greet you") == "hello you\n"


@pytest.mark.parametrize("length", [58 << 10, 1 << 20])
def test_environment_that_is_too_large_is_told(session: Session, length: int) -> None:
    answer = session.execute("python", f"import os; os.environ['LEFT'] = 'x' * {length}")

    assert answer["session_error"]["limit"] == "environment"
    assert left(session) == (None, "yes")


@pytest.mark.parametrize("end", ["kill -9 $$", "sleep 100"])
def test_program_that_is_killed_leaves_the_environment_that_it_was_given(session: Session, end: str) -> None:
    session.run("bash", f"export LEFT=x; unset GIVEN; {end}", env={"ASKED": "1"}, run_timeout=1000)

    assert session.facts()["env"] == {"GIVEN": "yes", "ASKED": "1"}


def test_variable_that_is_not_utf8_is_left_out(session: Session) -> None:
    session.run("python", "import os; os.environb[b'BAD'] = b'\\xff'; os.environb[b'LEFT'] = 'ё'.encode()")

    assert session.facts()["env"] == {"GIVEN": "yes", "LEFT": "ё"}
