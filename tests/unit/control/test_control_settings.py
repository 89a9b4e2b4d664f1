import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from control.settings import PREFIX, Settings

PAGE = Path(__file__).parents[3] / "docs/control-settings.md"


def row(name: str) -> str:
    field = Settings.model_fields[name]
    default = ",".join(field.default) if isinstance(field.default, tuple) else field.default
    shown = "none" if default is None else f"`{default}`"
    return f"| `{PREFIX}{name.upper()}` | {shown} | {field.description} |"


def test_the_page_lists_every_setting_in_its_own_words() -> None:
    listed = [line for line in PAGE.read_text().splitlines() if line.startswith(f"| `{PREFIX}")]
    assert listed == [row(name) for name in Settings.model_fields]


def test_the_page_names_no_setting_that_is_not_there() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    assert set(re.findall(rf"{PREFIX}[A-Z_]+[A-Z]", PAGE.read_text())) == known


def test_a_size_or_time_says_its_unit_in_its_name() -> None:
    for name, field in Settings.model_fields.items():
        if field.annotation is int and name != "port":
            assert re.search(r"_(ms|s|bytes|max|burst|percent)$", name), name


def test_executors_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PREFIX + "EXECUTORS", "unix:/a, unix:/b,")
    assert Settings().executors == ("unix:/a", "unix:/b")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "65536"),
        ("BODY_MAX_BYTES", "0"),
        ("RUN_TIMEOUT_MAX_MS", "1000"),
        ("COMPILE_TIMEOUT_MAX_MS", "1000"),
        ("BODIES_MAX_BYTES", "1000"),
        ("SESSION_IDLE_TIMEOUT_MAX_MS", "1000"),
        ("SESSIONS_MAX_BYTES", "1000"),
        ("EXECUTOR_CA_FILE", "/ca.pem"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_settings_that_cannot_be_are_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(ValidationError):
        Settings()
