import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance import cases
from tests.stack import Hearth, hearth

HERE = Path(__file__).parent
LANGUAGES = sorted({case.language for case in cases.load()})


@pytest.fixture(scope="session")
def language(request: pytest.FixtureRequest) -> str:
    named: str = request.param
    return named


@pytest.fixture(scope="session")
def stack(language: str) -> Iterator[Hearth]:
    """A stack that has one language, and its plain variant."""
    settings = {
        # The plain side tells everything in hex.
        "HEARTH_EXECUTOR_OUTPUT_LIMIT": str(4 << 20),
        "HEARTH_EXECUTOR_WARM_DEFAULT": "1",
        # What a program sees is compared here; how long a sandbox takes on a busy machine is not.
        "HEARTH_CONTROL_CLAIM_TIMEOUT_MS": "60000",
    }
    with hearth([language], plain=True, **settings) as running:
        yield running


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """One language after the other, over all modules of this folder: so each has one stack.

    Last of all: pytest itself groups tests by everything that they have in common, programs too.
    """
    yield
    places = [index for index, item in enumerate(items) if item.path.is_relative_to(HERE)]
    ordered = sorted((items[index] for index in places), key=_language_of)
    for index, item in zip(places, ordered, strict=True):
        items[index] = item


def _language_of(item: pytest.Item) -> str:
    """Empty for a test that needs no stack."""
    if not isinstance(item, pytest.Function) or "stack" not in item.fixturenames:
        return ""
    return str(item.callspec.params["language"])


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests that are about a language as such run for each, unless they say for which."""
    marked = {
        name.strip()
        for mark in metafunc.definition.iter_markers("parametrize")
        for name in (mark.args[0].split(",") if isinstance(mark.args[0], str) else mark.args[0])
    }
    if "language" in metafunc.fixturenames and "language" not in marked:
        # Interned, since pytest makes a fixture anew unless its parameter is identical to the one before.
        metafunc.parametrize("language", [sys.intern(name) for name in LANGUAGES], indirect=True, scope="session")
