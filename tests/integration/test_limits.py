"""Programs that do not behave: each gets a typed end, and the next one is served as if nothing had been."""

from __future__ import annotations

import time

import pytest

from tests.stack import Hearth

MIB = 1024 * 1024


@pytest.fixture(autouse=True)
def _next_is_served(stack: Hearth) -> object:
    yield
    assert stack.run("python", "print(1)")["stdout"] == "1\n"
    assert stack.run("bash", "echo 1")["stdout"] == "1\n"


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("python", "while True: pass"),
        ("python", "import time; time.sleep(1000)"),
        ("python", "import signal, time; signal.signal(15, lambda *_: None); time.sleep(1000)"),
        ("python", "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)"),
        ("bash", "trap '' TERM HUP INT; while :; do :; done"),
        ("bash", "sleep 1000 & setsid sleep 1000 & wait"),
    ],
    ids=["busy", "sleeping", "ignoring", "stopped", "trapping", "children"],
)
def test_program_that_never_ends_is_timed_out(stack: Hearth, language: str, code: str) -> None:
    began = time.monotonic()
    run = stack.run(language, code, run_timeout=1000)
    took = time.monotonic() - began

    assert (run["status"], run["signal"], run["code"]) == ("TO", "SIGKILL", None)
    assert "1000 ms" in run["message"]
    # It was not stopped early, nor by something else much later.
    assert 1.0 <= took < 10


def test_output_before_a_timeout_is_returned(stack: Hearth) -> None:
    run = stack.run("bash", "echo before; sleep 1000", run_timeout=500)

    assert (run["status"], run["stdout"]) == ("TO", "before\n")


def test_cpu_time_is_limited_across_processes(stack: Hearth) -> None:
    code = "for i in 1 2 3 4; do (while :; do :; done) & done; wait"

    run = stack.run("bash", code, run_cpu_time=1000, run_timeout=60000)

    assert run["status"] == "TO"
    assert "CPU" in run["message"]


@pytest.mark.parametrize(("stream", "status"), [("stdout", "OL"), ("stderr", "EL")])
def test_flood_is_cut_and_says_so(stack: Hearth, stream: str, status: str) -> None:
    code = f"import sys\nwhile True: sys.{stream}.write('x' * 65536)"

    run = stack.run("python", code, run_timeout=30000)

    assert (run["status"], run["signal"]) == (status, "SIGKILL")
    assert run[f"{stream}_truncated"]
    assert run[stream] == "x" * MIB


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("python", "x = []\nwhile True: x.append(bytearray(b'1') * 1048576)"),
        ("bash", "x=x; while :; do x=$x$x; done"),
        (
            "c",
            "#include <stdlib.h>\n#include <string.h>\n"
            "int main(void) { for (;;) memset(malloc(1 << 20), 1, 1 << 20); }",
        ),
        (
            "python",
            "import mmap\nm = [mmap.mmap(-1, 1 << 20) for _ in range(4096)]\n"
            "for x in m: x.write(b'1' * (1 << 20))",
        ),
    ],
    ids=["python", "bash", "c", "mmap"],
)
def test_program_over_its_memory_limit_is_ended(stack: Hearth, language: str, code: str) -> None:
    run = stack.run(language, code, run_memory_limit=64 * MIB, run_timeout=60000)

    assert (run["status"], run["signal"]) == ("ML", "SIGKILL")
    assert str(64 * MIB) in run["message"]


def test_raised_memory_limit_is_usable(stack: Hearth) -> None:
    code = "x = bytearray(b'1') * (400 * 1048576); print(len(x))"

    run = stack.run("python", code, run_memory_limit=512 * MIB)

    assert run["stdout"] == f"{400 * MIB}\n"


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("bash", ":(){ :|:& };:; sleep 2; echo end"),
        ("python", "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass"),
    ],
    ids=["bash", "python"],
)
def test_fork_bomb_harms_its_own_sandbox_only(stack: Hearth, language: str, code: str) -> None:
    run = stack.run(language, code, run_timeout=3000)

    assert run["status"] in {"TO", "RE", "ML", None}


@pytest.mark.parametrize("folder", ["/workspace", "/tmp", "/dev/shm", "/build"])
def test_full_folder_is_reported_to_the_program(stack: Hearth, folder: str) -> None:
    # Twice as much memory as the folder holds: the folder is full before the sandbox is.
    code = (
        f"trap '' XFSZ; for i in 1 2 3; do head -c 100M /dev/zero > {folder}/$i; done; df {folder} | tail -1"
    )

    run = stack.run("bash", code, run_memory_limit=512 * MIB)

    assert "No space left on device" in run["stderr"]


def test_file_over_its_size_limit_is_refused(stack: Hearth) -> None:
    code = "ulimit -f; trap '' XFSZ; head -c 300M /dev/zero > file; stat -c %s file"

    run = stack.run("bash", code, run_memory_limit=512 * MIB)

    assert "File too large" in run["stderr"] or "No space left" in run["stderr"]


def test_network_is_absent(stack: Hearth) -> None:
    code = (
        "import socket\n"
        "for address in ('127.0.0.1', '169.254.169.254', '10.0.0.1'):\n"
        "    try: socket.create_connection((address, 80), 1); print('open')\n"
        "    except OSError: print('closed')\n"
    )

    assert stack.run("python", code)["stdout"] == "closed\n" * 3
