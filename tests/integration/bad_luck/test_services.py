"""The executor or the control plane is killed, or a client leaves."""

from __future__ import annotations

import time

import httpx
import pytest

from tests.integration.bad_luck.condition import back_to_normal, outcome
from tests.integration.bad_luck.parts import (
    BUSY,
    begun_since,
    clients,
    cpu_seconds,
    cpu_used,
    end_service,
    exists,
    folders,
    pid_of,
)
from tests.stack import Hearth, until


def test_killed_executor_comes_back_and_removes_what_its_predecessor_left(stack: Hearth) -> None:
    with back_to_normal(stack):
        left = stack.sandboxes()

        for _ in range(3):
            end_service(stack, "executor")

        until(lambda: not any(map(exists, left.values())), "the predecessor's sandboxes are gone")


def test_programs_of_a_killed_executor_are_reported_lost_and_end(stack: Hearth) -> None:
    with back_to_normal(stack), clients(stack) as some:
        for _ in range(3):
            stack.until_warm()
            lost, sandbox = some.busy(30)
            others = [some.send("bash", "sleep 5") for _ in range(3)]
            sentry = pid_of("sentry", sandbox)

            end_service(stack, "executor")

            assert outcome(lost.result()) == "XX"
            assert lost.result().json()["run"]["stdout"] == "begun\n"
            assert {outcome(other.result()) for other in others} <= {"XX", "503"}
            assert outcome(some.send("bash", "echo 1").result()) in (None, "503")
            _until_gone(sentry)


def test_executor_killed_during_boot_leaves_no_half_of_a_sandbox(stack: Hearth) -> None:
    with back_to_normal(stack):
        for seen in range(1, 4):
            left = folders(stack)
            end_service(stack, "executor")
            begun_since(stack, left, seen)


def test_killed_control_plane_comes_back_and_its_programs_end(stack: Hearth) -> None:
    with back_to_normal(stack), clients(stack) as some:
        executor = stack.pid("executor")
        gone, sandbox = some.busy(30)

        end_service(stack, "control")

        with pytest.raises(httpx.TransportError):
            gone.result()
        until(lambda: _idle(stack, sandbox), "its program was killed", seconds=5)
        assert stack.pid("executor") == executor


def test_program_whose_client_leaves_is_killed(stack: Hearth) -> None:
    with back_to_normal(stack), clients(stack) as some:
        leaving = httpx.Client(base_url=stack.url, headers=stack.client.headers, timeout=1.5)
        there = cpu_used(stack)
        body = {"language": "python", "code": BUSY.format(seconds=30)}

        with leaving, pytest.raises(httpx.ReadTimeout):
            leaving.post("/v1/execute", json=body)

        (sandbox,) = [one for one, used in cpu_used(stack).items() if used > there.get(one, used) + 0.5]
        until(lambda: _idle(stack, sandbox), "the program was killed", seconds=2)
        assert outcome(some.send("python", "print(1)").result()) is None


def _until_gone(pid: int) -> None:
    until(lambda: not exists(pid), "the program has ended", seconds=10)


def _idle(stack: Hearth, sandbox: str) -> bool:
    """Gone, or without a program for a moment: one that computes would take most of it."""
    try:
        used, began = cpu_seconds(stack, sandbox), time.monotonic()
        until(lambda: time.monotonic() > began + 0.3, "a moment has passed")
        return cpu_seconds(stack, sandbox) < used + 0.1
    except OSError:
        return True
