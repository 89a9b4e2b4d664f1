from collections.abc import Iterator

import pytest

from tests.processes import ByStack
from tests.stack import Hearth, hearth


@pytest.fixture(scope="session")
def stack() -> Iterator[Hearth]:
    """One stack for all tests that leave it as they found it."""
    # On a busy machine a sandbox takes its time, which none of them is about.
    with hearth(["python", "bash", "c"], HEARTH_CONTROL_CLAIM_TIMEOUT_MS="60000") as running:
        yield running


@pytest.fixture(autouse=True)
def _warm(request: pytest.FixtureRequest) -> None:
    """Every test begins with full pools, whatever the one before it did."""
    if "stack" in request.fixturenames:
        request.getfixturevalue("stack").until_warm()


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByStack:
    return ByStack(config, log)
