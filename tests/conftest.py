from collections.abc import Iterator

import pytest

from tests.stack import Hearth, hearth


@pytest.fixture(scope="session")
def stack() -> Iterator[Hearth]:
    """One stack for all tests that leave it as they found it."""
    with hearth(["python", "bash", "c"]) as running:
        yield running


@pytest.fixture(autouse=True)
def _warm(request: pytest.FixtureRequest) -> None:
    """Every test begins with full pools, whatever the one before it did."""
    if "stack" in request.fixturenames:
        request.getfixturevalue("stack").until_warm()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In several processes (`-n`), what shares a stack is run by one of them, and so is every module.

    Folders with a stack of their own have said so before.
    """
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            shared = "stack" in getattr(item, "fixturenames", ())
            item.add_marker(pytest.mark.xdist_group("stack" if shared else item.nodeid.partition("::")[0]))
