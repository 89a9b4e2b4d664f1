"""What `images/shared/environment.c` has a process write down as it exits."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[3] / "images" / "shared"
# Is watched, and then does what each letter of its argument says.
PROGRAM = r"""
#define _GNU_SOURCE
#include "environment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void set_long(size_t length)
{
    char *text = calloc(1, length + 1);
    setenv("NEW", memset(text, 'x', length), 1);
}

static void change_in_child(void)
{
    if (fork() == 0) {
        setenv("NEW", "of the child", 1);
        exit(0);
    }
    wait(NULL);
}

int main(int argc, char **argv)
{
    char *afresh[] = {argv[0], "sp", "is watched already", NULL};
    if (argc == 2)
        environment_watch(environ, NULL);
    for (const char *step = argv[1]; *step; step++)
        switch (*step) {
        case 's': setenv("NEW", "value", 1); break;
        case 'd': unsetenv("NEW"); break;
        case 'o': setenv("GIVEN", "other", 1); break;
        case 'g': setenv("GIVEN", "1", 1); break;
        case 'u': unsetenv("GIVEN"); break;
        case 'c': clearenv(); break;
        case 'l': set_long(70000); break;
        case 'm': set_long(60000); break;
        case 'w': memset(environ[0], 'w', strlen(environ[0])); break;
        case 'f': change_in_child(); break;
        case 'z': setrlimit(RLIMIT_FSIZE, &(struct rlimit){3, 3}); break;
        case 'n': setrlimit(RLIMIT_NOFILE, &(struct rlimit){3, 3}); break;
        case '_': _exit(3);
        case 'k': kill(getpid(), SIGKILL); break;
        case 'x': execl("/bin/sh", "sh", "-c", "exit 3", NULL); break;
        case 'a': execve(argv[0], afresh, environment_for_exec(environ)); break;
        case 'p': for (char **at = environ; *at; at++) puts(*at); break;
        }
    return 3;
}
"""
GIVEN = {"GIVEN": "1", "OTHER": "two\nlines", "EMPTY": ""}


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("program")
    (folder / "program.c").write_text(PROGRAM)
    library = folder / "environment.so"
    common = ["gcc", "-std=c17", "-Wall", "-Wextra", "-Werror", f"-I{SHARED}"]
    common += [f'-DFOLDER="{folder}"', f'-DENVIRONMENT_LIBRARY="{library}"', str(SHARED / "environment.c")]
    shared = ["-fPIC", "-shared", "-o", str(library), str(SHARED / "environment_library.c")]
    subprocess.run([*common, *shared], check=True)
    # GNU's, for kill() and SIGKILL in a strict C17.
    subprocess.run([*common, "-o", str(folder / "program"), str(folder / "program.c")], check=True)
    return folder / "program"


def left_by(program: Path, steps: str, status: int = 3, given: dict[str, str] = GIVEN) -> bytes | None:
    """What a program wrote, if it wrote something, and ended with that status."""
    place = program.parent / "environment"
    place.unlink(missing_ok=True)
    assert subprocess.run([program, steps], env=given, check=False).returncode == status
    assert not (program.parent / ".environment").exists()
    return place.read_bytes() if place.exists() else None


def strings(left: bytes | None) -> dict[str, str]:
    assert left is not None
    assert left.endswith(b"\0")
    return dict(text.split("=", 1) for text in left[:-1].decode().split("\0"))


@pytest.mark.parametrize("steps", ["", "sd", "og", "gug"])
def test_environment_that_is_as_it_was_given_is_not_written(program: Path, steps: str) -> None:
    assert left_by(program, steps) is None


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ("s", GIVEN | {"NEW": "value"}),
        ("o", GIVEN | {"GIVEN": "other"}),
        ("u", {name: value for name, value in GIVEN.items() if name != "GIVEN"}),
        ("us", {name: value for name, value in GIVEN.items() if name != "GIVEN"} | {"NEW": "value"}),
        ("m", GIVEN | {"NEW": "x" * 60000}),
    ],
)
def test_changed_environment_is_written_whole(program: Path, steps: str, found: dict[str, str]) -> None:
    assert strings(left_by(program, steps)) == found


def test_strings_that_the_program_wrote_over_have_changed(program: Path) -> None:
    assert b"w" * len("GIVEN=1") in (left_by(program, "w") or b"")


def test_environment_without_variables_leaves_an_empty_file(program: Path) -> None:
    assert left_by(program, "c") == b""


def test_environment_that_is_too_large_is_cut(program: Path) -> None:
    left = left_by(program, "l")
    assert left is not None
    assert len(left) == 60 << 10
    assert left.endswith(b"xxx")


def test_child_writes_nothing(program: Path) -> None:
    assert left_by(program, "f") is None
    assert strings(left_by(program, "sf")) == GIVEN | {"NEW": "value"}


@pytest.mark.parametrize(("end", "status"), [("_", 3), ("k", -9), ("x", 3)])
def test_process_that_does_not_exit_writes_nothing(program: Path, end: str, status: int) -> None:
    assert left_by(program, "s" + end, status) is None


@pytest.mark.parametrize("limit", ["z", "n"])
def test_what_cannot_be_written_leaves_no_file_and_the_exit_status(program: Path, limit: str) -> None:
    assert left_by(program, "s" + limit) is None


def test_program_started_afresh_is_watched_and_sees_nothing_of_it(program: Path) -> None:
    done = subprocess.run([program, "a"], env=GIVEN, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert done.stdout == "".join(f"{name}={value}\n" for name, value in {**GIVEN, "NEW": "value"}.items())
    assert strings((program.parent / "environment").read_bytes()) == GIVEN | {"NEW": "value"}


def test_program_with_variables_for_the_loader_is_not_watched_when_it_starts_afresh(program: Path) -> None:
    assert left_by(program, "a", given=GIVEN | {"LD_BIND_NOW": "1"}) is None
