"""Much at once, and much in a row."""

from __future__ import annotations

import os
from pathlib import Path

import httpx

from tests.integration.bad_luck.condition import PROGRAMS, back_to_normal, outcome
from tests.integration.bad_luck.parts import clients, end_service
from tests.stack import Hearth, until

# Bytes by which an executor may grow over 200 executions, once it has done some: 40 KiB each would be
# every program's output kept.
_GROWTH = 8 * 1024 * 1024


def test_burst_on_a_cold_pool_is_answered_to_the_last(stack: Hearth) -> None:
    with back_to_normal(stack), clients(stack) as some:
        end_service(stack, "executor")
        until(lambda: _takes_work(stack), "the executor takes work")

        answers = [some.send(language, code) for _ in range(14) for language, code in PROGRAMS.items()]

        outcomes = [outcome(answer.result()) for answer in answers]
        assert set(outcomes) <= {None, "503"}
        assert outcomes.count(None) >= len(PROGRAMS)


def _takes_work(stack: Hearth) -> bool:
    return httpx.get(f"{stack.url}/readyz").status_code == 200


def test_executions_in_a_row_leave_memory_and_descriptors_as_they_were(stack: Hearth) -> None:
    with back_to_normal(stack):
        executor = stack.pid("executor")
        _run_often(stack, 50)
        before = _resident(executor)

        _run_often(stack, 200)

        assert stack.pid("executor") == executor
        assert _resident(executor) < before + _GROWTH


def _run_often(stack: Hearth, times: int) -> None:
    code = "print('x' * 40000)"
    for _ in range(times):
        assert len(stack.run("python", code)["stdout"]) == 40001


def _resident(pid: int) -> int:
    """Bytes of memory that are a process's own."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
