"""A layout in a test's own folder, and operators' values that are easy to write down wrongly."""

from pathlib import Path

import pytest

from host.layout import Layout


def layout(folder: Path) -> Layout:
    return Layout(
        state=folder / "state",
        run=folder / "run",
        images=folder / "images",
        cgroup="/hearth-test",
        config=folder / "config",
    )


VALUES = {
    "plain": "4",
    "empty": "",
    "spaces": "a  b ",
    "json": '{"python": 4}',
    "percent": "100% %n %(here)s %%",
    "single quote": "it's",
    "double quote": 'say "hi"',
    "both quotes": """'a' "b" """,
    "dollar": "$HOME ${HOME} $$",
    "comma": "a,b=c",
    "comment": "a ; b # c",
    "backslash": "\\d \\n \\",
    "unicode": "é…",
}


values = pytest.mark.parametrize("value", [pytest.param(value, id=name) for name, value in VALUES.items()])
