from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.bad_luck.condition import PROGRAMS
from tests.stack import Hearth, hearth

HERE = Path(__file__).parent


@pytest.fixture(scope="package")
def stack() -> Iterator[Hearth]:
    """One stack for all tests here that leave it as they found it. It lets go of used sandboxes at once."""
    with hearth(["python", "bash", "c"], HEARTH_EXECUTOR_IDLE_TIMEOUT="0.5") as running:
        for language, code in PROGRAMS.items():
            running.run(language, code)
        yield running


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One after the other: what they count is in part the machine's."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.xdist_group("bad_luck"))
