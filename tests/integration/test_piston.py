"""`/api/v2` on the real stack: what becomes of programs, in Piston's words."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stack import Hearth

KILLED = {"code": None, "signal": "SIGKILL"}


def execute(stack: Hearth, language: str, *contents: str, **fields: Any) -> dict[str, Any]:
    files = [{"content": content} for content in contents]
    body = {"language": language, "version": "*", "files": files, **fields}
    answer = stack.client.post("/api/v2/execute", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize(
    ("language", "code", "fields", "expected"),
    [
        ("bash", "exit 3", {}, {"status": "RE", "code": 3, "message": "Exited with error status 3"}),
        (
            "bash",
            "kill -SEGV $$",
            {},
            {"status": "SG", "code": None, "signal": "SIGSEGV", "message": "Caught fatal signal 11"},
        ),
        (
            "bash",
            "echo before; sleep 60",
            {"run_timeout": 500},
            {"status": "TO", **KILLED, "message": "Time limit exceeded (wall clock)", "stdout": "before\n"},
        ),
        (
            "python",
            "while True: pass",
            {"run_cpu_time": 500},
            {"status": "TO", **KILLED, "message": "Time limit exceeded"},
        ),
        (
            "python",
            "x = bytearray(1 << 30)",
            {},
            {"status": "SG", **KILLED, "message": "Caught fatal signal 9 (memory limit exceeded)"},
        ),
        (
            "python",
            "print('x' * (8 << 20))",
            {},
            {"status": "OL", **KILLED, "message": "stdout length exceeded"},
        ),
        (
            "bash",
            "yes >&2",
            {"run_memory_limit": -1},
            {"status": "EL", **KILLED, "message": "stderr length exceeded"},
        ),
    ],
    ids=["RE", "SG", "wall", "cpu", "memory", "OL", "EL"],
)
def test_each_end_is_told_as_piston_does(
    stack: Hearth, language: str, code: str, fields: dict[str, Any], expected: dict[str, Any]
) -> None:
    run = execute(stack, language, code, **fields)["run"]

    assert {name: run[name] for name in expected} == expected
    assert all(isinstance(run[name], int) for name in ("memory", "cpu_time", "wall_time"))


def test_a_run_may_take_three_seconds(stack: Hearth) -> None:
    run = execute(stack, "bash", "sleep 60")["run"]

    assert run["status"] == "TO"
    assert 2_900 <= run["wall_time"] <= 4_000


def test_sources_without_names_are_compiled_together(stack: Hearth) -> None:
    main = '#include <stdio.h>\nint sum(int, int);\nint main(void) { printf("%d\\n", sum(40, 2)); }'

    answer = execute(stack, "c", main, "int sum(int a, int b) { return a + b; }")

    assert answer["compile"]["code"] == 0
    assert answer["run"]["stdout"] == "42\n"


def test_the_first_text_is_the_program_and_the_rest_lies_beside_it(stack: Hearth) -> None:
    files = [
        {"name": "data/word", "content": "00ff", "encoding": "hex"},
        {"name": "/main.py", "content": "print(open('data/word', 'rb').read(), __file__)"},
    ]

    answer = execute(stack, "python", files=files)

    assert answer["run"]["stdout"] == "b'\\x00\\xff' /workspace/main.py\n"


def test_stdin_is_at_least_an_empty_line(stack: Hearth) -> None:
    assert execute(stack, "python", "print(repr(input()))")["run"]["stdout"] == "''\n"
    assert execute(stack, "bash", "cat", stdin="a")["run"]["stdout"] == "a\n"


@pytest.mark.parametrize("language", ["python", "bash"])
def test_nothing_is_kept(stack: Hearth, language: str) -> None:
    leave = {
        "python": "import os; open('left', 'w').write('x' * 100_000); os.environ['LEFT'] = '1'",
        "bash": "export LEFT=1; mkdir -p a/b; echo > a/b/left",
    }
    before = stack.client.get("/v1/sessions").json()["sessions"]

    for _ in range(3):
        assert execute(stack, language, leave[language])["run"]["status"] is None

    assert stack.client.get("/v1/sessions").json()["sessions"] == before
