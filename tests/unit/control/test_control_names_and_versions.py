from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control.api.names import check_names
from control.api.problems import InvalidFieldError
from control.versions import parse_range, parse_version, satisfies, sort_key

COMPONENT = st.sampled_from(["", ".", "..", "a", "b", "ü", "a\0", "\\", "...", "x" * 256])
NAMES = st.lists(st.lists(COMPONENT, max_size=4).map("/".join) | st.text(), max_size=5)


@given(NAMES)
def test_accepted_names_can_all_be_created_below_the_workspace(names: list[str]) -> None:
    try:
        check_names(names, depth_max=64)
    except InvalidFieldError:
        return
    tree: dict[str, Any] = {}
    for name in names:
        *folders, last = name.split("/")
        folder = tree
        for component in [*folders, last]:
            assert component not in ("", ".", "..")
            assert "\0" not in component
            assert len(component.encode()) <= 255
        for component in folders:
            folder = folder.setdefault(component, {})
            assert folder is not None
        assert last not in folder
        folder[last] = None


@given(st.text(max_size=300) | st.text(alphabet="0123456789.xX*^~<>=|- v+ab", max_size=300))
def test_any_text_is_a_range_or_is_not(text: str) -> None:
    wanted = parse_range(text)
    version = parse_version("3.12.1")
    assert version is not None
    if wanted is not None:
        satisfies(version, wanted)


@given(st.text(max_size=100) | st.text(alphabet="0123456789.-+ab", max_size=100))
def test_any_text_is_a_version_or_is_not(text: str) -> None:
    parse_version(text)


@pytest.mark.parametrize("text", ["1.2", "", "latest", "v", "1.2.3.4"])
def test_what_is_no_semver_version_is_none(text: str) -> None:
    assert parse_version(text) is None


def test_versions_are_ordered_by_number_not_by_letter() -> None:
    texts = ["3.9.0", "3.13.0", "3.13.0-rc.1", "21.0.1+9"]
    versions = [version for version in map(parse_version, texts) if version is not None]
    assert [str(version) for version in sorted(versions, key=sort_key)] == [
        "3.9.0",
        "3.13.0-rc.1",
        "3.13.0",
        "21.0.1",
    ]
