"""Every case through Hearth and through the plain command: the same bytes, the same status."""

from __future__ import annotations

import signal

import pytest

from tests.conformance import cases
from tests.conformance.plain import Outcome, can_be_sent, plain_request, request, told
from tests.stack import Hearth

ALL = cases.load()
SENT = [case for case in ALL if can_be_sent(case)]


def outcome(stack: Hearth, body: dict[str, object]) -> Outcome:
    answer = stack.client.post("/v1/execute", json=body)
    assert answer.status_code == 200, answer.text
    run = answer.json()["run"]
    status = run["code"] if run["signal"] is None else -signal.Signals[run["signal"]].value
    return Outcome(run["stdout"], run["stderr"], status)


@pytest.mark.parametrize("case", SENT, ids=str)
def test_program_cannot_tell_hearth_from_the_plain_command(stack: Hearth, case: cases.Case) -> None:
    plain = outcome(stack, plain_request(case))
    assert plain.status == 0, plain.stderr

    assert outcome(stack, request(case)) == told(plain.stdout)


def test_nearly_every_case_can_be_sent() -> None:
    assert len(SENT) >= 0.9 * len(ALL)
    assert {case.language for case in SENT} == {case.language for case in ALL}
