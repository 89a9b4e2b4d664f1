"""Programs through the whole path, and what comes back."""

from __future__ import annotations

import base64
import concurrent.futures
import itertools

import pytest

from tests.images import runtimes_of
from tests.stack import Hearth

C_HELLO = '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n'


@pytest.mark.parametrize(
    ("language", "code"),
    [("python", 'print("hello")'), ("bash", "echo hello"), ("c", C_HELLO), ("py", 'print("hello")')],
)
def test_hello_is_answered(stack: Hearth, language: str, code: str) -> None:
    answer = stack.execute(language, code)

    assert answer["version"] == runtimes_of(stack.layout.images)[answer["language"]]
    run = answer["run"]
    assert (run["stdout"], run["stderr"], run["output"]) == ("hello\n", "", "hello\n")
    assert (run["code"], run["signal"], run["status"]) == (0, None, None)
    assert run["wall_time"] > 0
    assert run["memory"] > 0
    assert not run["stdout_truncated"]
    assert ("compile" in answer) == (language == "c")


def test_stdin_args_and_env_reach_the_program(stack: Hearth) -> None:
    code = "import os, sys\nprint(sys.stdin.read(), sys.argv[1:], os.environ['WHO'])"

    run = stack.run("python", code, stdin="in", args=["a b", "", "ж"], env={"WHO": "me"})

    assert run["stdout"] == "in ['a b', '', 'ж'] me\n"


def test_large_stdin_arrives_whole(stack: Hearth) -> None:
    text = "x" * 3_000_000

    run = stack.run("python", "import sys; print(len(sys.stdin.buffer.read()))", stdin=text)

    assert run["stdout"] == "3000000\n"


def test_unread_stdin_does_not_hold_the_answer(stack: Hearth) -> None:
    assert stack.run("bash", "echo done", stdin="x" * 3_000_000)["stdout"] == "done\n"


def test_files_in_folders_are_found_from_the_entry_point(stack: Hearth) -> None:
    files = [
        {"name": "app/main.py", "content": "import helper, sys; print(helper.word, sys.argv[0])"},
        {"name": "app/helper.py", "content": "word = open('data/word.bin', 'rb').read()"},
        {"name": "data/word.bin", "content": base64.b64encode(b"\0\xff").decode(), "encoding": "base64"},
    ]

    answer = stack.client.post("/v1/execute", json={"language": "python", "files": files})

    assert answer.json()["run"]["stdout"] == r"b'\x00\xff' app/main.py" + "\n"


def test_several_c_files_are_compiled_together(stack: Hearth) -> None:
    files = [
        {"name": "main.c", "content": '#include "lib/sum.h"\nint main(void) { return sum(40, 2); }'},
        {"name": "lib/sum.h", "content": "int sum(int, int);"},
        {"name": "lib/sum.c", "content": "int sum(int a, int b) { return a + b; }"},
    ]

    answer = stack.client.post("/v1/execute", json={"language": "c", "files": files}).json()

    assert answer["compile"]["status"] is None
    assert (answer["run"]["code"], answer["run"]["status"]) == (42, "RE")


def test_failed_compilation_is_shown_and_nothing_runs(stack: Hearth) -> None:
    answer = stack.execute("c", "int main(void) { return missing; }")

    assert answer["compile"]["status"] == "RE"
    assert "main.c:1" in answer["compile"]["stderr"]
    assert "run" not in answer


def test_uncaught_error_shows_the_programs_own_traceback(stack: Hearth) -> None:
    run = stack.run("python", "def f():\n    1/0\nf()\n")

    assert run["code"] == 1
    assert run["status"] == "RE"
    lines = run["stderr"].splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[1] == '  File "/workspace/main.py", line 3, in <module>'
    assert lines[-1] == "ZeroDivisionError: division by zero"


def test_signal_is_named(stack: Hearth) -> None:
    run = stack.run("python", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")

    assert (run["code"], run["signal"], run["status"]) == (None, "SIGSEGV", "SG")


def test_bytes_that_are_not_utf8_are_replaced(stack: Hearth) -> None:
    run = stack.run("python", "import sys; sys.stdout.buffer.write(b'a\\xffb\\xe2\\x82')")

    assert run["stdout"] == "a�b�"


def test_program_runs_unprivileged_in_its_workspace(stack: Hearth) -> None:
    code = "id -u; pwd; echo $HOME; grep -E 'Cap(Prm|Eff|Bnd)' /proc/self/status; umask; ls -A"

    lines = stack.run("bash", code)["stdout"].splitlines()

    assert lines[:3] == ["1000", "/workspace", "/workspace"]
    assert [line.split()[1] for line in lines[3:6]] == ["0" * 16] * 3
    assert lines[6:] == ["0022", "main.sh"]


def test_many_at_once_are_all_answered_with_their_own_output(stack: Hearth) -> None:
    def one(number: int) -> str:
        return str(stack.run("python", f"print({number})")["stdout"])

    with concurrent.futures.ThreadPoolExecutor(12) as threads:
        printed = list(threads.map(one, range(36)))

    assert printed == [f"{number}\n" for number in range(36)]


def test_next_program_of_a_tenant_finds_nothing_of_the_one_before(stack: Hearth) -> None:
    leave = (
        "for d in /workspace /tmp /var/tmp /dev/shm; do echo x > $d/left || true; done; sleep 1000 & echo ok"
    )
    look = "ls -A /workspace /tmp /var/tmp /dev/shm; ps -e -o comm= | grep -c sleep"
    for _ in range(4):
        stack.run("bash", leave)

        found = stack.run("bash", look)["stdout"]

        assert "left" not in found
        assert found.splitlines()[-1] == "0"


def test_sandbox_is_never_shared_between_tenants(stack: Hearth) -> None:
    # The moment at which a sandbox booted tells sandboxes apart: they boot one after the other.
    code = "import time; print(time.time() - float(open('/proc/uptime').read().split()[0]))"
    clients = {name: stack.new_tenant(name) for name in ("first", "second")}
    boots: dict[str, list[float]] = {name: [] for name in clients}
    for _ in range(6):
        for name, client in clients.items():
            answer = client.post("/v1/execute", json={"language": "python", "code": code})
            boots[name].append(float(answer.json()["run"]["stdout"]))

    assert min(abs(one - other) for one in boots["first"] for other in boots["second"]) > 0.1


def test_isolation_sandbox_is_fresh_and_not_used_again(stack: Hearth) -> None:
    code = "import time; print(time.time() - float(open('/proc/uptime').read().split()[0]))"
    boots = [float(stack.run("python", code, isolation="sandbox")["stdout"]) for _ in range(3)]
    boots.append(float(stack.run("python", code)["stdout"]))

    assert all(abs(one - other) > 0.1 for one, other in itertools.combinations(boots, 2))


def test_runtimes_are_what_the_images_report(stack: Hearth) -> None:
    listed = stack.client.get("/v1/runtimes").json()

    assert {one["language"]: one["version"] for one in listed} == runtimes_of(stack.layout.images)
    assert all(one["warm"] >= 1 and one["executors"] == 1 for one in listed)
    assert [one["language"] for one in listed if one["compiled"]] == ["c"]
