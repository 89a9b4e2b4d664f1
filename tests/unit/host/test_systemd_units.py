import re
from pathlib import Path

import pytest
from layouts import layout, values

from host import systemd
from host.layout import REPOSITORY
from host.runner import ServiceState
from host.services import Service, services
from host.systemd import Systemd, render

# The escapes that systemd.syntax(7) knows; it does not take any other.
ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", '"': '"'}
ESCAPES |= {"'": "'", "s": " "}

Unit = list[tuple[str, str, str]]


def parse(text: str) -> Unit:
    """Section, key and value of every line of a unit file."""
    found: Unit = []
    section = ""
    for line in text.splitlines():
        if line.startswith("["):
            assert line.endswith("]")
            section = line[1:-1]
        elif line and not line.startswith("#"):
            key, equals, value = line.partition("=")
            assert equals, f"{line!r} is neither a section nor a setting"
            assert re.fullmatch(r"[A-Z][A-Za-z]+", key)
            found.append((section, key, value))
    return found


def words(text: str) -> list[str]:
    """What systemd makes of a value that is a list of words: quotes, escapes, then specifiers."""
    found: list[str] = []
    word, quote, characters = None, "", iter(text)
    for one in characters:
        if one == "\\":
            word = (word or "") + ESCAPES[next(characters)]
        elif quote:
            quote, word = ("", word) if one == quote else (quote, (word or "") + one)
        elif one in "'\"":
            quote, word = one, word or ""
        elif one.isspace():
            found += [] if word is None else [word]
            word = None
        else:
            word = (word or "") + one
    assert not quote
    found += [] if word is None else [word]
    assert all(re.fullmatch(r"([^%]|%%)*", one) for one in found), "a specifier"
    return [one.replace("%%", "%") for one in found]


def arguments(unit: Unit) -> list[str]:
    """The command that systemd runs: the words, with variables put in."""
    (command,) = (value for _, key, value in unit if key == "ExecStart")
    found = words(command)
    assert all(re.fullmatch(r"([^$]|\$\$)*", word) for word in found), "a variable"
    return [word.replace("$$", "$") for word in found]


def environment(unit: Unit) -> dict[str, str]:
    assignments = [word for _, key, value in unit if key == "Environment" for word in words(value)]
    return dict(assignment.split("=", 1) for assignment in assignments)


def wanted_by(folder: Path) -> list[Service]:
    return services(layout(folder), {"HEARTH_EXECUTOR_WARM": '{"python": 4}'})


@pytest.fixture
def units(tmp_path: Path, systemctl: list[tuple[str, ...]]) -> list[tuple[Service, Unit]]:
    """Every service with the unit that was written for it."""
    wanted = wanted_by(tmp_path)
    Systemd().start(wanted)
    return [(one, parse((tmp_path / f"hearth-{one.name}.service").read_text())) for one in wanted]


@pytest.fixture
def systemctl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What systemctl is told, on a machine whose units are in the test's folder."""
    told: list[tuple[str, ...]] = []

    def tell(*words: str) -> str:
        told.append(words)
        return "ActiveState=active\nMainPID=42\n" if words[-1].endswith("executor.service") else ""

    monkeypatch.setattr(systemd, "_UNITS", tmp_path)
    monkeypatch.setattr(systemd, "_systemctl", tell)
    return told


def all_of(unit: Unit, section: str, key: str) -> list[str]:
    return [value for one, name, value in unit if (one, name) == (section, key)]


def test_every_unit_runs_its_service_as_it_was_declared(units: list[tuple[Service, Unit]]) -> None:
    for service, unit in units:
        assert arguments(unit) == list(service.command)
        assert environment(unit) == service.environment
        assert all_of(unit, "Service", "TimeoutStopSec") == [str(service.stop_seconds)]
        assert all_of(unit, "Service", "WorkingDirectory") == [str(REPOSITORY)]
        assert all_of(unit, "Service", "Restart") == ["always"]
        assert all_of(unit, "Install", "WantedBy") == ["multi-user.target"]


def test_a_unit_is_started_after_all_before_it_and_wants_them(
    units: list[tuple[Service, Unit]],
) -> None:
    before: list[str] = []
    for service, unit in units:
        (after,), (wants,) = (all_of(unit, "Unit", key) for key in ("After", "Wants"))
        assert after.split() == ["network.target", *before]
        assert wants.split() == before
        before.append(f"hearth-{service.name}.service")
    assert before == [f"hearth-{name}.service" for name in ("containerd", "executor", "control")]


def test_sandboxes_outlive_the_executor_that_made_them(units: list[tuple[Service, Unit]]) -> None:
    for _, unit in units:
        assert all_of(unit, "Service", "KillMode") == ["process"]
        assert all_of(unit, "Service", "Delegate") == ["yes"]


@values
def test_a_setting_reaches_its_service_as_the_operator_wrote_it(value: str) -> None:
    unit = parse(render(Service("x", ("/bin/true",), {"A": value, "B": "after"}), []))
    assert environment(unit) == {"A": value, "B": "after"}


@values
def test_an_argument_reaches_its_service_as_it_was_declared(value: str) -> None:
    assert arguments(parse(render(Service("x", ("/bin/true", value, "end"), {}), []))) == [
        "/bin/true",
        value,
        "end",
    ]


def test_units_are_enabled_together_once_all_are_written_and_leave_nothing_behind(
    tmp_path: Path, systemctl: list[tuple[str, ...]]
) -> None:
    runner = Systemd()
    assert runner.states() is None
    names = [f"hearth-{name}.service" for name in ("containerd", "executor", "control")]
    (tmp_path / "other.service").touch()
    runner.start(wanted_by(tmp_path))
    assert systemctl == [("daemon-reload",), ("enable", "--now", *names)]
    states = runner.states()
    assert states is not None
    assert states["executor"] == ServiceState(running=True, pid=42, text="active")
    assert not states["control"].running
    runner.stop()
    _, (verb, now, *stopped), last = systemctl[-3:]
    assert (verb, now, sorted(stopped), last) == ("disable", "--now", sorted(names), ("daemon-reload",))
    assert [path.name for path in tmp_path.iterdir()] == ["other.service"]
