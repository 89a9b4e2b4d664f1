"""A part of a sandbox is killed or stopped."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress

import pytest

from tests.integration.bad_luck.condition import back_to_normal, outcome
from tests.integration.bad_luck.parts import (
    ALL_PARTS,
    PARTS,
    begun_since,
    clients,
    exists,
    folders,
    kill_if_there,
    pid_of,
)
from tests.stack import Hearth, until


@pytest.mark.parametrize("part", ALL_PARTS)
def test_warm_sandbox_whose_part_is_killed_is_replaced(stack: Hearth, part: str) -> None:
    with back_to_normal(stack), clients(stack) as some:
        killed = list(stack.sandboxes("python"))
        for sandbox in killed:
            some.kill(part, sandbox)

        # These come while it is being found out.
        answers = [some.send("python", "print(1)") for _ in range(3)]

        assert {outcome(answer.result()) for answer in answers} <= {None, "XX", "503"}
        until(lambda: not stack.sandboxes().keys() & killed, "the killed ones are gone")


@pytest.mark.parametrize("part", ALL_PARTS)
def test_program_whose_sandbox_is_killed_is_reported_lost_and_no_other(stack: Hearth, part: str) -> None:
    with back_to_normal(stack), clients(stack) as some:
        lost, sandbox = some.busy(30)
        others = [some.send("bash", f"sleep 0.3; echo {number}") for number in range(4)]

        some.kill(part, sandbox)

        answer = lost.result()
        assert outcome(answer) == "XX"
        assert answer.json()["run"]["stdout"] == "begun\n"
        printed = [other.result().json()["run"]["stdout"] for other in others]
        assert printed == [f"{number}\n" for number in range(4)]


def test_program_in_a_stopped_sandbox_is_timed_out_and_the_sandbox_destroyed(stack: Hearth) -> None:
    with back_to_normal(stack), clients(stack) as some:
        began = time.monotonic()
        sent, sandbox = some.busy(30, run_timeout=1500)
        sentry = pid_of("sentry", sandbox)
        os.kill(sentry, signal.SIGSTOP)

        assert outcome(sent.result()) == "TO"
        assert time.monotonic() - began < 3
        until(lambda: not exists(sentry), "the stopped sandbox is destroyed", seconds=3)


def test_stopped_warm_sandbox_costs_one_program_its_own_time_limit(stack: Hearth) -> None:
    with back_to_normal(stack), clients(stack) as some:
        sentries = [pid_of("sentry", sandbox) for sandbox in stack.sandboxes("python")]
        for sentry in sentries:
            os.kill(sentry, signal.SIGSTOP)
        began = time.monotonic()

        answers = [some.send("python", "print(1)", run_timeout=1000) for _ in sentries]

        assert {outcome(answer.result()) for answer in answers} == {"TO"}
        assert time.monotonic() - began < 3
        until(lambda: not any(map(exists, sentries)), "the stopped ones are destroyed", seconds=3)


@pytest.mark.parametrize("part", PARTS)
def test_sandbox_killed_while_it_boots_is_replaced(stack: Hearth, part: str) -> None:
    with back_to_normal(stack):
        for _ in range(3):
            known = folders(stack)
            stack.run("bash", "echo 1", isolation="sandbox")

            _kill_one_of(part, begun_since(stack, known))


def _kill_one_of(part: str, sandboxes: set[str]) -> None:
    """As soon as it is there: in the middle of its boot."""
    until(lambda: any(kill_if_there(part, sandbox) for sandbox in sandboxes), f"a {part} is killed")


@pytest.mark.parametrize("part", PARTS)
def test_part_killed_during_teardown_leaves_nothing(stack: Hearth, part: str) -> None:
    with back_to_normal(stack), clients(stack) as some:
        for _ in range(3):
            sent, sandbox = some.busy(1.5, isolation="sandbox")
            pid = pid_of(part, sandbox)
            assert outcome(sent.result()) is None

            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

            stack.until_warm()


def test_sandboxes_killed_while_they_are_claimed_cost_typed_answers_only(stack: Hearth) -> None:
    with back_to_normal(stack), clients(stack) as some:
        for _ in range(4):
            answers = [some.send("bash", "echo 1") for _ in range(6)]
            for sandbox in folders(stack):
                kill_if_there("sentry", sandbox)
            assert {outcome(answer.result()) for answer in answers} <= {None, "XX", "503"}
