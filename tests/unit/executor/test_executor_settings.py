from pathlib import Path

import pytest
from pydantic import ValidationError

from executor.settings import Settings
from tests import settings_page

PREFIX = "HEARTH_EXECUTOR_"
PAGE = Path(__file__).parents[3] / "docs/executor-settings.md"


def test_the_page_lists_every_setting_in_its_own_words_and_no_other() -> None:
    settings_page.check(PAGE, Settings)


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_warm_counts_are_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PREFIX + "WARM", '{"python": 4, "c": 0}')
    assert Settings().warm == {"python": 4, "c": 0}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WARM", "python=4"),
        ("WARM", '{"python": "many"}'),
        ("WARM_DEFAULT", "-1"),
        ("MAX_SANDBOXES", "0"),
        ("MAX_RUNNING", "0"),
        ("BOOT_TIMEOUT", "0"),
        ("REUSE_LIMIT", "0"),
        ("CPUS", "0"),
        ("PIDS_FENCE", "100"),
        ("MEMORY_OVERHEAD", "1"),
        ("STDIN_WINDOW", "65535"),
        ("UID", "0"),
        ("GID", "0"),
    ],
)
def test_settings_that_cannot_be_are_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises((ValidationError, ValueError)):
        Settings()


def test_a_negative_warm_count_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PREFIX + "WARM", '{"python": -1}')
    with pytest.raises(ValidationError):
        Settings()
