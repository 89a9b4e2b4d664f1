import random
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from control.executors.schedule import choose


@dataclass(eq=False)
class Candidate:
    load: float = 0.0
    ready: bool = True
    warm: dict[str, int] = field(default_factory=lambda: {"r": 1})


def chosen(candidates: list[Candidate], excluded: tuple[Candidate, ...] = ()) -> Candidate | None:
    return cast(Candidate | None, choose(cast(Any, candidates), "r", cast(Any, excluded)))


@pytest.fixture(autouse=True)
def _seed() -> None:
    random.seed(7)


def test_nobody_able_is_nobody_chosen() -> None:
    only = Candidate()
    assert chosen([]) is None
    assert chosen([Candidate(ready=False)]) is None
    assert chosen([only], (only,)) is None


def test_the_less_loaded_of_two_is_chosen() -> None:
    busy, free = Candidate(load=0.9), Candidate(load=0.1)
    assert all(chosen([busy, free]) is free for _ in range(50))


def test_the_warm_go_before_the_less_loaded() -> None:
    cold, warm = Candidate(load=0.0, warm={}), Candidate(load=0.9)
    assert all(chosen([cold, warm]) is warm for _ in range(50))
    assert chosen([cold]) is cold


def test_the_most_loaded_of_many_is_never_chosen_and_the_others_share() -> None:
    candidates = [Candidate(load=load / 10) for load in range(5)]
    counts = [0] * 5
    for _ in range(2000):
        candidate = chosen(candidates)
        assert candidate is not None
        counts[candidates.index(candidate)] += 1
    assert counts[4] == 0
    assert counts[0] > counts[1] > counts[2] > counts[3] > 0
