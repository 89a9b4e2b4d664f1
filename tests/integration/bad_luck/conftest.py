from collections.abc import Iterator

import pytest

from tests.integration.bad_luck.condition import PROGRAMS
from tests.stack import Hearth, hearth


@pytest.fixture(scope="package")
def stack() -> Iterator[Hearth]:
    """One stack for all tests here that leave it as they found it. It lets go of used sandboxes at once."""
    with hearth(["python", "bash", "c"], HEARTH_EXECUTOR_IDLE_TIMEOUT="0.5") as running:
        for language, code in PROGRAMS.items():
            running.run(language, code)
        yield running
