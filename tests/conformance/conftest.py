from collections.abc import Iterator

import pytest

from tests.stack import Hearth, hearth


@pytest.fixture(scope="module")
def language(request: pytest.FixtureRequest) -> str:
    """What a module's tests are about, one language after the other."""
    named: str = request.param
    return named


@pytest.fixture(scope="module")
def stack(language: str) -> Iterator[Hearth]:
    """A stack that has one language, and its plain variant."""
    # The plain side tells everything in hex.
    with hearth([language], plain=True, HEARTH_EXECUTOR_OUTPUT_LIMIT=str(4 << 20)) as running:
        yield running
