"""Every case through Hearth and through the plain commands: the same bytes, the same status."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.conformance import cases
from tests.conformance.plain import Outcome, answered, can_be_sent, plain_request, request, told
from tests.images import runtime_of
from tests.stack import Hearth

ALL = cases.load()
SENT = [case for case in ALL if can_be_sent(case)]
LANGUAGES = sorted({case.language for case in ALL})
# How often the plain command is asked again whether it may end like that.
FURTHER_LOOKS = 5
COMPILED = {"c", "c++", "csharp", "go", "java", "rust"}


def executed(stack: Hearth, body: dict[str, Any]) -> list[Outcome]:
    answer = stack.client.post("/v1/execute", json=body)
    assert answer.status_code == 200, answer.text
    return answered(answer.json())


def run_plainly(stack: Hearth, body: dict[str, Any]) -> list[Outcome]:
    stages = executed(stack, body)
    assert stages[-1].status == 0, stages[-1].stderr
    return told(stages[-1].stdout)


# One stack for all cases of a language: pytest asks for the scope, since not all parameters are fixtures, and
# compares them by identity.
@pytest.mark.parametrize(
    ("language", "case"),
    [(sys.intern(case.language), case) for case in SENT],
    indirect=["language"],
    ids=str,
    scope="session",
)
def test_program_cannot_tell_hearth_from_the_plain_command(
    stack: Hearth, language: str, case: cases.Case
) -> None:
    runtime = runtime_of(stack.layout.images, language)
    # Both at once: neither knows of the other, and there is more than one CPU.
    with ThreadPoolExecutor(1) as aside:
        plainly = aside.submit(run_plainly, stack, plain_request(case, runtime))
        found = executed(stack, request(case))
    plain = plainly.result()
    for _ in range(FURTHER_LOOKS):
        if found == plain:
            break
        # What the plain command does in one run and not in another, Hearth may do too.
        plain = run_plainly(stack, plain_request(case, runtime))

    assert found == plain


# Some of each language: what is kept of a compile does not depend on what the program is about.
@pytest.mark.parametrize(
    ("language", "case"),
    [(sys.intern(case.language), case) for case in SENT if case.language in COMPILED][::4],
    indirect=["language"],
    ids=str,
    scope="session",
)
def test_program_that_was_compiled_before_runs_alike(stack: Hearth, language: str, case: cases.Case) -> None:
    answers = [stack.client.post("/v1/execute", json=request(case)) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200], [answer.text for answer in answers]
    first, second = (answer.json() for answer in answers)

    assert answered(second) == answered(first)
    assert first["compile"]["status"] or "not compiled again" in second["compile"]["message"]


@pytest.mark.parametrize("name", LANGUAGES)
def test_nearly_every_case_can_be_sent_and_there_are_enough(name: str) -> None:
    sent = sum(case.language == name for case in SENT)
    assert sent >= 25
    assert sent >= 0.9 * sum(case.language == name for case in ALL)
