"""containerd is killed, stopped, or restarts."""

from __future__ import annotations

import os
import signal

import pytest

from tests.integration.bad_luck.condition import back_to_normal, outcome
from tests.integration.bad_luck.parts import begun_since, clients, end_service, folders, kill_if_there
from tests.stack import Hearth


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_programs_neither_wait_for_containerd_nor_end_with_it(stack: Hearth, number: int) -> None:
    with back_to_normal(stack), clients(stack) as some:
        running, _ = some.busy(2)

        end_service(stack, "containerd", number)

        assert outcome(some.send("bash", "echo 1").result()) is None
        assert running.result().json()["run"]["stdout"] == "begun\nended\n"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_containerd_ended_during_refill_delays_it_only(stack: Hearth, number: int) -> None:
    with back_to_normal(stack):
        for _ in range(2):
            known = folders(stack)
            stack.run("python", "print(1)", isolation="sandbox")
            begun_since(stack, known)

            end_service(stack, "containerd", number)


def test_stopped_containerd_holds_up_no_warm_sandbox(stack: Hearth) -> None:
    with back_to_normal(stack), clients(stack) as some:
        containerd = stack.pid("containerd")
        os.kill(containerd, signal.SIGSTOP)
        try:
            for _ in range(2):
                for language, code in (("python", "print(1)"), ("bash", "echo 1")):
                    answer = some.send(language, code, isolation="sandbox").result(5)
                    assert answer.json()["run"]["stdout"] == "1\n"
            # The pool is empty now, and nothing can be booted.
            began = some.send("python", "print(1)", isolation="sandbox")
            assert outcome(began.result(15)) == "503"
        finally:
            os.kill(containerd, signal.SIGCONT)


def test_sandbox_that_ends_while_containerd_is_away_is_removed_when_it_is_back(stack: Hearth) -> None:
    with back_to_normal(stack), clients(stack) as some:
        lost, sandbox = some.busy(30)
        containerd = stack.pid("containerd")
        os.kill(containerd, signal.SIGSTOP)
        kill_if_there("sentry", sandbox)

        assert outcome(lost.result(10)) == "XX"
        end_service(stack, "containerd")
