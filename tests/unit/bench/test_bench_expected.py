"""Expectations of the language benchmark: what is compared with what."""

from __future__ import annotations

import pytest

from bench.expected import Measured, Stages, verdicts


def _stages(compile: float, run: float, rest: float = 0.0) -> Stages:
    stages = Stages("way", "how")
    stages.add(compile + run + rest, compile, run)
    return stages


def test_ratio_of_a_new_program_is_to_compile_and_run_together() -> None:
    one = Measured("c", "hello", _stages(80, 10, 10), _stages(45, 5))
    assert one.ratio(one.new) == pytest.approx(2.0)


def test_ratio_of_a_program_seen_before_is_to_the_plain_run() -> None:
    seen = _stages(0, 9, 6)
    one = Measured("c", "hello", _stages(80, 10, 10), _stages(45, 5), seen)
    assert one.ratio(seen) == pytest.approx(3.0)


@pytest.mark.parametrize(("extra", "reached"), [(9.0, True), (11.0, False)])
def test_seen_before_may_take_ten_milliseconds_over_the_plain_run(extra: float, reached: bool) -> None:
    one = Measured("go", "work", _stages(80, 10), _stages(45, 5), _stages(0, 5, extra))
    assert [verdict.reached for verdict in verdicts([one])] == [True, reached]


def test_languages_that_compile_to_no_program_of_their_own_have_no_expectation_for_seen_before() -> None:
    one = Measured("java", "work", _stages(400, 100), _stages(800, 200), _stages(0, 900))
    assert [verdict.expectation for verdict in verdicts([one])] == ["at most 0.5 x the plain commands"]


def test_a_language_that_is_not_in_the_table_has_no_expectation() -> None:
    assert not list(verdicts([Measured("cobol", "hello", _stages(0, 1), _stages(0, 1))]))
